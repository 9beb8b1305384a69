import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** A running `peerlens demo` or `peerlens up`, for `npm run dev`. */
const server = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    target: "es2022",
    sourcemap: false,
    // Everything in files: the page's content security policy allows no inline data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/ws": { target: server, ws: true },
      "/api": server,
      "^/[^/]+/(whep|stream|snapshot.jpg)": server,
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
  },
});

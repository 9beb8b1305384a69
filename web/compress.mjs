/**
 * Puts a gzipped copy beside each file that is named by its hash: the server sends that one to
 * whoever takes it. Not so for files that somebody may edit, like config.js.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const assets = new URL("./dist/assets/", import.meta.url);
for (const name of readdirSync(assets)) {
  if (name.endsWith(".gz")) continue;
  const compressed = gzipSync(readFileSync(new URL(name, assets)), { level: 9 });
  writeFileSync(new URL(`${name}.gz`, assets), compressed);
}

import { describe, expect, it } from "vitest";
import type { Tried } from "../../src/client/climber";
import { PATHS } from "../../src/client/path";
import {
  pathName,
  pathNote,
  shortPathName,
  triedName,
  triedWords,
} from "../../src/components/pathWording";

const tried = (more: Partial<Tried> = {}): Tried => ({
  id: 1,
  way: "direct",
  path: null,
  outcome: "trying",
  tookMs: null,
  ...more,
});

it("names every path, long and short, each by a name of its own", () => {
  expect(new Set(PATHS.map(pathName)).size).toBe(PATHS.length);
  expect(new Set(PATHS.map(shortPathName)).size).toBe(PATHS.length);
  expect(pathName("turn-tls")).toBe("Through your TURN server (TLS)");
  expect([pathName(null), shortPathName(null)]).toEqual(["–", "–"]);
});

describe("what it costs", () => {
  it("is nothing on the best path, and before there is one", () => {
    expect([pathNote("direct", []), pathNote(null, [])]).toEqual([null, null]);
  });

  it("is said of all others, with what is done about it", () => {
    const failed = [tried({ outcome: "no-connection" })];
    expect(pathNote("turn-tcp", failed)).toMatch(/detour.*Better ways are tried/);
    expect(pathNote("relay", failed)).toMatch(/single pictures.*Better ways are tried/);
  });

  it("promises nothing where the browser has no WebRTC", () => {
    expect(pathNote("relay", [tried({ way: "relay" })])).not.toMatch(/Better/);
    expect(pathNote("relay", [tried({ outcome: "no-webrtc" })])).not.toMatch(/Better/);
  });
});

describe("what was tried", () => {
  it("is named by its way, or by its path where that is known", () => {
    expect(triedName(tried({ path: "direct" }))).toBe("Direct");
    expect(triedName(tried({ way: "turn" }))).toBe("TURN");
    expect(triedName(tried({ way: "turn", path: "turn-tls" }))).toBe("TURN (TLS)");
    expect(triedName(tried({ way: "relay", path: "relay" }))).toBe("Server");
  });

  it.each([
    [{ outcome: "trying" }, "trying…"],
    [{ outcome: "shown", tookMs: 84.2 }, "picture after 84 ms"],
    [{ outcome: "lost", tookMs: 1_630 }, "picture after 1.6 s, lost since"],
    [{ outcome: "seen", tookMs: 90 }, "picture after 90 ms, left for a better way"],
    [{ outcome: "no-connection", tookMs: 5_000 }, "no connection after 5.0 s"],
    [{ outcome: "gateway-offline", tookMs: 20 }, "the gateway is away after 20 ms"],
    [{ outcome: "something-new", tookMs: 20 }, "failed after 20 ms"],
  ])("came to %o", (more, words) => {
    expect(triedWords(tried(more))).toBe(words);
  });
});

import { describe, expect, it } from "vitest";
import { hasTurn, stunServers, turnServers } from "../../src/client/iceServers";

const STUN = { urls: ["stun:s.example:3478"], username: null, credential: null };
const TURN = {
  urls: ["turn:t.example:3478?transport=udp", "turns:t.example:443?transport=tcp"],
  username: "u",
  credential: "p",
};

it("knows whether there is a TURN server", () => {
  expect(hasTurn([STUN, TURN])).toBe(true);
  expect(hasTurn([STUN])).toBe(false);
  expect(hasTurn([])).toBe(false);
});

describe("for the direct way", () => {
  it("takes the STUN servers and no relay", () => {
    expect(stunServers([STUN, TURN])).toEqual([{ urls: STUN.urls }]);
  });

  it.each([
    ["turn:t.example:3478?transport=udp", "stun:t.example:3478"],
    ["turn:t.example", "stun:t.example"],
    ["turn:[2001:db8::1]:3478", "stun:[2001:db8::1]:3478"],
  ])("asks a TURN server over UDP where no other is named: %s", (turn, stun) => {
    expect(stunServers([{ ...TURN, urls: [turn] }])).toEqual([{ urls: [stun] }]);
  });

  it.each(["turn:t.example?transport=tcp", "turns:t.example:443"])(
    "does without where only TCP is named: %s",
    (turn) => {
      expect(stunServers([{ ...TURN, urls: [turn] }])).toEqual([]);
    },
  );
});

it("takes every relay for the way through one, with its credentials", () => {
  const mixed = { ...TURN, urls: [...STUN.urls, ...TURN.urls] };
  expect(turnServers([STUN, mixed])).toEqual([TURN]);
});

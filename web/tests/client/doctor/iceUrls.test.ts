import { expect, it } from "vitest";
import { addressesOf } from "../../../src/client/doctor/iceUrls";

it("takes entries apart, each address by itself", () => {
  const { stun, turn } = addressesOf([
    { urls: ["stun:a.example"], username: null, credential: null },
    {
      urls: ["turn:a.example:3478", "turn:a.example?transport=tcp", "turns:[2001:db8::1]:443"],
      username: "1:me",
      credential: "secret",
    },
    { urls: ["turn:a.example:3478", "nonsense"], username: "2:me", credential: "other" },
  ]);
  expect(stun.map(({ url, way, host }) => [url, way, host])).toEqual([
    ["stun:a.example", "udp", "a.example"],
  ]);
  expect(turn.map(({ way, host }) => [way, host])).toEqual([
    ["udp", "a.example"],
    ["tcp", "a.example"],
    ["tls", "[2001:db8::1]"],
  ]);
  expect(turn[0]?.server).toEqual({
    urls: ["turn:a.example:3478"],
    username: "1:me",
    credential: "secret",
  });
});

import { expect, it } from "vitest";
import { judgeNat, judgeStun, natKind } from "../../../src/client/doctor/nat";
import { address, candidate, gathered } from "./readings";

const A = "stun:a.example:3478";
const B = "stun:b.example:3478";
const seen = (url: string, port: number) => ({
  address: address(url),
  reading: gathered([candidate("host", 5000), candidate("srflx", port, url)]),
});
const silent = (url: string) => ({
  address: address(url),
  reading: gathered([candidate("host", 5000)], { codes: [701] }),
});

it("takes one outside address, seen by two servers, for a cone", () => {
  // The browser drops what the second server saw, because it is the same.
  const together = gathered([candidate("srflx", 6000, A)]);
  expect(natKind([seen(A, 6000), seen(B, 6001)], together)).toBe("endpoint-independent");
});

it("takes another address for each server for a symmetric one", () => {
  const together = gathered([candidate("srflx", 6000, A), candidate("srflx", 6001, B)]);
  expect(natKind([seen(A, 6000), seen(B, 6001)], together)).toBe("symmetric");
});

it("cannot tell by one server, or by two ports of one", () => {
  expect(natKind([seen(A, 6000)], null)).toBe("unknown");
  expect(natKind([seen(A, 6000), silent(B)], gathered([candidate("srflx", 6000, A)]))).toBe("unknown");
  const other = "stun:a.example:443";
  const together = gathered([candidate("srflx", 6000, A)]);
  expect(natKind([seen(A, 6000), seen(other, 6000)], together)).toBe("unknown");
});

it("finds no translation where servers answer and show nothing new", () => {
  const reading = { address: address(A), reading: gathered([candidate("host", 5000)]) };
  expect(natKind([reading], null)).toBe("none");
});

it("says nothing where no server answers", () => {
  expect(natKind([silent(A)], null)).toBeNull();
  expect(natKind([], null)).toBeNull();
  expect(judgeNat(null, false)).toEqual([]);
});

it("judges servers one by one", () => {
  const late = { address: address(A), reading: gathered([], { isComplete: false }) };
  expect(judgeStun([seen(A, 1), silent(B), late]).map(({ id }) => id)).toEqual([
    "stun.answers",
    "stun.silent",
    "stun.silent",
  ]);
});

it("makes more of a symmetric router where there is no TURN", () => {
  expect(judgeNat("symmetric", true)).toMatchObject([{ id: "nat.symmetric", level: "note" }]);
  expect(judgeNat("symmetric", false)).toMatchObject([{ id: "nat.symmetric", level: "warning" }]);
  expect(judgeNat("endpoint-independent", false)).toMatchObject([{ level: "ok" }]);
  expect(judgeNat("unknown", false)).toMatchObject([{ level: "note" }]);
});

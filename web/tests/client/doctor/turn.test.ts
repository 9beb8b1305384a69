import { expect, it } from "vitest";
import { isRefused, judgeTurn } from "../../../src/client/doctor/turn";
import { address, candidate, gathered } from "./readings";

const UDP = address("turn:a.example:3478?transport=udp");
const TCP = address("turn:a.example:3478?transport=tcp");
const TLS = address("turns:a.example:443?transport=tcp");
const works = gathered([candidate("relay", 50_000)]);
const silent = gathered([], { isComplete: false });

function found(...readings: Parameters<typeof judgeTurn>[0][number][]): [string, string][] {
  return judgeTurn(readings).map(({ id, level }) => [id, level]);
}

it("notes that there is none", () => {
  expect(found()).toEqual([["turn.none", "note"]]);
});

it("is content where each way works", () => {
  expect(found({ address: UDP, reading: works }, { address: TLS, reading: works })).toEqual([
    ["turn.allocates", "ok"],
    ["turn.allocates", "ok"],
  ]);
});

it("notes a way that is blocked where another works", () => {
  expect(
    found(
      { address: UDP, reading: silent },
      { address: TCP, reading: works },
      { address: TLS, reading: gathered([], { codes: [701] }) },
    ),
  ).toEqual([
    ["turn.udp-blocked", "note"],
    ["turn.allocates", "ok"],
    ["turn.tls-blocked", "note"],
  ]);
});

it("has a problem with a server that cannot be had at all", () => {
  expect(found({ address: UDP, reading: silent })).toEqual([["turn.unreachable", "problem"]]);
});

it("tells refused credentials from a dead server", () => {
  const refused = gathered([], { codes: [401] });
  expect(isRefused(refused)).toBe(true);
  expect(isRefused(silent)).toBe(false);
  expect(found({ address: UDP, reading: refused })).toEqual([["turn.credentials", "problem"]]);
});

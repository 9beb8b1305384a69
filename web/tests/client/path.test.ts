import { expect, it } from "vitest";
import { bestOf, isBetter, PATHS, WAYS } from "../../src/client/path";

it("has one order, from the direct path to pictures through the server", () => {
  for (const [i, one] of PATHS.entries()) {
    for (const [j, other] of PATHS.entries()) expect(isBetter(one, other)).toBe(i < j);
  }
});

it("knows what each way can come to", () => {
  expect(WAYS.map(bestOf)).toEqual(["direct", "turn-udp", "relay"]);
});

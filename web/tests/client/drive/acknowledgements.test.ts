import { beforeEach, expect, it } from "vitest";
import { Acknowledgements, isNewer } from "../../../src/client/drive/acknowledgements";
import { drivenNews } from "../../support/FakeTransport";

let acknowledgements: Acknowledgements;

beforeEach(() => {
  acknowledgements = new Acknowledgements();
});

it("proves how old a command is by the newest time it heard, and how long that was held", () => {
  expect(acknowledgements.heard(1_000)).toBeNull();
  acknowledgements.add(drivenNews({ seq: 1, sentMs: 980, atMs: 77_000 }), 1_000);
  expect(acknowledgements.heard(1_012.5)).toEqual({ atMs: 77_000, heldMs: 12.5 });
});

it("proves nothing by what it heard two seconds ago", () => {
  acknowledgements.add(drivenNews({ seq: 1, sentMs: 980, atMs: 5 }), 1_000);
  expect(acknowledgements.heard(3_000)).toEqual({ atMs: 5, heldMs: 2_000 });
  expect(acknowledgements.heard(3_000.1)).toBeNull();
});

it("keeps to the newest command's answer, whichever comes last", () => {
  acknowledgements.add(drivenNews({ seq: 5, sentMs: 990, atMs: 50, reason: "slow-video" }), 1_000);
  acknowledgements.add(drivenNews({ seq: 4, sentMs: 980, atMs: 40 }), 1_001);
  expect(acknowledgements.newest(1_001)?.reason).toBe("slow-video");
  expect(acknowledgements.heard(1_001)?.atMs).toBe(50);
});

it("goes on across the wrap of the sequence", () => {
  acknowledgements.add(drivenNews({ seq: 2 ** 32 - 1, sentMs: 990, atMs: 1 }), 1_000);
  acknowledgements.add(drivenNews({ seq: 0, sentMs: 995, atMs: 2 }), 1_005);
  expect(acknowledgements.heard(1_005)?.atMs).toBe(2);
  acknowledgements.add(drivenNews({ seq: 2 ** 32 - 2, sentMs: 995, atMs: 3 }), 1_006);
  expect(acknowledgements.heard(1_006)?.atMs).toBe(2);
});

it.each([
  [1, 0, true],
  [0, 0, false],
  [0, 1, false],
  [0, 2 ** 32 - 1, true],
  [2 ** 32 - 1, 0, false],
  [2 ** 31 - 1, 0, true],
  [2 ** 31, 0, false],
])("takes %s after %s as newer: %s", (seq, than, expected) => {
  expect(isNewer(seq, than)).toBe(expected);
});

it("gives the median round trip of the last second", () => {
  expect(acknowledgements.roundTripMs(0)).toBeNull();
  acknowledgements.add(drivenNews({ seq: 1, sentMs: 0 }), 500);
  for (const [seq, tripMs] of [10, 200, 12].entries()) {
    acknowledgements.add(drivenNews({ seq: seq + 2, sentMs: 2_000 - tripMs }), 2_000);
  }
  expect(acknowledgements.roundTripMs(2_000)).toBe(12);
  expect(acknowledgements.roundTripMs(3_001)).toBeNull();
});

it("ignores answers to what was never sent, or long ago", () => {
  acknowledgements.add(drivenNews({ seq: 9, sentMs: 1_001, atMs: 1 }), 1_000);
  acknowledgements.add(drivenNews({ seq: 8, sentMs: 1_000, atMs: 1 }), 6_001);
  expect(acknowledgements.newest(6_001)).toBeNull();
  expect(acknowledgements.roundTripMs(6_001)).toBeNull();
});

it("does not vouch for a state for long", () => {
  acknowledgements.add(drivenNews({ seq: 1, sentMs: 990 }), 1_000);
  expect(acknowledgements.newest(1_700)?.state).toBe("armed");
  expect(acknowledgements.newest(1_701)).toBeNull();
});

import { expect, it } from "vitest";
import type { CameraInfo } from "../../src/client/messages";
import { Roster } from "../../src/client/roster";

function camera(id: string, name = id): CameraInfo {
  return {
    id,
    name,
    state: "live",
    detail: null,
    width: null,
    height: null,
    fps: null,
    viewers: 0,
    motion: false,
    car: null,
  };
}
const nobody = () => false;
const shown = (roster: Roster, nowMs: number, isLive: (id: string) => boolean = nobody) =>
  roster.cameras(nowMs, isLive).map(({ id, state }) => `${id} ${state}`);

it("lists cameras by name", () => {
  const roster = new Roster();
  roster.update([camera("a", "Yard"), camera("b", "Attic")], 0);
  expect(shown(roster, 0)).toEqual(["b live", "a live"]);
});

it("keeps a camera for 30 s that a restarted server does not know yet", () => {
  const roster = new Roster();
  roster.update([camera("a")], 0);
  roster.update([], 1_000);
  expect(shown(roster, 1_000)).toEqual(["a offline"]);
  expect(roster.nextChangeMs(1_000)).toBe(31_001);
  expect(shown(roster, 31_000)).toEqual(["a offline"]);
  expect(shown(roster, 31_001)).toEqual([]);
  expect(roster.nextChangeMs(31_001)).toBeNull();
});

it("welcomes it back", () => {
  const roster = new Roster();
  roster.update([camera("a")], 0);
  roster.update([], 1_000);
  roster.update([camera("a")], 2_000);
  expect(shown(roster, 60_000)).toEqual(["a live"]);
});

it("does not begin the wait anew with every list", () => {
  const roster = new Roster();
  roster.update([camera("a")], 0);
  roster.update([], 0);
  roster.update([camera("b")], 20_000);
  expect(shown(roster, 31_000)).toEqual(["b live"]);
});

it("keeps it as long as its pictures come", () => {
  const roster = new Roster();
  roster.update([camera("a")], 0);
  roster.update([], 0);
  expect(shown(roster, 90_000, (id) => id === "a")).toEqual(["a offline"]);
  expect(shown(roster, 91_000)).toEqual([]);
});

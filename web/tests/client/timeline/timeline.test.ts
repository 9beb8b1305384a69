import { describe, expect, it } from "vitest";
import type { EventInfo } from "../../../src/client/messages";
import {
  extended,
  heard,
  MOST_EVENTS,
  newer,
  NO_EVENTS,
  refreshed,
  type Timeline,
} from "../../../src/client/timeline/timeline";
import { eventAt, ids } from "../../support/events";

const ALL = { camera: null, what: null };
const NOTHING = new Set<string>();

function told(timeline: Timeline, event: EventInfo, deleted = false, filter = ALL as Parameters<typeof heard>[2]) {
  return heard(timeline, { event, deleted }, filter);
}

function loaded(seconds: readonly number[], next: string | null = null): Timeline {
  return extended(NO_EVENTS, { events: seconds.map((s) => eventAt(s)), next }, ALL);
}

describe("live changes", () => {
  it("puts the newest first, whatever the order they come in", () => {
    const timeline = [3, 5, 4].reduce((t, s) => told(t, eventAt(s)), NO_EVENTS);
    expect(ids(timeline.events)).toEqual(["e000005", "e000004", "e000003"]);
  });

  it("takes the same change, by the other way, for nothing", () => {
    const once = told(NO_EVENTS, eventAt(1));
    expect(told(once, eventAt(1))).toBe(once);
  });

  it("does not let a late word reopen an event, lower its peak or take its description", () => {
    const ended = eventAt(1, { endMs: 5_000, percent: 9, description: "A cat" });
    expect(newer(ended, eventAt(1, { percent: 20 }))).toBe(ended);
    expect(newer(ended, eventAt(1, { endMs: 5_000, percent: 3 }))).toBe(ended);
    expect(newer(ended, eventAt(1, { endMs: 5_000, percent: 9 }))).toBe(ended);
    const better = eventAt(1, { endMs: 5_000, percent: 9, description: "A cat", what: "object" });
    expect(newer(ended, better)).toBe(better);
  });

  it("keeps a deleted event away, though word of it comes late", () => {
    const gone = told(loaded([1, 2]), eventAt(2), true);
    expect(ids(gone.events)).toEqual(["e000001"]);
    expect(told(gone, eventAt(2))).toBe(gone);
    const again = extended(gone, { events: [eventAt(2), eventAt(1)], next: null }, ALL);
    expect(ids(again.events)).toEqual(["e000001"]);
  });

  it("goes by the filter, also when it is found out later what moved", () => {
    const people = { camera: "front", what: "person" } as const;
    expect(told(NO_EVENTS, eventAt(1, { camera: "back", what: "person" }), false, people)).toBe(NO_EVENTS);
    const one = told(NO_EVENTS, eventAt(1, { what: "person" }), false, people);
    expect(one.events).toHaveLength(1);
    expect(told(one, eventAt(1, { what: "object" }), false, people).events).toEqual([]);
  });

  it("leaves what is older than the loaded part to the pages that bring it", () => {
    const timeline = loaded([5, 4], "e000004");
    expect(told(timeline, eventAt(2))).toBe(timeline);
    expect(told(loaded([5, 4]), eventAt(2)).events).toHaveLength(3);
  });
});

describe("pages", () => {
  it("joins the next page below, each event once", () => {
    const timeline = extended(loaded([5, 4], "e000004"), { events: [eventAt(4), eventAt(3)], next: null }, ALL);
    expect(ids(timeline.events)).toEqual(["e000005", "e000004", "e000003"]);
    expect(timeline.next).toBeNull();
  });

  it("notices on a refresh what was deleted, and keeps what lies below", () => {
    const page = { events: [eventAt(6), eventAt(4)], next: "e000004" };
    const timeline = refreshed(loaded([5, 4, 3, 2], "e000002"), page, ALL, NOTHING);
    expect(ids(timeline.events)).toEqual(["e000006", "e000004", "e000003", "e000002"]);
    expect(timeline.next).toBe("e000002");
  });

  it("begins anew where a refresh does not reach what was known", () => {
    const page = { events: [eventAt(90), eventAt(80)], next: "e000080" };
    const timeline = refreshed(loaded([5, 4], "e000004"), page, ALL, NOTHING);
    expect(ids(timeline.events)).toEqual(["e000090", "e000080"]);
    expect(timeline.next).toBe("e000080");
  });

  it("keeps what was heard while the page was on its way", () => {
    const live = told(loaded([5]), eventAt(7));
    const timeline = refreshed(live, { events: [eventAt(5)], next: null }, ALL, new Set(["e000007"]));
    expect(ids(timeline.events)).toEqual(["e000007", "e000005"]);
  });

  it("ends somewhere, and can be continued from there", () => {
    const many = Array.from({ length: MOST_EVENTS + 5 }, (_, i) => MOST_EVENTS + 5 - i);
    const timeline = loaded(many);
    expect(timeline.events).toHaveLength(MOST_EVENTS);
    expect(timeline.next).toBe("e000006");
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused } from "../../../src/client/errors";
import type { EventChanged, EventInfo } from "../../../src/client/messages";
import { Source } from "../../../src/client/observable";
import { EventFeed, RETRY_MS } from "../../../src/client/timeline/eventFeed";
import type { EventFilter } from "../../../src/client/timeline/filter";
import type { EventPage } from "../../../src/client/timeline/timeline";
import { eventAt, ids } from "../../support/events";

const ALL: EventFilter = { camera: null, what: null };

let asked: [EventFilter, string | null][];
let answer: (cursor: string | null) => Promise<EventPage>;
let changes: Source<EventChanged | null>;
let link: Source<number>;
let removed: string[];
let feed: EventFeed;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  removed = [];
  changes = new Source<EventChanged | null>(null);
  link = new Source(1);
  answer = () => Promise.resolve({ events: [eventAt(1)], next: null });
  feed = new EventFeed(
    {
      page: (filter, cursor) => {
        asked.push([filter, cursor]);
        return answer(cursor);
      },
      remove: (id) => {
        removed.push(id);
        return id === "e000009" ? Promise.reject(new Refused("forbidden", "no")) : Promise.resolve();
      },
      changes,
      link,
    },
    ALL,
  );
});

afterEach(() => {
  vi.useRealTimers();
});

function tell(event: EventInfo): void {
  changes.set({ type: "event", event, deleted: false });
}

const settled = () => vi.advanceTimersByTimeAsync(0);

describe("a feed", () => {
  it("loads, hears, and stops hearing when it is left", async () => {
    const leave = feed.start();
    expect(feed.view.value.state).toBe("loading");
    await settled();
    expect(feed.view.value).toMatchObject({ state: "ready", hasEarlier: false, isBusy: false });
    tell(eventAt(2));
    expect(ids(feed.view.value.events)).toEqual(["e000002", "e000001"]);
    leave();
    tell(eventAt(3));
    expect(feed.view.value.events).toHaveLength(2);
  });

  it("goes on where a page ended, one question at a time", async () => {
    answer = (cursor) =>
      Promise.resolve(
        cursor === null
          ? { events: [eventAt(3)], next: "e000003" }
          : { events: [eventAt(2)], next: null },
      );
    feed.start();
    await settled();
    void feed.earlier();
    void feed.earlier();
    await settled();
    expect(asked.map(([, cursor]) => cursor)).toEqual([null, "e000003"]);
    expect(ids(feed.view.value.events)).toEqual(["e000003", "e000002"]);
    expect(feed.view.value.hasEarlier).toBe(false);
  });

  it("asks anew for another filter, and drops the answer to the old question", async () => {
    let late: (page: EventPage) => void = () => undefined;
    answer = () => new Promise((resolve) => (late = resolve));
    feed.start();
    const first = late;
    feed.show({ camera: "front", what: "person" });
    first({ events: [eventAt(1)], next: null });
    await settled();
    expect(feed.view.value).toMatchObject({ state: "loading", events: [] });
    late({ events: [eventAt(2, { what: "person" })], next: null });
    await settled();
    expect(ids(feed.view.value.events)).toEqual(["e000002"]);
    expect(asked[1]?.[0]).toEqual({ camera: "front", what: "person" });
  });

  it("asks again when the link is a new one", async () => {
    feed.start();
    await settled();
    link.set(2);
    await settled();
    expect(asked).toHaveLength(2);
  });

  it("says what is wrong, tries again, and recovers", async () => {
    answer = () => Promise.reject(new Refused("events-unavailable", "the disk is full"));
    feed.start();
    await settled();
    expect(feed.view.value).toMatchObject({ state: "unavailable", detail: "the disk is full" });
    answer = () => Promise.resolve({ events: [], next: null });
    await vi.advanceTimersByTimeAsync(RETRY_MS);
    expect(feed.view.value).toMatchObject({ state: "ready", detail: null });
  });

  it("does not bother a server that keeps none, but shows what it hears", async () => {
    answer = () => Promise.reject(new Refused("apart", "none"));
    feed.start();
    await settled();
    await vi.advanceTimersByTimeAsync(10 * RETRY_MS);
    expect(asked).toHaveLength(1);
    tell(eventAt(2));
    expect(feed.view.value).toMatchObject({ state: "apart", events: [{ id: "e000002" }] });
  });

  it("removes only what the server has removed", async () => {
    answer = () => Promise.resolve({ events: [eventAt(9), eventAt(1)], next: null });
    feed.start();
    await settled();
    await feed.remove("e000001");
    await expect(feed.remove("e000009")).rejects.toThrow("forbidden");
    expect(ids(feed.view.value.events)).toEqual(["e000009"]);
    expect(removed).toEqual(["e000001", "e000009"]);
  });
});

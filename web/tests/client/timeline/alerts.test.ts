import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EventChanged, EventInfo } from "../../../src/client/messages";
import { Source } from "../../../src/client/observable";
import { Alerts, FRESH_MS, SETTLE_MS, type Notifier } from "../../../src/client/timeline/alerts";
import { eventAt } from "../../support/events";

const NOW_MS = 1_000_000;

let changes: Source<EventChanged | null>;
let shown: (EventInfo | null)[];
let permission: NotificationPermission | null;
let answers: NotificationPermission;
let seen: Set<string>;
let kept: Map<string, string>;
let fails: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  changes = new Source<EventChanged | null>(null);
  shown = [];
  permission = "granted";
  answers = "granted";
  seen = new Set();
  kept = new Map([["peerlens.alerts", "on"]]);
  fails = false;
});

afterEach(() => {
  vi.useRealTimers();
});

function alerts(): Alerts {
  const notifier: Notifier = {
    permission: () => permission,
    request: () => Promise.resolve(answers),
    show: (event) => {
      if (fails) throw new TypeError("Illegal constructor");
      shown.push(event);
    },
  };
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  return new Alerts({
    changes,
    nowMs: () => NOW_MS,
    isSeen: (camera) => seen.has(camera),
    notifier,
    storage,
  });
}

function tell(fields: Partial<EventInfo> = {}, deleted = false): void {
  changes.set({ type: "event", event: eventAt(NOW_MS / 1_000 - 1, fields), deleted });
}

describe("alerts", () => {
  it("tell of an event once, with what is known a moment later", () => {
    alerts();
    tell();
    tell({ what: "person" });
    expect(shown).toEqual([]);
    vi.advanceTimersByTime(SETTLE_MS);
    expect(shown).toMatchObject([{ what: "person" }]);
    tell({ what: "person", endMs: NOW_MS });
    vi.advanceTimersByTime(SETTLE_MS);
    expect(shown).toHaveLength(1);
  });

  it.each([
    ["began long ago", { startMs: NOW_MS - FRESH_MS }],
    ["has ended", { endMs: NOW_MS }],
  ])("do not tell of one that %s", (_, fields) => {
    alerts();
    tell(fields);
    vi.advanceTimersByTime(SETTLE_MS);
    expect(shown).toEqual([]);
  });

  it("do not tell of what is seen anyway, or is deleted at once", () => {
    alerts();
    seen.add("front");
    tell();
    vi.advanceTimersByTime(SETTLE_MS);
    seen.clear();
    tell({ id: "other" });
    tell({ id: "other" }, true);
    vi.advanceTimersByTime(SETTLE_MS);
    expect(shown).toEqual([]);
  });

  it("ask for leave on a click only, and remember the switch", async () => {
    kept.clear();
    permission = "default";
    const made = alerts();
    tell();
    vi.advanceTimersByTime(SETTLE_MS);
    expect([made.state.value, shown]).toEqual(["off", []]);
    await made.switchOn();
    expect([made.state.value, kept.get("peerlens.alerts")]).toEqual(["on", "on"]);
    made.switchOff();
    expect([made.state.value, kept.get("peerlens.alerts")]).toEqual(["off", "off"]);
  });

  it("say when the browser does not let them", async () => {
    kept.clear();
    permission = "default";
    answers = "denied";
    const denied = alerts();
    await denied.switchOn();
    expect(denied.state.value).toBe("denied");
    permission = null;
    expect(alerts().state.value).toBe("unsupported");
    permission = answers = "granted";
    fails = true;
    const failing = alerts();
    await failing.switchOn();
    expect(failing.state.value).toBe("unsupported");
  });
});

import { describe, expect, it } from "vitest";
import { byDay, dayName, lasted, noticeOf, spoken } from "../../../src/components/events/wording";
import { eventAt } from "../../support/events";

const at = (text: string) => Date.parse(text);
const ZONE = "Europe/Berlin";

describe("times", () => {
  it("are those of whoever looks", () => {
    const nowMs = at("2026-08-10T00:30:00+02:00");
    expect(dayName(at("2026-08-10T00:10:00+02:00"), nowMs, ZONE)).toBe("Today");
    expect(dayName(at("2026-08-10T00:10:00+02:00"), nowMs, "UTC")).toBe("Today");
    expect(dayName(at("2026-08-09T23:50:00+02:00"), nowMs, ZONE)).toBe("Yesterday");
    expect(dayName(at("2026-08-09T23:50:00+02:00"), nowMs, "UTC")).toBe("Today");
    expect(dayName(at("2025-08-09T12:00:00Z"), nowMs, ZONE)).toContain("2025");
    expect(dayName(at("2026-08-01T12:00:00Z"), nowMs, ZONE)).not.toContain("2026");
  });

  it("say how long", () => {
    expect(lasted(eventAt(0))).toBe("Now");
    expect(lasted(eventAt(0, { endMs: 300 }))).toBe("1 s");
    expect(lasted(eventAt(0, { endMs: 59_400 }))).toBe("59 s");
    expect(lasted(eventAt(0, { endMs: 65_000 }))).toBe("1 min 05 s");
  });
});

it("groups by day, in order", () => {
  const seconds = ["2026-08-10T10:00:00Z", "2026-08-10T09:00:00Z", "2026-08-09T12:00:00Z"].map((t) => at(t) / 1_000);
  const days = byDay(seconds.map((s) => eventAt(s)), at("2026-08-10T12:00:00Z"), "UTC");
  expect(days.map(([day, events]) => [day, events.length])).toEqual([
    ["Today", 2],
    ["Yesterday", 1],
  ]);
});

it("tells what moved, where", () => {
  const event = eventAt(0, { what: "person", zones: ["Door"], endMs: 4_000 });
  expect(noticeOf(event, "Garden").title).toBe("Person at Garden");
  expect(noticeOf(event, "Garden").body).toContain("Door");
  expect(noticeOf({ ...event, description: "A postman" }, "Garden").body).toBe("A postman");
  expect(spoken(event, "Garden")).toMatch(/^Person, Garden, .*, 4 s$/);
});

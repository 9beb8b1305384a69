import { describe, expect, it } from "vitest";
import type { DriveView } from "../../../src/client/drive/view";
import { NO_CAPABILITIES } from "../../../src/client/drive/lease";
import {
  driveAnnouncement,
  driveWords,
  minutes,
  problemWords,
} from "../../../src/components/drive/wording";
import { carNews } from "../../support/FakeTransport";

function view(more: Partial<DriveView>, car: object = {}): DriveView {
  const { reason = null } = more;
  return {
    path: "direct",
    car: carNews(car),
    you: "watching",
    isUnanswered: false,
    state: "armed",
    reason,
    lately: reason,
    leftMs: null,
    health: null,
    capabilities: NO_CAPABILITIES,
    roundTripMs: null,
    boardMs: null,
    videoAgeMs: 40,
    problem: null,
    isAway: false,
    mustCentre: false,
    isThrottled: false,
    ...more,
  };
}

const driving = (more: Partial<DriveView>, car: object = {}) =>
  view({ you: "driving", ...more }, { driven: true, ...car });

it.each<[string, DriveView]>([
  ["Connecting…", view({ path: null, car: null })],
  ["Waiting for the car…", view({ car: null })],
  ["Car offline", view({}, { board: "offline" })],
  ["The car is free", view({})],
  ["Nobody is driving", view({}, { mayDrive: false })],
  ["Somebody is driving", view({}, { driven: true })],
  ["You are next", view({ you: "queued" }, { driven: true, place: 1 })],
  ["Place 3 in the queue", view({ you: "queued" }, { driven: true, place: 3 })],
  ["Emergency stop", view({ state: "stopped" }, { board: "offline" })],
  ["Emergency stop", driving({ state: "stopped", isAway: true })],
  ["Driving", driving({})],
  ["Driving", driving({ reason: "board-limit" })],
  ["No answer", driving({ isUnanswered: true, state: null })],
  ["Paused", driving({ isAway: true })],
  ["Let go of the controls", driving({ mustCentre: true })],
  ["Connection too slow", driving({ reason: "expired" })],
  ["Hold still to arm", driving({ state: "disarmed" })],
  ["Hold still to arm", driving({ state: "arming", reason: "not-armed" })],
  ["Release the throttle to arm", driving({ state: "disarmed", isThrottled: true })],
  ["Link interrupted", driving({ state: "neutral" })],
  ["Video is 430 ms old: throttle is off", driving({ reason: "stale-video", videoAgeMs: 428 })],
  ["No picture: throttle is off", driving({ reason: "stale-video", videoAgeMs: null })],
  ["Video is 220 ms old: speed is limited", driving({ reason: "slow-video", videoAgeMs: 221 })],
  ["Video is too old: throttle is off", driving({ reason: "stale-video", videoAgeMs: 30 })],
  ["Video is late: speed is limited", driving({ reason: "slow-video", videoAgeMs: 30 })],
])("says “%s”", (title, given) => {
  expect(driveWords(given).title).toBe(title);
});

it("says so where there is no car", () => {
  expect(driveWords(view({ car: null }), false).title).toBe("No car here");
});

describe("those who listen", () => {
  it("hear no numbers that change all the time", () => {
    const numbers = /\d+ ms/;
    for (const reason of ["stale-video", "slow-video"] as const) {
      const given = driving({ reason, videoAgeMs: 450 });
      expect(driveWords(given).title).toMatch(numbers);
      expect(driveAnnouncement(given)).not.toMatch(numbers);
    }
  });
});

it("says how long somebody drives who is waited for", () => {
  const given = view({ you: "queued", leftMs: 61_000 }, { driven: true, place: 2 });
  expect(driveWords(given).detail).toBe("Time left: 1:01.");
});

it.each([
  [600_000, "10:00"],
  [59_001, "1:00"],
  [9_000, "0:09"],
  [0, "0:00"],
])("writes %s ms as %s", (ms, text) => {
  expect(minutes(ms)).toBe(text);
});

it("has words for refusals, also for those it does not know", () => {
  expect(problemWords("queue-full")).toContain("full");
  expect(problemWords("future")).toBe("The gateway refused that.");
});

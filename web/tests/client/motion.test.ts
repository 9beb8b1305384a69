import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Motion } from "../../src/client/messages";
import { FADE_MS, MotionTracker } from "../../src/client/motion";

const MOTION: Motion = {
  type: "motion",
  camera: "front",
  captureMs: 1,
  level: "LOW",
  percent: 3,
  regions: [{ x: 0, y: 0, width: 0.5, height: 0.5 }],
};

let tracker: MotionTracker;
beforeEach(() => {
  vi.useFakeTimers();
  tracker = new MotionTracker(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
});

it("shows the newest event", () => {
  tracker.heard(MOTION);
  tracker.heard({ ...MOTION, level: "HIGH", regions: [] });
  expect(tracker.view).toEqual({ level: "HIGH", percent: 3, regions: [], isActive: true });
});

it("fades out when the event ends", () => {
  tracker.heard(MOTION);
  tracker.heard({ ...MOTION, level: "NONE", regions: [] });
  expect(tracker.view).toMatchObject({ isActive: false, regions: MOTION.regions });
  vi.advanceTimersByTime(FADE_MS);
  expect(tracker.view).toBeNull();
});

it("ends by itself when the end never comes", () => {
  tracker.heard(MOTION);
  vi.advanceTimersByTime(1_500);
  expect(tracker.view?.isActive).toBe(false);
});

it("lives on while news comes", () => {
  for (let i = 0; i < 10; i += 1) {
    tracker.heard(MOTION);
    vi.advanceTimersByTime(1_000);
  }
  expect(tracker.view?.isActive).toBe(true);
});

it("is not brought back by an end without a beginning", () => {
  tracker.heard({ ...MOTION, level: "NONE" });
  expect(tracker.view).toBeNull();
});

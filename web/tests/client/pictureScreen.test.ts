import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { epochNow } from "../../../src/client/clock";
import { PictureScreen } from "../../../src/client/drive/pictureScreen";
import { DAMAGED, FakeCanvas } from "../../support/FakeCanvas";

/** The gateway's clock is ahead of this page's. */
const OFFSET_MS = 90_000;

let canvas: FakeCanvas;
let offsetMs: number | null;
let screen: PictureScreen;
let done: number[];

beforeEach(() => {
  vi.useFakeTimers();
  canvas = new FakeCanvas();
  offsetMs = OFFSET_MS;
  screen = new PictureScreen({ decode: canvas.decode, offsetMs: () => offsetMs });
  done = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Takes a picture of `size` bytes that was captured `ageMs` ago. */
function take(size: number, ageMs = 0): void {
  const captureMs = epochNow() + OFFSET_MS - ageMs;
  screen.take({ captureMs, jpeg: new Blob([new Uint8Array(size)]) }, () => done.push(size));
}

it("shows a picture in its size, and has room for another one then", async () => {
  screen.attach(canvas);
  take(1);
  expect([canvas.drawn, done]).toEqual([[], []]);
  await canvas.decoded();
  expect([canvas.drawn, done]).toEqual([[1], [1]]);
  expect([canvas.width, canvas.height]).toEqual([640, 480]);
  expect(canvas.open).toBe(0);
});

it("decodes one at a time, and of those that wait only the newest", async () => {
  screen.attach(canvas);
  for (const size of [1, 2, 3, 4]) take(size);
  expect(canvas.decoding).toBe(1);
  // Those that were skipped make room at once.
  expect(done).toEqual([2, 3]);
  await canvas.decoded();
  await canvas.decoded();
  expect(canvas.drawn).toEqual([1, 4]);
  expect(done).toEqual([2, 3, 1, 4]);
});

it("tells the age of what is on screen, which grows", async () => {
  screen.attach(canvas);
  take(1, 120);
  expect(screen.onScreenMs).toBeNull();
  vi.advanceTimersByTime(15);
  await canvas.decoded();
  expect(screen.onScreenMs).toBeCloseTo(135);
  vi.advanceTimersByTime(60_000);
  expect(screen.onScreenMs).toBeCloseTo(60_135);
  take(2, 80);
  // It is not on screen before it is decoded.
  expect(screen.onScreenMs).toBeCloseTo(60_135);
  await canvas.decoded();
  expect(screen.onScreenMs).toBeCloseTo(80);
});

it("knows no age while the clocks are not compared, or too badly for one", async () => {
  screen.attach(canvas);
  take(1, 40);
  await canvas.decoded();
  offsetMs = null;
  expect(screen.onScreenMs).toBeNull();
  offsetMs = OFFSET_MS - 50;
  expect(screen.onScreenMs).toBeNull();
  offsetMs = OFFSET_MS - 30;
  expect(screen.onScreenMs).toBeCloseTo(10);
});

it("shows nothing where there is no canvas, and says so", async () => {
  take(1, 40);
  await canvas.decoded();
  expect(screen.onScreenMs).toBeNull();
  expect(screen.shownMs).toBeNull();
  expect(done).toEqual([1]);
  const detach = screen.attach(canvas);
  take(2, 40);
  await canvas.decoded();
  expect(screen.onScreenMs).not.toBeNull();
  detach();
  expect(screen.onScreenMs).toBeNull();
  expect(canvas.open).toBe(0);
});

it("goes on after a damaged picture", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  screen.attach(canvas);
  for (const size of [DAMAGED, DAMAGED, 3]) {
    take(size);
    await canvas.decoded();
  }
  expect(canvas.drawn).toEqual([3]);
  expect(done).toEqual([DAMAGED, DAMAGED, 3]);
  expect(warn).toHaveBeenCalledTimes(1);
});

it("does not show after it was cleared what was taken before", async () => {
  screen.attach(canvas);
  take(1);
  take(2);
  screen.clear();
  await canvas.decoded();
  expect(canvas.drawn).toEqual([]);
  expect(screen.shownMs).toBeNull();
  expect(canvas.open).toBe(0);
  take(3);
  await canvas.decoded();
  expect(canvas.drawn).toEqual([3]);
});

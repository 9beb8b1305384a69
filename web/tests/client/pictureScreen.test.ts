import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PictureScreen, type Size } from "../../src/client/pictureScreen";
import { DAMAGED, FakeCanvas } from "../support/FakeCanvas";

let canvas: FakeCanvas;
let screen: PictureScreen;
/** Sizes in bytes, and whether each was shown. */
let done: [number, Size | null][];

beforeEach(() => {
  canvas = new FakeCanvas();
  screen = new PictureScreen(canvas.decode);
  done = [];
});

afterEach(() => {
  vi.restoreAllMocks();
});

const SHOWN = { width: 640, height: 480 };

/** Takes a picture of `size` bytes. */
function take(size: number): void {
  screen.take(new Blob([new Uint8Array(size)]), (shown) => done.push([size, shown]));
}

it("shows a picture in its size, and has room for another one then", async () => {
  screen.attach(canvas);
  take(1);
  expect([canvas.drawn, done]).toEqual([[], []]);
  await canvas.decoded();
  expect([canvas.drawn, done]).toEqual([[1], [[1, SHOWN]]]);
  expect([canvas.width, canvas.height]).toEqual([640, 480]);
  expect(canvas.open).toBe(0);
});

it("decodes one at a time, and of those that wait only the newest", async () => {
  screen.attach(canvas);
  for (const size of [1, 2, 3, 4]) take(size);
  expect(canvas.decoding).toBe(1);
  // Those that were skipped make room at once.
  expect(done).toEqual([
    [2, null],
    [3, null],
  ]);
  await canvas.decoded();
  await canvas.decoded();
  expect(canvas.drawn).toEqual([1, 4]);
  expect(done.slice(2)).toEqual([
    [1, SHOWN],
    [4, SHOWN],
  ]);
});

it("shows nothing where there is no canvas, and says so", async () => {
  take(1);
  await canvas.decoded();
  const detach = screen.attach(canvas);
  take(2);
  await canvas.decoded();
  detach();
  take(3);
  await canvas.decoded();
  expect(done).toEqual([
    [1, null],
    [2, SHOWN],
    [3, null],
  ]);
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
  expect(done).toEqual([
    [DAMAGED, null],
    [DAMAGED, null],
    [3, SHOWN],
  ]);
  expect(warn).toHaveBeenCalledTimes(1);
});

it("does not show after it was cleared what was taken before", async () => {
  screen.attach(canvas);
  take(1);
  take(2);
  screen.clear();
  await canvas.decoded();
  expect(canvas.drawn).toEqual([]);
  expect(canvas.open).toBe(0);
  take(3);
  await canvas.decoded();
  expect(canvas.drawn).toEqual([3]);
});

it("holds what a video shows, once that shows anything", () => {
  screen.attach(canvas);
  const video = (width: number) =>
    ({ videoWidth: width, videoHeight: width / 2 }) as HTMLVideoElement;
  expect(screen.hold(video(0))).toBe(false);
  expect(screen.hold(video(320))).toBe(true);
  expect([canvas.width, canvas.height]).toEqual([320, 160]);
  expect(canvas.drawn).toHaveLength(1);
});

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VideoScreen } from "../../src/client/videoScreen";
import { FakeVideo } from "../support/FakeVideo";

let video: FakeVideo;
let screen: VideoScreen;
let log: string[];

const stream = (id: string) => ({ id }) as MediaStream;
const ONE = stream("one");
const TWO = stream("two");

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { hidden: false });
  video = new FakeVideo();
  log = [];
  screen = new VideoScreen({
    started: ({ id }) => log.push(`started ${id}`),
    shown: ({ id }) => log.push(`shown ${id}`),
    blocked: (isBlocked) => log.push(`blocked ${String(isBlocked)}`),
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("plays what it is given, whether before or after it has a video", async () => {
  screen.show(ONE);
  const detach = screen.attach(video.element);
  expect(video.srcObject).toBe(ONE);
  await Promise.resolve();
  screen.show(TWO);
  expect([video.srcObject, video.plays]).toEqual([TWO, 2]);
  detach();
  expect([video.srcObject, screen.element]).toEqual([null, null]);
});

it("tells once that a stream has its first picture, and of each one that is shown", () => {
  screen.attach(video.element);
  screen.show(ONE);
  expect(screen.hasStarted).toBe(false);
  video.load();
  expect(screen.hasStarted).toBe(true);
  video.present();
  video.present();
  expect(log).toEqual(["started one", "shown one", "shown one"]);
});

it("does not take a late picture of the stream before for one of the next", () => {
  screen.attach(video.element);
  screen.show(ONE);
  video.present();
  const beforeMs = performance.now();
  vi.advanceTimersByTime(10);
  screen.show(TWO);
  log = [];
  video.present(beforeMs);
  expect([log, screen.hasStarted]).toEqual([[], false]);
  video.present();
  expect(log).toEqual(["started two", "shown two"]);
});

it("tells when the browser wants a click, and when it has had one", async () => {
  video.mayPlay = false;
  screen.attach(video.element);
  screen.show(ONE);
  await vi.advanceTimersByTimeAsync(0);
  video.mayPlay = true;
  screen.play();
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(["blocked true", "blocked false"]);
});

it("goes on when the phone pauses it, unless nobody watches any more", () => {
  screen.attach(video.element);
  screen.show(ONE);
  video.dispatchEvent(new Event("pause"));
  expect(video.plays).toBe(2);
  screen.leave();
  video.dispatchEvent(new Event("pause"));
  video.present();
  expect([video.plays, log]).toEqual([2, []]);
});

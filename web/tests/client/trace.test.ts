import { expect, it } from "vitest";
import { LatencyTracer } from "../../src/client/trace";
import { frameTimes } from "../support/FakePeer";

/** A frame captured at `captureMs`, 2 ms in each stage of the gateway. */
const frame = (captureMs: number) => frameTimes(captureMs * 90, captureMs, 2);

it("knows nothing until a frame that was told of is shown", () => {
  const tracer = new LatencyTracer();
  expect(tracer.trace(0)).toBeNull();
  tracer.told(frame(1_000), 0);
  tracer.shown(900 * 90, 1_010, 0);
  expect(tracer.trace(1_010)).toBeNull();
  tracer.shown(1_000 * 90, 1_020, 0);
  expect(tracer.trace(1_020)?.totalMs).toBe(20);
});

it("joins by RTP timestamp whichever comes first, on the gateway's clock", () => {
  const tracer = new LatencyTracer();
  tracer.shown(1_000 * 90, 520, 500);
  tracer.told(frame(1_000), 500);
  const stages = { camera: 2, decode: 2, encode: 2, send: 2, network: 12 };
  expect(tracer.trace(520)).toEqual({ stages, totalMs: 20, frames: 1 });
});

it("counts a frame once", () => {
  const tracer = new LatencyTracer();
  tracer.told(frame(1_000), 0);
  tracer.shown(1_000 * 90, 1_020, 0);
  tracer.shown(1_000 * 90, 1_021, 0);
  expect(tracer.trace(1_021)?.frames).toBe(1);
});

it("gives medians of the last ten seconds whose tenths add up", () => {
  const tracer = new LatencyTracer();
  const show = (captureMs: number, ageMs: number) => {
    tracer.told(frameTimes(captureMs * 90, captureMs, 1.26), 0);
    tracer.shown(captureMs * 90, captureMs + ageMs, 0);
  };
  show(0, 500);
  show(12_000, 10.31);
  show(13_000, 90);
  show(14_000, 20);
  const trace = tracer.trace(14_100);
  expect(trace?.frames).toBe(3);
  expect(trace?.stages).toEqual({ camera: 1.3, decode: 1.3, encode: 1.3, send: 1.3, network: 15 });
  expect(trace?.totalMs).toBe(20.2);
  expect(tracer.trace(30_000)).toBeNull();
});

it("leaves out what the clocks cannot tell", () => {
  const tracer = new LatencyTracer();
  tracer.told(frame(1_000), null);
  tracer.shown(1_000 * 90, 1_020, null);
  tracer.told(frame(2_000), -100);
  tracer.shown(2_000 * 90, 2_020, -100);
  expect(tracer.trace(2_020)).toBeNull();
});

it("remembers no more than it needs", () => {
  const tracer = new LatencyTracer();
  tracer.shown(0, 20, 0);
  for (let i = 1; i <= 120; i += 1) tracer.shown(i, 20 + i, 0);
  tracer.told(frame(0), 0);
  expect(tracer.trace(200)).toBeNull();
});

import { describe, expect, it } from "vitest";
import { captureMs, LatencyMeter, rtpDistance } from "../../src/client/latency";

const WRAP = 2 ** 32;

describe("rtpDistance", () => {
  it.each([
    [9_000, 0, 9_000],
    [0, 9_000, -9_000],
    [100, WRAP - 100, 200],
    [WRAP - 100, 100, -200],
    [2 ** 31 - 1, 0, 2 ** 31 - 1],
  ])("from %i to %i", (to, from, distance) => {
    expect(rtpDistance(to, from)).toBe(distance);
  });
});

it("finds the capture time across the wrap", () => {
  const known = { rtpTimestamp: WRAP - 45_000, captureMs: 1e12 };
  expect(captureMs(45_000, known)).toBe(1e12 + 1_000);
  expect(captureMs(WRAP - 90_000, known)).toBe(1e12 - 500);
});

describe("LatencyMeter", () => {
  const known = { rtpTimestamp: 0, captureMs: 10_000 };

  it("knows nothing without a known frame, clock or frames on screen", () => {
    const meter = new LatencyMeter();
    meter.frame(0, 10_020, 0);
    expect(meter.medianMs(10_020)).toBeNull();
    meter.told(known, 10_020);
    meter.frame(0, 10_020, null);
    expect(meter.medianMs(10_020)).toBeNull();
  });

  it("is now plus offset minus capture", () => {
    const meter = new LatencyMeter();
    meter.told(known, 9_000);
    // This clock is 1 s behind the gateway's; the frame was captured 100 ms after the known one.
    meter.frame(9_000, 9_130, 1_000);
    expect(meter.medianMs(9_130)).toBe(30);
  });

  it("gives the median of the last second", () => {
    const meter = new LatencyMeter();
    meter.told(known, 10_000);
    const show = (rtpMs: number, ageMs: number) => {
      meter.frame(rtpMs * 90, 10_000 + rtpMs + ageMs, 0);
    };
    show(0, 500);
    show(1_500, 10);
    show(1_533, 90);
    show(1_566, 20);
    expect(meter.medianMs(11_600)).toBe(20);
    expect(meter.medianMs(13_000)).toBeNull();
  });

  it("does not trust what is known of a frame long past", () => {
    const meter = new LatencyMeter();
    meter.told(known, 10_000);
    meter.frame(0, 20_001, 0);
    expect(meter.medianMs(20_001)).toBeNull();
  });

  it("is unknown rather than negative while the clocks are compared too badly", () => {
    const meter = new LatencyMeter();
    meter.told(known, 10_000);
    meter.frame(900, 10_005, 0);
    expect(meter.medianMs(10_005)).toBeNull();
  });

  it("grows on screen until the next frame is shown, and is unknown after a second", () => {
    const meter = new LatencyMeter();
    expect(meter.onScreenMs(0)).toBeNull();
    meter.told(known, 10_000);
    meter.frame(0, 10_030, 0);
    expect(meter.onScreenMs(10_030)).toBe(30);
    expect(meter.onScreenMs(10_530)).toBe(530);
    meter.frame(90 * 540, 10_560, 0);
    expect(meter.onScreenMs(10_560)).toBe(20);
    expect(meter.onScreenMs(11_561)).toBeNull();
  });

  it("is unknown on screen while the clocks are not compared, or too badly", () => {
    const meter = new LatencyMeter();
    meter.told(known, 10_000);
    meter.frame(0, 10_030, null);
    expect(meter.onScreenMs(10_030)).toBeNull();
    meter.frame(900, 10_005, 0);
    expect(meter.onScreenMs(10_005)).toBeNull();
  });
});

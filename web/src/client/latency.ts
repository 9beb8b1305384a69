/** How old the picture on screen is: from capture to the moment it is shown. */

import type { Timing } from "./messages";

const RTP_CLOCK_PER_MS = 90;
const WINDOW_MS = 1_000;
/** `timing` older than this says nothing about the frame on screen any more. */
const TIMING_MAX_AGE_MS = 10_000;

/** The signed distance `to - from` of 32-bit RTP timestamps, right across the wrap. */
export function rtpDistance(to: number, from: number): number {
  return (to - from) | 0;
}

/** Capture time of the frame `rtpTimestamp`, on the gateway's clock. */
export function captureMs(rtpTimestamp: number, timing: Pick<Timing, "rtpTimestamp" | "captureMs">) {
  return timing.captureMs + rtpDistance(rtpTimestamp, timing.rtpTimestamp) / RTP_CLOCK_PER_MS;
}

interface Sample {
  readonly atMs: number;
  readonly ageMs: number;
}

export class LatencyMeter {
  #timing: { readonly rtpTimestamp: number; readonly captureMs: number } | null = null;
  #timingAtMs = 0;
  #samples: Sample[] = [];

  timing(timing: Pick<Timing, "rtpTimestamp" | "captureMs">, nowMs: number): void {
    this.#timing = timing;
    this.#timingAtMs = nowMs;
  }

  /** Notes that the frame `rtpTimestamp` is on screen at `nowMs` (this page's clock). */
  frame(rtpTimestamp: number, nowMs: number, offsetMs: number | null): void {
    if (this.#timing === null || offsetMs === null) return;
    if (nowMs - this.#timingAtMs > TIMING_MAX_AGE_MS) return;
    const ageMs = nowMs + offsetMs - captureMs(rtpTimestamp, this.#timing);
    this.#samples.push({ atMs: nowMs, ageMs });
    this.#forget(nowMs);
  }

  /**
   * Median age over the last second; null when it is not known. A negative one is not known
   * either: no picture is younger than its capture, so the clocks are compared too badly yet.
   */
  medianMs(nowMs: number): number | null {
    this.#forget(nowMs);
    const ages = this.#samples.map((sample) => sample.ageMs).sort((a, b) => a - b);
    const median = ages[Math.floor(ages.length / 2)];
    return median === undefined || median < 0 ? null : median;
  }

  #forget(nowMs: number): void {
    this.#samples = this.#samples.filter((sample) => nowMs - sample.atMs <= WINDOW_MS);
  }
}

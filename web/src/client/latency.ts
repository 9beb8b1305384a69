/** How old the picture on screen is: from capture to the moment it is shown. */

import type { FrameTimes } from "./messages";

const RTP_CLOCK_PER_MS = 90;
const WINDOW_MS = 1_000;
/** What was told of a frame longer ago says nothing about the one on screen any more. */
const TOLD_MAX_AGE_MS = 10_000;

/** Of one frame, its RTP timestamp and its capture by the gateway's clock. */
type Capture = Pick<FrameTimes, "rtpTimestamp" | "captureMs">;

/** The signed distance `to - from` of 32-bit RTP timestamps, right across the wrap. */
export function rtpDistance(to: number, from: number): number {
  return (to - from) | 0;
}

/** Capture time of the frame `rtpTimestamp`, on the gateway's clock. */
export function captureMs(rtpTimestamp: number, known: Capture): number {
  return known.captureMs + rtpDistance(rtpTimestamp, known.rtpTimestamp) / RTP_CLOCK_PER_MS;
}

interface Sample {
  readonly atMs: number;
  readonly ageMs: number;
}

export class LatencyMeter {
  #known: Capture | null = null;
  #toldMs = 0;
  #samples: Sample[] = [];

  /** Notes what the gateway tells of one frame; the times of all others follow from it. */
  told(known: Capture, nowMs: number): void {
    this.#known = known;
    this.#toldMs = nowMs;
  }

  /** Notes that the frame `rtpTimestamp` is on screen at `nowMs` (this page's clock). */
  frame(rtpTimestamp: number, nowMs: number, offsetMs: number | null): void {
    if (this.#known === null || offsetMs === null) return;
    if (nowMs - this.#toldMs > TOLD_MAX_AGE_MS) return;
    this.shown(nowMs + offsetMs - captureMs(rtpTimestamp, this.#known), nowMs);
  }

  /** Notes that a picture of a known age is on screen. */
  shown(ageMs: number, nowMs: number): void {
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

  /**
   * Age, now, of the picture on screen: what the newest one had when it was shown, and the time
   * since. Null when none was shown in the last second, or when its age is not known.
   */
  onScreenMs(nowMs: number): number | null {
    this.#forget(nowMs);
    const newest = this.#samples.at(-1);
    return newest === undefined || newest.ageMs < 0 ? null : newest.ageMs + nowMs - newest.atMs;
  }

  #forget(nowMs: number): void {
    this.#samples = this.#samples.filter((sample) => nowMs - sample.atMs <= WINDOW_MS);
  }
}

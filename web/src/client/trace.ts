/** Where the time of a picture goes, from the lens to the screen. */

import type { FrameTimes } from "./messages";

export const STAGES = ["camera", "decode", "encode", "send", "network"] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Milliseconds in each stage, the median over the frames that were traced lately; `totalMs` is
 * their sum. `network` ends when the picture is on screen, so the browser is part of it.
 */
export interface LatencyTrace {
  readonly stages: Readonly<Record<Stage, number>>;
  readonly totalMs: number;
  /** How many frames it is the median of. */
  readonly frames: number;
}

const WINDOW_MS = 10_000;
/** Four seconds at 30 frames a second: the gateway's word about a frame comes after the frame. */
const MOST_SHOWN = 120;
const MOST_TOLD = 8;

interface Sample {
  readonly atMs: number;
  readonly stages: Readonly<Record<Stage, number>>;
}

/** Joins what the gateway tells of some frames with the moments in which they were shown. */
export class LatencyTracer {
  /** When frames were shown, by this page's clock; by RTP timestamp, oldest first. */
  readonly #shown = new Map<number, number>();
  readonly #told = new Map<number, FrameTimes>();
  #samples: readonly Sample[] = [];

  /** The frame `rtpTimestamp` is on screen at `nowMs`. */
  shown(rtpTimestamp: number, nowMs: number, offsetMs: number | null): void {
    remember(this.#shown, rtpTimestamp, nowMs, MOST_SHOWN);
    this.#join(rtpTimestamp, offsetMs);
  }

  /** The gateway tells of a frame, which may have been shown, be on its way, or be lost. */
  told(frame: FrameTimes, offsetMs: number | null): void {
    remember(this.#told, frame.rtpTimestamp, frame, MOST_TOLD);
    this.#join(frame.rtpTimestamp, offsetMs);
  }

  /** Null when no frame was traced in the last ten seconds. */
  trace(nowMs: number): LatencyTrace | null {
    this.#samples = this.#samples.filter((sample) => nowMs - sample.atMs <= WINDOW_MS);
    if (this.#samples.length === 0) return null;
    const stages = { camera: 0, decode: 0, encode: 0, send: 0, network: 0 };
    let tenths = 0;
    for (const stage of STAGES) {
      const rounded = Math.round(median(this.#samples.map((sample) => sample.stages[stage])) * 10);
      stages[stage] = rounded / 10;
      tenths += rounded;
    }
    return { stages, totalMs: tenths / 10, frames: this.#samples.length };
  }

  #join(rtpTimestamp: number, offsetMs: number | null): void {
    const frame = this.#told.get(rtpTimestamp);
    const shownMs = this.#shown.get(rtpTimestamp);
    if (frame === undefined || shownMs === undefined || offsetMs === null) return;
    this.#told.delete(rtpTimestamp);
    const stages = {
      camera: frame.receivedMs - frame.captureMs,
      decode: frame.decodedMs - frame.receivedMs,
      encode: frame.encodedMs - frame.decodedMs,
      send: frame.sentMs - frame.encodedMs,
      network: shownMs + offsetMs - frame.sentMs,
    };
    // Nothing is shown before it is sent: the clocks are compared too badly yet.
    if (STAGES.some((stage) => stages[stage] < 0)) return;
    this.#samples = [...this.#samples, { atMs: shownMs, stages }];
  }
}

function remember<T>(map: Map<number, T>, key: number, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}

/** Of at least one value; the mean of the two in the middle where there are two. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? NaN;
  const high = sorted[Math.ceil(middle)] ?? NaN;
  return (low + high) / 2;
}

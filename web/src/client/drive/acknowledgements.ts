/** What `driven` messages tell: the state of the car, the round trip, the gateway's clock. */

import type { Driven, Heard } from "../messages";

const WINDOW_MS = 1_000;
/** An answer to something older says nothing about now. */
const OLDEST_MS = 5_000;
/** As in the protocol: what was heard longer ago proves nothing. */
const LONGEST_HELD_MS = 2_000;
/** A state heard longer ago may not hold any more. */
const FRESH_MS = 700;

interface Heartbeat {
  readonly driven: Driven;
  readonly atMs: number;
}

/** All times of this page's steady clock, in milliseconds. */
export class Acknowledgements {
  #newest: Heartbeat | null = null;
  #trips: readonly { readonly atMs: number; readonly tripMs: number }[] = [];

  /** Takes an answer that came in at `nowMs`; an older one than the newest only tells its trip. */
  add(driven: Driven, nowMs: number): void {
    const tripMs = nowMs - driven.sentMs;
    if (tripMs < 0 || tripMs > OLDEST_MS) return;
    const recent = this.#trips.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    this.#trips = [...recent, { atMs: nowMs, tripMs }];
    if (this.#newest !== null && !isNewer(driven.seq, this.#newest.driven.seq)) return;
    this.#newest = { driven, atMs: nowMs };
  }

  /** Proof for the gateway of how old a command can be; null when there is none that counts. */
  heard(nowMs: number): Heard | null {
    if (this.#newest === null) return null;
    const heldMs = nowMs - this.#newest.atMs;
    if (heldMs < 0 || heldMs > LONGEST_HELD_MS) return null;
    return { atMs: this.#newest.driven.atMs, heldMs };
  }

  /** The newest answer, while it is new. */
  newest(nowMs: number): Driven | null {
    if (this.#newest === null || nowMs - this.#newest.atMs > FRESH_MS) return null;
    return this.#newest.driven;
  }

  /** Median over the last second; null when there was no answer in it. */
  roundTripMs(nowMs: number): number | null {
    const trips = this.#trips
      .filter(({ atMs }) => nowMs - atMs <= WINDOW_MS)
      .map(({ tripMs }) => tripMs)
      .sort((a, b) => a - b);
    return trips[Math.floor(trips.length / 2)] ?? null;
  }

  clear(): void {
    this.#newest = null;
    this.#trips = [];
  }
}

/** Whether `seq` is ahead of `than`, right across the wrap at 2^32. */
export function isNewer(seq: number, than: number): boolean {
  return ((seq - than) | 0) > 0;
}

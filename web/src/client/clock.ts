/** The gateway's clock, seen from here (as NTP does it). All times in epoch milliseconds. */

import type { Synced } from "./messages";

/** This page's clock: epoch milliseconds with fractions; steady, never set back. */
export function epochNow(): number {
  return performance.timeOrigin + performance.now();
}

interface Exchange {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

const KEPT = 8;
const MOST_LATE_MS = 400;

export class RemoteClock {
  #exchanges: readonly Exchange[] = [];

  /** Takes one exchange; `arrivedMs` is this page's clock when `synced` came in. */
  add(synced: Pick<Synced, "sentMs" | "receivedMs" | "repliedMs">, arrivedMs: number): void {
    const { sentMs, receivedMs, repliedMs } = synced;
    const roundTripMs = arrivedMs - sentMs - (repliedMs - receivedMs);
    if (arrivedMs < sentMs || repliedMs < receivedMs || roundTripMs < 0) return;
    const offsetMs = (receivedMs - sentMs + (repliedMs - arrivedMs)) / 2;
    this.#exchanges = [...this.#exchanges, { offsetMs, roundTripMs }].slice(-KEPT);
  }

  /** Remote minus local, from the exchange with the shortest round trip; null before the first. */
  get offsetMs(): number | null {
    return this.#best?.offsetMs ?? null;
  }

  get roundTripMs(): number | null {
    return this.#best?.roundTripMs ?? null;
  }

  /**
   * How long three round trips may take; 0 before the first exchange. A busy far end answers late
   * now and then, as the slowest of the last ones tells; some of that is allowed for.
   */
  get threeTripsMs(): number {
    const slowestMs = Math.max(0, ...this.#exchanges.map(({ roundTripMs }) => roundTripMs));
    return Math.min(3 * slowestMs, 3 * (this.roundTripMs ?? 0) + MOST_LATE_MS);
  }

  get #best(): Exchange | null {
    return this.#exchanges.reduce<Exchange | null>(
      (best, each) => (best === null || each.roundTripMs <= best.roundTripMs ? each : best),
      null,
    );
  }
}

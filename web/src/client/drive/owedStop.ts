/**
 * An emergency stop that was asked for, until it is heard to hold: what was said on a path that is
 * dead already must be said again on the next one. Pure: the time comes with each call.
 */

/** Paths are replaced within seconds; what was asked for longer ago is not said out of the blue. */
export const OWED_MS = 10_000;

export class OwedStop {
  #askedMs = -Infinity;
  #isSaid = false;

  /** It was asked for, and said on the way there is. */
  asked(nowMs: number): void {
    this.#askedMs = nowMs;
    this.#isSaid = true;
  }

  /** The car is stopped. */
  heard(): void {
    this.#askedMs = -Infinity;
  }

  /** The way it was said on is gone. */
  left(): void {
    this.#isSaid = false;
  }

  /** Whether to say it now, on a way where nobody has; it counts as said then. */
  takeDue(nowMs: number): boolean {
    if (this.#isSaid || nowMs - this.#askedMs > OWED_MS) return false;
    this.#isSaid = true;
    return true;
  }
}

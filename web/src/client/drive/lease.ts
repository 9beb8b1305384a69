/** Who drives, as the gateway says. Pure; times of this page's steady clock, in milliseconds. */

import { problemSlug } from "../errors";
import type { BoardCapabilities, BoardHealth, Car, CarNews } from "../messages";

/** Before a board has said what it can do. */
export const NO_CAPABILITIES: BoardCapabilities = {
  lights: false,
  horn: false,
  pan: false,
  tilt: false,
  reverse: true,
};
const PROBLEM_MS = 6_000;

export class Lease {
  #car: Car | null = null;
  #carMs = 0;
  #health: BoardHealth | null = null;
  #capabilities = NO_CAPABILITIES;
  #problem: { readonly slug: string; readonly atMs: number } | null = null;

  /** Takes what the gateway says; only the car's state and refusals mean anything here. */
  heard(news: CarNews, nowMs: number): void {
    if (news.type === "car") this.#told(news, nowMs);
    else if (news.type === "error") {
      this.#problem = { slug: problemSlug(news.problem), atMs: nowMs };
    }
  }

  /** The link is gone, and with it what was known. */
  lost(): void {
    this.#car = null;
    this.#health = null;
    this.#problem = null;
  }

  /** As last told; null before that, and without a link. */
  get car(): Car | null {
    return this.#car;
  }

  /** The session that commands must carry; null unless this page drives. */
  get session(): string | null {
    return this.#car?.you === "driving" ? this.#car.session : null;
  }

  get health(): BoardHealth | null {
    return this.#health;
  }

  get capabilities(): BoardCapabilities {
    return this.#capabilities;
  }

  /** How long the lease of whoever drives still runs at `nowMs`; counts down between messages. */
  leftMs(nowMs: number): number | null {
    const leftMs = this.#car?.leftMs ?? null;
    return leftMs === null ? null : Math.max(0, leftMs - (nowMs - this.#carMs));
  }

  /** The last part of the newest refusal, for as long as it is worth showing. */
  problem(nowMs: number): string | null {
    if (this.#problem === null || nowMs - this.#problem.atMs > PROBLEM_MS) return null;
    return this.#problem.slug;
  }

  #told(car: Car, nowMs: number): void {
    if (car.you !== this.#car?.you) this.#problem = null;
    this.#car = car;
    this.#carMs = nowMs;
    this.#capabilities = car.capabilities ?? this.#capabilities;
    // Only the driver is told, and only while there is a board to tell of.
    const isTold = car.you === "driving" && car.board === "online";
    this.#health = isTold ? (car.health ?? this.#health) : null;
  }
}

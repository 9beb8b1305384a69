/** Growing, randomised delays, so that many clients do not come back in step. */

export interface BackoffOptions {
  readonly firstMs: number;
  readonly capMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export class Backoff {
  #attempts = 0;
  readonly #options: BackoffOptions;

  constructor(options: Partial<BackoffOptions> = {}) {
    this.#options = { firstMs: 200, capMs: 2_000, random: Math.random, ...options };
  }

  /** The next delay in ms: between half of the full step and the full step. */
  next(): number {
    const { firstMs, capMs, random } = this.#options;
    const full = Math.min(capMs, firstMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 30);
    return full * (0.5 + random() / 2);
  }

  reset(): void {
    this.#attempts = 0;
  }
}

/** Sends what is asked of the car, for as long as this page holds the lease. */

import type { Drive, Driven, Heard } from "../messages";
import { Acknowledgements } from "./acknowledgements";
import type { Command } from "./driver";
import { axis } from "./shaping";
import type { Transport } from "./transport";

/** How often input is looked at. */
export const SAMPLE_MS = 16;
/** About 30 commands a second; timers are a little early now and then. */
export const SEND_EVERY_MS = 30;
/** Never more than 50 a second. */
export const MIN_GAP_MS = 20;
export const TTL_MS = 400;
export const STOP_COPIES = 3;
export const STOP_GAP_MS = 30;
/** A change that does not wait for the next regular command. */
const LARGE_CHANGE = 0.1;
const MOST_MS = 1e7;
const SEQ_END = 2 ** 32;
/** What answers nothing for so long after the first command cannot be relied on. */
const PATIENCE_MS = 1_000;

export interface SenderOptions {
  readonly transport: () => Transport | null;
  /** Looks at the input; called at each sample. */
  readonly sample: (nowMs: number) => Command;
  /** Age of the picture on screen, null when there is none. */
  readonly videoAgeMs: () => number | null;
  /** The first sequence number. */
  readonly firstSeq?: number;
}

export class Sender {
  readonly acknowledgements = new Acknowledgements();
  readonly #options: SenderOptions;
  #session: string | null = null;
  #seq: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #stops: ReturnType<typeof setTimeout>[] = [];
  #beganMs = 0;
  #sentMs = -Infinity;
  #sent: Command | null = null;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#seq = options.firstSeq ?? 0;
  }

  /** The session that commands carry; null while nothing is sent. */
  get session(): string | null {
    return this.#session;
  }

  /** Whether the first answers may still be on their way, and commands without proof of age. */
  isYoung(nowMs: number): boolean {
    return nowMs - this.#beganMs <= PATIENCE_MS;
  }

  /** Whether commands are sent, and nothing comes back. */
  isUnanswered(nowMs: number): boolean {
    if (this.#session === null || this.isYoung(nowMs)) return false;
    return this.acknowledgements.newest(nowMs) === null;
  }

  /** Sends commands of `session` until `end`. */
  begin(session: string): void {
    if (session === this.#session) return;
    this.end();
    this.#session = session;
    this.#beganMs = performance.now();
    this.#timer = setInterval(() => {
      this.sample();
    }, SAMPLE_MS);
    this.sample();
  }

  /** Sends nothing any more; what was heard belongs to the lease that is over. */
  end(): void {
    clearInterval(this.#timer);
    this.#session = null;
    this.#sent = null;
    this.acknowledgements.clear();
  }

  /**
   * Looks at the input, and sends where it is time to, where much has changed, or where `isLast`:
   * it cannot wait, because nobody knows when the next time is.
   */
  sample(isLast = false): void {
    if (this.#session === null) return;
    const nowMs = performance.now();
    const command = this.#options.sample(nowMs);
    const gapMs = nowMs - this.#sentMs;
    const isDue = gapMs >= SEND_EVERY_MS || (gapMs >= MIN_GAP_MS && isUrgent(this.#sent, command));
    if (isDue || isLast) this.#send(command, nowMs);
  }

  heard(driven: Driven): void {
    this.acknowledgements.add(driven, performance.now());
  }

  /** The emergency stop, several times: each copy may get lost. Needs no lease. */
  stop(): void {
    for (let copy = 0; copy < STOP_COPIES; copy += 1) {
      if (copy === 0) this.#options.transport()?.command({ type: "stop" });
      else {
        const timer = setTimeout(() => {
          this.#options.transport()?.command({ type: "stop" });
        }, copy * STOP_GAP_MS);
        this.#stops = [...this.#stops, timer].slice(-2 * STOP_COPIES);
      }
    }
  }

  /** Sends nothing any more, not even copies of a stop. */
  close(): void {
    this.end();
    for (const timer of this.#stops.splice(0)) clearTimeout(timer);
  }

  #send(command: Command, nowMs: number): void {
    const session = this.#session;
    // Looking at the input may have ended the lease.
    if (session === null) return;
    const message = driveMessage(command, {
      session,
      seq: this.#seq,
      nowMs,
      heard: this.acknowledgements.heard(nowMs),
      videoAgeMs: this.#options.videoAgeMs(),
    });
    if (this.#options.transport()?.command(message) !== true) return;
    this.#seq = (this.#seq + 1) % SEQ_END;
    this.#sentMs = nowMs;
    this.#sent = command;
  }
}

interface Circumstances {
  readonly session: string;
  readonly seq: number;
  readonly nowMs: number;
  readonly heard: Heard | null;
  readonly videoAgeMs: number | null;
}

/** The command as it travels: every number in it is finite and in range. */
function driveMessage(command: Command, given: Circumstances): Drive {
  const { videoAgeMs } = given;
  const isKnown = videoAgeMs !== null && Number.isFinite(videoAgeMs) && videoAgeMs >= 0;
  return {
    type: "drive",
    session: given.session,
    seq: given.seq,
    sentMs: given.nowMs,
    ttlMs: TTL_MS,
    throttle: rounded(command.throttle),
    steering: rounded(command.steering),
    heard: given.heard,
    videoAgeMs: isKnown ? Math.min(MOST_MS, Math.round(videoAgeMs * 10) / 10) : null,
    brake: command.brake,
    lights: command.lights,
    horn: command.horn,
    pan: rounded(command.pan),
    tilt: rounded(command.tilt),
  };
}

function rounded(value: number): number {
  return Math.round(axis(value) * 1_000) / 1_000 + 0;
}

/** Whether the hand went to neutral, or did much else at once. */
function isUrgent(before: Command | null, now: Command): boolean {
  if (before === null) return true;
  if (before.throttle !== 0 && now.throttle === 0) return true;
  if (before.brake !== now.brake || before.horn !== now.horn || before.lights !== now.lights) {
    return true;
  }
  const change = (name: "throttle" | "steering") => Math.abs(now[name] - before[name]);
  return Math.max(change("throttle"), change("steering")) > LARGE_CHANGE;
}

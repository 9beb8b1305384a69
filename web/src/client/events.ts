/** The `events` data channel: heartbeat and requests out, news about camera and car in. */

import { epochNow, RemoteClock } from "./clock";
import { decode, encode } from "./codec";
import { ProtocolError } from "./errors";
import {
  browserToGateway,
  gatewayToBrowser,
  type FromGateway,
  type ToGateway,
} from "./messages";

export const SYNC_EVERY_MS = 2_000;
/** While somebody looks at the numbers. */
export const CLOSE_SYNC_EVERY_MS = 500;
/** A fresh connection asks again soon: its first exchange is often slow, and before any frame. */
export const SECOND_SYNC_MS = 300;
export const SILENCE_MS = 5_000;
/** How long an answer may take, beside round trips, when there is reason to doubt the link. */
const PROBE_MS = 800;
/** A question that is lost is sent again a second later only; later ones bring it forward. */
const ASK_AGAIN_MS = 200;

/** What this needs of an `RTCDataChannel`. */
export type Channel = Pick<RTCDataChannel, "onopen" | "onmessage" | "onclose" | "send">;

export interface EventsListener {
  /** For `synced`, the clock has been compared already. */
  message(message: FromGateway): void;
  closed(): void;
}

export class EventsChannel {
  readonly clock = new RemoteClock();
  readonly #channel: Channel;
  #isOpen = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasBeaten = false;
  #isClose = false;
  #heardMs = 0;
  #askedMs = 0;
  #probe: { readonly sentMs: number } | null = null;
  #refused = 0;

  constructor(channel: Channel, listener: EventsListener) {
    this.#channel = channel;
    channel.onopen = () => {
      this.#isOpen = true;
      this.#heardMs = epochNow();
      this.#beat();
    };
    channel.onmessage = (event) => {
      this.#receive(event.data, listener);
    };
    channel.onclose = () => {
      this.stop();
      listener.closed();
    };
  }

  /** Whether the gateway speaks on this channel; standard WHEP servers do not. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How long ago the gateway answered last. */
  idleMs(nowMs: number): number {
    return nowMs - this.#heardMs;
  }

  /** Whether the gateway owes an answer for too long. */
  isSilent(nowMs: number): boolean {
    if (!this.#isOpen) return false;
    const patienceMs = PROBE_MS + this.clock.threeTripsMs;
    if (this.#probe !== null && nowMs - this.#probe.sentMs > patienceMs) return true;
    return nowMs - this.#heardMs > SILENCE_MS;
  }

  /** Asks for a sign of life within about a second rather than five; may be called at any rate. */
  probe(): void {
    const nowMs = epochNow();
    if (!this.#isOpen) return;
    if (this.#probe === null) this.#probe = { sentMs: nowMs };
    else if (nowMs - this.#askedMs < ASK_AGAIN_MS) return;
    this.#sync();
  }

  /** Asks more often, or not. */
  lookClosely(isClose: boolean): void {
    if (isClose === this.#isClose) return;
    this.#isClose = isClose;
    if (!this.#isOpen || !isClose) return;
    clearTimeout(this.#timer);
    this.#beat();
  }

  /** Sends one message; false when there is no way. */
  send(message: ToGateway): boolean {
    if (!this.#isOpen) return false;
    try {
      this.#channel.send(encode(message, browserToGateway));
      return true;
    } catch {
      // The channel is closing or its buffer is full: the silence will tell.
      return false;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isOpen = false;
    this.#channel.onopen = null;
    this.#channel.onmessage = null;
    this.#channel.onclose = null;
  }

  #beat(): void {
    this.#sync();
    const usualMs = this.#isClose ? CLOSE_SYNC_EVERY_MS : SYNC_EVERY_MS;
    const nextMs = this.#hasBeaten ? usualMs : SECOND_SYNC_MS;
    this.#hasBeaten = true;
    this.#timer = setTimeout(() => {
      this.#beat();
    }, nextMs);
  }

  #sync(): void {
    this.#askedMs = epochNow();
    this.send({ type: "sync", sentMs: this.#askedMs });
  }

  #receive(data: unknown, listener: EventsListener): void {
    const nowMs = epochNow();
    let message: FromGateway;
    try {
      if (typeof data !== "string") throw new ProtocolError("expected text");
      message = decode(data, gatewayToBrowser);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#refused += 1;
      if (this.#refused === 1) console.warn("events < refused: %s", error.message);
      return;
    }
    if (message.type === "synced") {
      this.clock.add(message, nowMs);
      this.#heardMs = nowMs;
      if (this.#probe !== null && message.sentMs >= this.#probe.sentMs) this.#probe = null;
    }
    listener.message(message);
  }
}

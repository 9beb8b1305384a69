/** Driving over the relay: one WebSocket of its own, where no peer connection can be had. */

import { Backoff } from "../backoff";
import { epochNow } from "../clock";
import { decode, encode } from "../codec";
import { ProtocolError } from "../errors";
import {
  gatewayToRelayed,
  relayedToGateway,
  VERSION,
  type FromRelay,
  type LeaseRequest,
  type Synced,
  type ToCar,
  type ToRelay,
} from "../messages";
import { FINAL_CLOSES, type Socket } from "../signaling";
import { Lease } from "./lease";
import { MOST_BUFFERED_BYTES, type Transport, type TransportListener } from "./transport";

const SYNC_EVERY_MS = 500;
/** Without a word for this long the link is dead. */
const SILENCE_MS = 2_500;
/** A gateway that is fetched has 5 s to come. */
const FIRST_SILENCE_MS = 6_000;
/** Without a word for longer than between two of them, it may be dead. */
const DOUBT_MS = 1_500;

export interface RelayOptions {
  readonly camera: string;
  readonly token: () => string | null;
  readonly createSocket: () => Socket;
  readonly backoff?: Backoff;
}

export class Relay implements Transport {
  readonly path = "relay";
  readonly lease = new Lease();
  readonly #options: RelayOptions;
  readonly #listener: TransportListener;
  readonly #backoff: Backoff;
  #socket: Socket | null = null;
  #isOpen = false;
  #heardMs = 0;
  #roundTripMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor(options: RelayOptions, listener: TransportListener) {
    this.#options = options;
    this.#listener = listener;
    this.#backoff = options.backoff ?? new Backoff();
  }

  /** The other end has spoken. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Of the newest `sync`. */
  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  /** It has spoken, and then nothing was heard when something should have been. */
  get isDoubtful(): boolean {
    return this.#isOpen && performance.now() - this.#heardMs > DOUBT_MS;
  }

  start(): void {
    if (this.#socket === null) this.#connect();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#drop();
  }

  command(message: ToCar): boolean {
    if (!this.#isOpen || (this.#socket?.bufferedAmount ?? 0) > MOST_BUFFERED_BYTES) return false;
    return this.#send(message);
  }

  request(message: LeaseRequest): boolean {
    return this.#isOpen && this.#send(message);
  }

  #connect(): void {
    const socket = this.#options.createSocket();
    this.#socket = socket;
    this.#heardMs = performance.now();
    socket.onopen = () => {
      const { camera, token } = this.#options;
      this.#send({ type: "join", camera, v: VERSION, token: token() });
      this.#sync();
    };
    socket.onmessage = (event) => {
      this.#receive(event.data);
    };
    socket.onclose = (event) => {
      this.#lost(FINAL_CLOSES.has(event.code));
    };
    this.#heartbeat = setInterval(() => {
      this.#beat();
    }, SYNC_EVERY_MS);
  }

  #receive(data: unknown): void {
    const nowMs = performance.now();
    let message: FromRelay;
    try {
      if (typeof data !== "string") throw new ProtocolError("expected a text frame");
      message = decode(data, gatewayToRelayed);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      console.warn("relay < refused: %s", error.message);
      this.#lost(true);
      return;
    }
    this.#heardMs = nowMs;
    if (!this.#isOpen && message.type !== "error") {
      this.#isOpen = true;
      this.#backoff.reset();
      this.#listener.changed();
    }
    if (message.type === "ping") this.#send({ type: "pong", id: message.id });
    else if (message.type === "synced") this.#synced(message);
    else if (message.type === "car" || message.type === "driven" || message.type === "error") {
      this.lease.heard(message, nowMs);
      this.#listener.heard(message, this);
    }
  }

  #beat(): void {
    const nowMs = performance.now();
    if (nowMs - this.#heardMs > (this.#isOpen ? SILENCE_MS : FIRST_SILENCE_MS)) {
      this.#lost(false);
      return;
    }
    if (this.#isOpen) this.#sync();
  }

  #sync(): void {
    this.#send({ type: "sync", sentMs: epochNow() });
  }

  #synced(synced: Synced): void {
    const arrivedMs = epochNow();
    const { sentMs, receivedMs, repliedMs } = synced;
    this.#roundTripMs = Math.max(0, arrivedMs - sentMs - (repliedMs - receivedMs));
  }

  #send(message: ToRelay): boolean {
    try {
      if (this.#socket === null) return false;
      this.#socket.send(encode(message, relayedToGateway));
      return true;
    } catch {
      // The socket is closing: its end will tell.
      return false;
    }
  }

  #lost(isFinal: boolean): void {
    this.#drop();
    clearTimeout(this.#timer);
    if (!isFinal) {
      this.#timer = setTimeout(() => {
        this.#connect();
      }, this.#backoff.next());
    }
    this.#listener.changed();
  }

  #drop(): void {
    clearInterval(this.#heartbeat);
    const socket = this.#socket;
    this.#socket = null;
    this.#isOpen = false;
    this.#roundTripMs = null;
    this.lease.lost();
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(1000);
  }
}

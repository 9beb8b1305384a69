/** What carries driving: two data channels of a peer connection, or one socket over the relay. */

import type { EventsChannel } from "../events";
import type { CarNews, LeaseRequest, ToCar } from "../messages";
import type { ControlChannel } from "./control";
import type { Lease } from "./lease";

/** What waits to be sent beyond this would only arrive late. */
export const MOST_BUFFERED_BYTES = 4_096;

export interface Transport {
  /** Over a peer connection, or over the relay. */
  readonly path: "direct" | "relay";
  /** What the gateway says on this way about who drives. */
  readonly lease: Lease;
  /** Of the way itself, where it measures that. */
  readonly roundTripMs: number | null;
  /** Whether the other end can be asked for anything. */
  readonly isOpen: boolean;
  /** Sends by the quick way, now or never; says whether it did. */
  command(message: ToCar): boolean;
  /** Sends by the sure way; false when there is none. */
  request(message: LeaseRequest): boolean;
}

export interface TransportListener {
  /** A transport opened, closed, or took another one's place. */
  changed(): void;
  /** After the transport's own lease has heard it. */
  heard(news: CarNews, from: Transport): void;
}

export class PeerTransport implements Transport {
  readonly path = "direct";
  readonly roundTripMs = null;
  readonly #events: EventsChannel;
  readonly #control: ControlChannel;

  constructor(
    events: EventsChannel,
    control: ControlChannel,
    readonly lease: Lease,
  ) {
    this.#events = events;
    this.#control = control;
  }

  get isOpen(): boolean {
    return this.#events.isOpen;
  }

  command(message: ToCar): boolean {
    return this.#control.send(message);
  }

  request(message: LeaseRequest): boolean {
    return this.#events.send(message);
  }
}

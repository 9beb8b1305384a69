/** The `control` data channel: commands out, what became of them in. Nothing is sent twice. */

import { decode, encode } from "../codec";
import { ProtocolError } from "../errors";
import { driverToGateway, gatewayToDriver, type Driven, type ToCar } from "../messages";
import { MOST_BUFFERED_BYTES } from "./transport";

/** A lost command is not worth a copy: the next one is newer. */
export const CONTROL_OPTIONS: RTCDataChannelInit = { ordered: false, maxRetransmits: 0 };

/** What this needs of an `RTCDataChannel`. */
export type Channel = Pick<
  RTCDataChannel,
  "onopen" | "onmessage" | "onclose" | "send" | "bufferedAmount"
>;

export interface ControlListener {
  driven(message: Driven): void;
  /** It opened, or closed. */
  changed(): void;
}

export class ControlChannel {
  readonly #channel: Channel;
  #isOpen = false;
  #refused = 0;

  constructor(channel: Channel, listener: ControlListener) {
    this.#channel = channel;
    channel.onopen = () => {
      this.#isOpen = true;
      listener.changed();
    };
    channel.onmessage = (event) => {
      this.#receive(event.data, listener);
    };
    channel.onclose = () => {
      this.stop();
      listener.changed();
    };
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends one message; false when it would have to wait, or there is no way. */
  send(message: ToCar): boolean {
    if (!this.#isOpen || this.#channel.bufferedAmount > MOST_BUFFERED_BYTES) return false;
    try {
      this.#channel.send(encode(message, driverToGateway));
      return true;
    } catch {
      // The channel is closing: its end will tell.
      return false;
    }
  }

  stop(): void {
    this.#isOpen = false;
    this.#channel.onopen = null;
    this.#channel.onmessage = null;
    this.#channel.onclose = null;
  }

  #receive(data: unknown, listener: ControlListener): void {
    let message: Driven;
    try {
      if (typeof data !== "string") throw new ProtocolError("expected text");
      message = decode(data, gatewayToDriver);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#refused += 1;
      if (this.#refused === 1) console.warn("control < refused: %s", error.message);
      return;
    }
    listener.driven(message);
  }
}

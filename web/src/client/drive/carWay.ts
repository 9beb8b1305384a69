/** The way to the car, which goes where the pictures are: each on a connection of its own. */

import { Pictures } from "../pictures";
import { Session } from "../session";
import type { Relay } from "./relay";
import type { Transport, TransportListener } from "./transport";

export interface CarWayOptions {
  /** The way to the car beside `Pictures`, not started. */
  readonly createRelay: (listener: TransportListener) => Relay;
  /** Who drives, or whether anybody can, has changed over the relay. */
  readonly changed: () => void;
}

export class CarWay {
  readonly #options: CarWayOptions;
  #listener: TransportListener | null = null;
  #lead: Session | Pictures | null = null;
  #relay: Relay | null = null;
  /** The pictures that the relay is beside. */
  #beside: Pictures | null = null;

  constructor(options: CarWayOptions) {
    this.#options = options;
  }

  get listener(): TransportListener | null {
    return this.#listener;
  }

  set listener(listener: TransportListener | null) {
    this.#listener = listener;
  }

  /**
   * Null while there is none. Who drives, or waits for it, over the relay stays there while it
   * works: the place would be lost with it.
   */
  get transport(): Transport | null {
    const relay = this.#relay;
    if (relay?.isOpen === true && hasPlace(relay)) return relay;
    const direct = this.#lead instanceof Session ? this.#lead.transport : null;
    return direct?.isOpen === true || relay === null ? direct : relay;
  }

  /** Somebody drives, or waits for it: nothing may take this way from them but its own end. */
  get isHeld(): boolean {
    const { transport } = this;
    return this.#listener !== null && transport !== null && hasPlace(transport);
  }

  /** `lead` has the pictures now, or is the nearest to having some; null: nobody watches. */
  follow(lead: Session | Pictures | null, sessions: readonly Session[], isWatched: boolean): void {
    this.#lead = lead;
    for (const session of sessions) session.drive(session === lead ? this.#listener : null);
    const isWanted = isWatched && this.#listener !== null;
    if (isWanted && lead instanceof Pictures && lead.isConnected) this.#goBeside(lead);
    else if (!isWanted) this.#closeRelay();
    else if (lead instanceof Session && lead.transport?.isOpen === true && !this.#isRelayHeld) {
      this.#closeRelay();
    }
  }

  get #isRelayHeld(): boolean {
    return this.#relay?.isOpen === true && hasPlace(this.#relay);
  }

  #goBeside(pictures: Pictures): void {
    const isMove = pictures !== this.#beside;
    this.#beside = pictures;
    // One that was on the network that is gone may not know it yet.
    if (isMove && this.#relay?.isDoubtful === true) this.#closeRelay();
    const listener = this.#listener;
    if (this.#relay !== null || listener === null) return;
    this.#relay = this.#options.createRelay({
      changed: () => {
        listener.changed();
        this.#options.changed();
      },
      heard: (news, from) => {
        listener.heard(news, from);
        this.#options.changed();
      },
    });
    this.#relay.start();
  }

  #closeRelay(): void {
    const relay = this.#relay;
    if (relay === null) return;
    this.#relay = null;
    relay.close();
    this.#listener?.changed();
  }
}

function hasPlace({ lease }: Transport): boolean {
  const you = lease.car?.you;
  return you === "driving" || you === "queued";
}

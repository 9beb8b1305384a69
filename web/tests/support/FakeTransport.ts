import { Lease } from "../../src/client/drive/lease";
import type { Transport } from "../../src/client/drive/transport";
import type { CarNews, LeaseRequest, ToCar } from "../../src/client/messages";

export type FakeDrive = Extract<ToCar, { type: "drive" }> & { readonly atMs: number };

/** A way to the car whose far end is the test. */
export class FakeTransport implements Transport {
  readonly lease = new Lease();
  readonly commands: (ToCar & { readonly atMs: number })[] = [];
  readonly requests: string[] = [];
  isOpen = true;
  roundTripMs: number | null = null;
  /** What is not taken would have to wait. */
  takesCommands = true;

  constructor(readonly path: Transport["path"] = "direct") {}

  command(message: ToCar): boolean {
    if (!this.takesCommands) return false;
    this.commands.push({ ...message, atMs: performance.now() });
    return true;
  }

  request({ type }: LeaseRequest): boolean {
    this.requests.push(type);
    return true;
  }

  get drives(): FakeDrive[] {
    return this.commands.filter((message) => message.type === "drive");
  }

  get last(): FakeDrive {
    const last = this.drives.at(-1);
    if (last === undefined) throw new Error("no command was sent");
    return last;
  }
}

export function carNews(more: object = {}): Extract<CarNews, { type: "car" }> {
  return {
    type: "car",
    car: "car1",
    board: "online",
    state: "disarmed",
    you: "watching",
    mayDrive: true,
    slowAboveMs: 150,
    refuseAboveMs: 400,
    driven: false,
    queue: 0,
    place: null,
    leftMs: null,
    session: null,
    capabilities: null,
    health: null,
    ...more,
  };
}

export function drivenNews(more: object = {}): Extract<CarNews, { type: "driven" }> {
  return {
    type: "driven",
    seq: 0,
    sentMs: 0,
    atMs: 0,
    state: "armed",
    throttle: 0,
    steering: 0,
    reason: null,
    boardMs: null,
    ...more,
  };
}

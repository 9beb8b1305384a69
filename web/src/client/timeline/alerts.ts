/** Which events are worth a notification, and the switch that allows them. */

import type { EventChanged, EventInfo } from "../messages";
import { Source, type Observable } from "../observable";

/** An event that began longer ago is no news any more. */
export const FRESH_MS = 10_000;
/** What moved is often known a moment later than that something did. */
export const SETTLE_MS = 1_200;
const MOST_KNOWN = 500;
const KEY = "peerlens.alerts";

/** off -> on by a click; `denied` and `unsupported` are the browser's word. */
export type AlertState = "off" | "on" | "denied" | "unsupported";

/** Picks events, each once. Pure but for what it remembers. */
export class Newcomers {
  readonly #known = new Set<string>();

  /** Whether it has only just begun, and was not heard of before. */
  isNew({ event, deleted }: Pick<EventChanged, "event" | "deleted">, nowMs: number): boolean {
    if (this.#known.has(event.id)) return false;
    this.#known.add(event.id);
    const [oldest] = this.#known;
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return !deleted && event.endMs === null && nowMs - event.startMs < FRESH_MS;
  }
}

export interface Notifier {
  /** Null where the browser has no notifications. */
  readonly permission: () => NotificationPermission | null;
  readonly request: () => Promise<NotificationPermission>;
  /** Throws where only installed apps may. */
  readonly show: (event: EventInfo | null) => void;
}

export interface AlertsOptions {
  readonly changes: Observable<EventChanged | null>;
  /** By the server's clock. */
  readonly nowMs: () => number;
  /** Whether a person looks at this camera right now, on this page. */
  readonly isSeen: (camera: string) => boolean;
  readonly notifier: Notifier;
  /** May be null or refuse to work. */
  readonly storage: Pick<Storage, "getItem" | "setItem"> | null;
}

export class Alerts {
  readonly #options: AlertsOptions;
  readonly #state: Source<AlertState>;
  readonly #newcomers = new Newcomers();

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#state = new Source(this.#remembered());
    const settling = new Map<string, EventInfo>();
    options.changes.subscribe(() => {
      const change = options.changes.value;
      if (change === null) return;
      const { event } = change;
      const isNew = this.#newcomers.isNew(change, options.nowMs());
      if (settling.has(event.id)) {
        if (change.deleted) settling.delete(event.id);
        else settling.set(event.id, event);
      } else if (isNew && this.#state.value === "on") {
        settling.set(event.id, event);
        setTimeout(() => {
          const settled = settling.get(event.id);
          settling.delete(event.id);
          if (settled !== undefined) this.#tell(settled);
        }, SETTLE_MS);
      }
    });
  }

  get state(): Observable<AlertState> {
    return this.#state;
  }

  /** Call it from a click: browsers ask their person for leave only then. */
  async switchOn(): Promise<void> {
    const { notifier } = this.#options;
    if (notifier.permission() === null) {
      this.#state.set("unsupported");
      return;
    }
    const permission = await notifier.request();
    if (permission !== "granted") {
      this.#state.set(permission === "denied" ? "denied" : "off");
      return;
    }
    try {
      notifier.show(null);
    } catch {
      this.#state.set("unsupported");
      return;
    }
    this.#set("on");
  }

  switchOff(): void {
    this.#set("off");
  }

  #tell(event: EventInfo): void {
    if (this.#state.value !== "on" || this.#options.isSeen(event.camera)) return;
    try {
      this.#options.notifier.show(event);
    } catch {
      this.#state.set("unsupported");
    }
  }

  #set(state: "on" | "off"): void {
    this.#state.set(state);
    try {
      this.#options.storage?.setItem(KEY, state);
    } catch {
      // It holds until the page is closed.
    }
  }

  #remembered(): AlertState {
    const permission = this.#options.notifier.permission();
    if (permission === null) return "unsupported";
    if (permission === "denied") return "denied";
    try {
      const isOn = this.#options.storage?.getItem(KEY) === "on";
      return isOn && permission === "granted" ? "on" : "off";
    } catch {
      return "off";
    }
  }
}

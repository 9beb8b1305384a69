/** The events that one list on the page shows: loaded page by page, and kept current. */

import { InvalidField, Refused } from "../errors";
import type { EventChanged, EventInfo } from "../messages";
import { Source, type Observable } from "../observable";
import type { EventFilter } from "./filter";
import {
  extended,
  heard,
  NO_EVENTS,
  refreshed,
  without,
  type EventPage,
  type Timeline,
} from "./timeline";

/**
 * loading -> ready; any -> unavailable (tried again) or apart (this server keeps no events; what
 * is heard live is all there is), and from there ready again when the server is another one.
 */
export type FeedState = "loading" | "ready" | "unavailable" | "apart";

export interface FeedView {
  readonly state: FeedState;
  readonly detail: string | null;
  readonly events: readonly EventInfo[];
  readonly hasEarlier: boolean;
  readonly isBusy: boolean;
}

export interface FeedOptions {
  readonly page: (filter: EventFilter, cursor: string | null) => Promise<EventPage>;
  readonly remove: (id: string) => Promise<void>;
  /** The newest change of an event, of whatever camera. */
  readonly changes: Observable<EventChanged | null>;
  /** Changes when the link to the server is a new one: something may have been missed. */
  readonly link: Observable<number>;
}

export const RETRY_MS = 10_000;

export class EventFeed {
  readonly #options: FeedOptions;
  readonly #view: Source<FeedView>;
  #filter: EventFilter;
  #timeline: Timeline = NO_EVENTS;
  #state: FeedState = "loading";
  #detail: string | null = null;
  #isBusy = false;
  /** Counts the questions for the first page: only the newest one's answer counts. */
  #round = 0;
  #heardSince = new Set<string>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #leave: readonly (() => void)[] = [];

  constructor(options: FeedOptions, filter: EventFilter) {
    this.#options = options;
    this.#filter = filter;
    this.#view = new Source(this.#look());
  }

  get view(): Observable<FeedView> {
    return this.#view;
  }

  get filter(): EventFilter {
    return this.#filter;
  }

  /** Loads and listens, until the returned function is called. */
  start(): () => void {
    const { changes, link } = this.#options;
    this.#leave = [
      changes.subscribe(() => {
        if (changes.value !== null) this.#heard(changes.value);
      }),
      link.subscribe(() => {
        void this.#refresh();
      }),
    ];
    void this.#refresh();
    return () => {
      for (const leave of this.#leave) leave();
      this.#leave = [];
      this.#round += 1;
      clearTimeout(this.#retry);
    };
  }

  show(filter: EventFilter): void {
    if (filter.camera === this.#filter.camera && filter.what === this.#filter.what) return;
    this.#filter = filter;
    this.#timeline = { ...NO_EVENTS, deleted: this.#timeline.deleted };
    this.#state = "loading";
    void this.#refresh();
  }

  /** The next page below what is there. */
  async earlier(): Promise<void> {
    const { next } = this.#timeline;
    if (next === null || this.#isBusy) return;
    const round = this.#round;
    this.#isBusy = true;
    this.#publish();
    try {
      const page = await this.#options.page(this.#filter, next);
      if (round !== this.#round) return;
      this.#timeline = extended(this.#timeline, page, this.#filter);
      this.#detail = null;
    } catch (error) {
      if (round === this.#round) this.#detail = wordsOf(error);
    } finally {
      if (round === this.#round) {
        this.#isBusy = false;
        this.#publish();
      }
    }
  }

  /** Deletes it for good. Rejects with `Refused`; one that is gone already is no failure. */
  async remove(id: string): Promise<void> {
    try {
      await this.#options.remove(id);
    } catch (error) {
      if (!(error instanceof Refused) || error.slug !== "unknown-event") throw error;
    }
    this.#timeline = without(this.#timeline, id);
    this.#publish();
  }

  #heard(change: EventChanged): void {
    const before = this.#timeline;
    this.#heardSince.add(change.event.id);
    this.#timeline = heard(before, change, this.#filter);
    if (this.#timeline !== before) this.#publish();
  }

  async #refresh(): Promise<void> {
    clearTimeout(this.#retry);
    this.#round += 1;
    const round = this.#round;
    this.#heardSince = new Set();
    this.#isBusy = true;
    this.#publish();
    try {
      const page = await this.#options.page(this.#filter, null);
      if (round !== this.#round) return;
      this.#timeline = refreshed(this.#timeline, page, this.#filter, this.#heardSince);
      this.#state = "ready";
      this.#detail = null;
    } catch (error) {
      if (round !== this.#round) return;
      const isApart = error instanceof Refused && error.slug === "apart";
      this.#state = isApart ? "apart" : "unavailable";
      this.#detail = isApart ? null : wordsOf(error);
      if (!isApart) this.#retry = setTimeout(() => void this.#refresh(), RETRY_MS);
    }
    this.#isBusy = false;
    this.#publish();
  }

  #publish(): void {
    this.#view.set(this.#look());
  }

  #look(): FeedView {
    return {
      state: this.#state,
      detail: this.#detail,
      events: this.#timeline.events,
      hasEarlier: this.#timeline.next !== null,
      isBusy: this.#isBusy,
    };
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof Refused) return error.detail;
  if (error instanceof InvalidField || error instanceof SyntaxError) {
    return "the server and this page do not understand each other: reload the page";
  }
  return String(error);
}

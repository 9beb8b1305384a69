/**
 * The events as they are known here, newest first: pages of the server's list, and changes heard
 * live, which come twice (by the data channel and by signaling), late, or out of order. Pure.
 */

import type { EventChanged, EventInfo } from "../messages";
import { matches, type EventFilter } from "./filter";

export interface EventPage {
  readonly events: readonly EventInfo[];
  /** Asks for what is older; null where there is nothing. */
  readonly next: string | null;
}

export interface Timeline {
  readonly events: readonly EventInfo[];
  readonly next: string | null;
  /** The newest that were deleted: news of them that come late bring nothing back. */
  readonly deleted: readonly string[];
}

export const NO_EVENTS: Timeline = { events: [], next: null, deleted: [] };
/** As many as anybody looks through; a page that is open for weeks has to end somewhere. */
export const MOST_EVENTS = 2_000;
const MOST_DELETED = 500;

/** What `change` makes of it; the same object where that is nothing. */
export function heard(
  timeline: Timeline,
  { event, deleted }: Pick<EventChanged, "event" | "deleted">,
  filter: EventFilter,
): Timeline {
  if (deleted) return without(timeline, event.id);
  if (timeline.deleted.includes(event.id)) return timeline;
  const known = timeline.events.find(({ id }) => id === event.id);
  const current = known === undefined ? event : newer(known, event);
  if (current === known) return timeline;
  const others = timeline.events.filter(({ id }) => id !== event.id);
  const isWanted = matches(current, filter) && (known !== undefined || isLoaded(timeline, event));
  if (!isWanted) return known === undefined ? timeline : { ...timeline, events: others };
  return bounded({ ...timeline, events: sorted([...others, current]) });
}

/** With the page that comes below what is there. */
export function extended(timeline: Timeline, page: EventPage, filter: EventFilter): Timeline {
  return bounded({ ...timeline, events: merged(timeline, page, filter), next: page.next });
}

/**
 * With the first page asked for again. What is not in it was deleted meanwhile, but for what was
 * heard since the question (`since`). What lies below it stays where the two meet.
 */
export function refreshed(
  timeline: Timeline,
  page: EventPage,
  filter: EventFilter,
  since: ReadonlySet<string>,
): Timeline {
  const named = new Set(page.events.map(({ id }) => id));
  const oldest = page.next === null ? "" : (page.events.at(-1)?.id ?? "");
  const isMet = timeline.events.some(({ id }) => named.has(id));
  const kept = timeline.events.filter(({ id }) => {
    if (named.has(id) || since.has(id)) return true;
    return id < oldest && isMet;
  });
  const hasOlder = isMet && kept.some(({ id }) => id < oldest);
  const before = { ...timeline, events: kept };
  return bounded({
    ...before,
    events: merged(before, page, filter),
    next: hasOlder ? timeline.next : page.next,
  });
}

export function without(timeline: Timeline, id: string): Timeline {
  if (timeline.deleted.includes(id)) return timeline;
  return {
    ...timeline,
    events: timeline.events.filter((event) => event.id !== id),
    deleted: [...timeline.deleted, id].slice(-MOST_DELETED),
  };
}

/** Which of two words about the same event holds; an event only grows, and ends once. */
export function newer(known: EventInfo, told: EventInfo): EventInfo {
  if (known.endMs !== null && told.endMs === null) return known;
  if (told.percent < known.percent) return known;
  if (told.description === null && known.description !== null) return known;
  return isSame(known, told) ? known : told;
}

function isSame(one: EventInfo, other: EventInfo): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function merged(timeline: Timeline, page: EventPage, filter: EventFilter): EventInfo[] {
  const byId = new Map(timeline.events.map((event) => [event.id, event]));
  for (const event of page.events) {
    if (timeline.deleted.includes(event.id)) continue;
    const known = byId.get(event.id);
    const current = known === undefined ? event : newer(known, event);
    if (matches(current, filter)) byId.set(event.id, current);
    else byId.delete(event.id);
  }
  return sorted([...byId.values()]);
}

/** Whether an event of its time would be in the part of the list that is here. */
function isLoaded({ events, next }: Timeline, { id }: EventInfo): boolean {
  const oldest = events.at(-1);
  return next === null || oldest === undefined || id > oldest.id;
}

/** Ids begin with the time: they are in the order of the events. */
function sorted(events: EventInfo[]): EventInfo[] {
  return events.sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
}

function bounded(timeline: Timeline): Timeline {
  if (timeline.events.length <= MOST_EVENTS) return timeline;
  const events = timeline.events.slice(0, MOST_EVENTS);
  return { ...timeline, events, next: events.at(-1)?.id ?? null };
}

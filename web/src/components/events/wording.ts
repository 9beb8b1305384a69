/** Events in words: what, when, how long, where. Times are those of whoever looks. */

import type { CameraInfo, EventInfo } from "../../client/messages";
import type { What } from "../../client/timeline/filter";
import type { IconName } from "../Icon";

const NAMES: Readonly<Record<What, readonly [one: string, all: string, icon: IconName]>> = {
  person: ["Person", "People", "person"],
  object: ["Object", "Objects", "object"],
  light: ["Light change", "Light", "light"],
  unknown: ["Motion", "Other motion", "motion"],
};
const LEVELS: Readonly<Record<EventInfo["level"], string>> = {
  NONE: "Slight",
  LOW: "Low",
  MEDIUM: "Medium",
  HIGH: "High",
};

export function whatName(what: What): string {
  return NAMES[what][0];
}

/** Of many: for a filter. */
export function whatsName(what: What | null): string {
  return what === null ? "All" : NAMES[what][1];
}

export function whatIcon(what: What): IconName {
  return NAMES[what][2];
}

export function levelName(level: EventInfo["level"]): string {
  return LEVELS[level];
}

/** How long it lasted; of one that goes on, that it does. */
export function lasted({ startMs, endMs }: EventInfo): string {
  if (endMs === null) return "Now";
  const seconds = Math.max(1, Math.round((endMs - startMs) / 1_000));
  if (seconds < 60) return `${String(seconds)} s`;
  return `${String(Math.floor(seconds / 60))} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** The time of day, to the second. `zone` is for tests: people have one. */
export function clockTime(atMs: number, zone?: string): string {
  return new Date(atMs).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...inZone(zone),
  });
}

/** Today, Yesterday, or the date. */
export function dayName(atMs: number, nowMs: number, zone?: string): string {
  const key = dayKey(atMs, zone);
  if (key === dayKey(nowMs, zone)) return "Today";
  if (key === dayKey(nowMs - 86_400_000, zone)) return "Yesterday";
  const isThisYear = key.slice(0, 4) === dayKey(nowMs, zone).slice(0, 4);
  return new Date(atMs).toLocaleDateString(undefined, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(isThisYear ? {} : { year: "numeric" }),
    ...inZone(zone),
  });
}

/** In order, each day with its events. */
export function byDay(
  events: readonly EventInfo[],
  nowMs: number,
  zone?: string,
): readonly (readonly [day: string, events: readonly EventInfo[]])[] {
  const days: [string, EventInfo[]][] = [];
  for (const event of events) {
    const day = dayName(event.startMs, nowMs, zone);
    const last = days.at(-1);
    if (last?.[0] === day) last[1].push(event);
    else days.push([day, [event]]);
  }
  return days;
}

export function cameraName(id: string, cameras: readonly CameraInfo[] | null): string {
  return cameras?.find((camera) => camera.id === id)?.name ?? id;
}

export function confidenceWords(confidence: number | null): string {
  return confidence === null ? "" : `, ${(confidence * 100).toFixed(0)} % sure`;
}

/** One line for those who listen. */
export function spoken(event: EventInfo, camera: string): string {
  const when = `${clockTime(event.startMs)}, ${lasted(event).toLowerCase()}`;
  return `${whatName(event.what)}, ${camera}, ${when}`;
}

/** Title and text of a notification. */
export function noticeOf(event: EventInfo, camera: string): { title: string; body: string } {
  const where = event.zones.length > 0 ? ` · ${event.zones.join(", ")}` : "";
  return {
    title: `${whatName(event.what)} at ${camera}`,
    body: event.description ?? `${clockTime(event.startMs)}${where}`,
  };
}

/** The day as YYYY-MM-DD. */
function dayKey(atMs: number, zone?: string): string {
  return new Date(atMs).toLocaleDateString("sv-SE", inZone(zone));
}

function inZone(zone: string | undefined): { timeZone?: string } {
  return zone === undefined ? {} : { timeZone: zone };
}

import type { EventInfo } from "../../src/client/messages";

/** Ids are in the order of time, as the gateway's are. */
export function eventAt(second: number, fields: Partial<EventInfo> = {}): EventInfo {
  return {
    id: `e${String(second).padStart(6, "0")}`,
    camera: "front",
    startMs: second * 1_000,
    level: "LOW",
    percent: 2,
    what: "unknown",
    endMs: null,
    confidence: null,
    regions: [],
    zones: [],
    snapshot: false,
    clip: false,
    description: null,
    ...fields,
  };
}

export function ids(events: readonly EventInfo[]): string[] {
  return events.map(({ id }) => id);
}

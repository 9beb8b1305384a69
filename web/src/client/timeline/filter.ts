/** Which events are wanted. */

import type { EventInfo } from "../messages";

export type What = EventInfo["what"];
export const WHATS: readonly What[] = ["person", "object", "light", "unknown"];

/** Null: any. */
export interface EventFilter {
  readonly camera: string | null;
  readonly what: What | null;
}

export function matches(event: EventInfo, { camera, what }: EventFilter): boolean {
  return (camera === null || event.camera === camera) && (what === null || event.what === what);
}

/** The same question to the server. */
export function queryOf({ camera, what }: EventFilter): URLSearchParams {
  const query = new URLSearchParams();
  if (camera !== null) query.set("camera", camera);
  if (what !== null) query.set("what", what);
  return query;
}

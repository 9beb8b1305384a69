/** What is worth a vibration: the driver looks at the picture, not at words. */

import type { DriveReason, DriveState } from "../messages";

export interface Situation {
  readonly you: "watching" | "queued" | "driving" | null;
  readonly isUnanswered: boolean;
  readonly state: DriveState | null;
  readonly reason: DriveReason | null;
}

/** Patterns of `navigator.vibrate`: milliseconds on, off, on, ... */
export const STOPPED: readonly number[] = [250, 80, 250];
export const LINK_LOST: readonly number[] = [120, 60, 120, 60, 120];
export const REFUSED: readonly number[] = [80];
export const GRANTED: readonly number[] = [40, 40, 40];

/** What to do about a change; null: nothing. */
export function alarm(before: Situation, after: Situation): readonly number[] | null {
  if (before.you === "driving" && after.you === null) return LINK_LOST;
  if (!before.isUnanswered && after.isUnanswered) return LINK_LOST;
  if (before.state !== "stopped" && after.state === "stopped") return STOPPED;
  if (after.you !== "driving") return null;
  if (before.you !== "driving") return GRANTED;
  if (before.reason !== "stale-video" && after.reason === "stale-video") return REFUSED;
  return null;
}

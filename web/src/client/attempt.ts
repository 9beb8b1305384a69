/** What all attempts to get a camera's pictures have in common, whatever their way. */

import type { Refused } from "./errors";
import type { Delivery } from "./messages";
import type { Path, Way } from "./path";
import type { StreamStats } from "./stats";
import type { LatencyTrace } from "./trace";

/**
 * connecting -> live        the first picture is here
 * live <-> stalled          no new picture for a while, and back
 * any of them -> failed     `failure` says why
 * any of them -> closed     by `close`
 */
export type AttemptState = "connecting" | "live" | "stalled" | "failed" | "closed";

/** Single use: to try again, build a new one. What is not known is null. */
export interface Attempt {
  readonly way: Way;
  readonly startedMs: number;
  readonly state: AttemptState;
  readonly failure: Refused | null;
  /** The far end agrees; whether there is a way to it is not known yet. */
  readonly isAnswered: boolean;
  /** A way to the far end is found. */
  readonly hasWay: boolean;
  /** The far end has been heard, with or without pictures. */
  readonly isConnected: boolean;
  readonly path: Path | null;
  readonly stats: StreamStats | null;
  /** Median age of the pictures shown in the last second. */
  readonly latencyMs: number | null;
  /** Age, now, of the picture on screen. */
  readonly onScreenMs: number | null;
  readonly trace: LatencyTrace | null;
  /** What the far end measures of this connection. */
  readonly delivery: Delivery | null;
  readonly roundTripMs: number | null;
  start(): void;
  /** Makes sure soon that the far end is still there, unless pictures say so already. */
  probe(): void;
  close(reason?: string): void;
}

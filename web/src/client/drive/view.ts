/** What the driving page shows. */

import type { BoardCapabilities, BoardHealth, Car, DriveReason, DriveState } from "../messages";
import type { Transport } from "./transport";

/** What people see; a new object ten times a second, and at each change that matters. */
export interface DriveView {
  /** How the car is reached; null while it is not. */
  readonly path: Transport["path"] | null;
  readonly car: Car | null;
  readonly you: Car["you"] | null;
  /** Commands are sent and nobody answers: what the car does is not known. */
  readonly isUnanswered: boolean;
  /** Of the failsafe, as heard last; null while it is not known. */
  readonly state: DriveState | null;
  readonly reason: DriveReason | null;
  /** The newest reason of the last half second: at slow frame rates they come and go. */
  readonly lately: DriveReason | null;
  readonly leftMs: number | null;
  readonly health: BoardHealth | null;
  readonly capabilities: BoardCapabilities;
  /** From here to the gateway and back. */
  readonly roundTripMs: number | null;
  /** From the gateway to the board and back. */
  readonly boardMs: number | null;
  /** Age of the picture on screen. */
  readonly videoAgeMs: number | null;
  /** The newest refusal. */
  readonly problem: string | null;
  /** Nobody looks at this page, so nothing that is held counts. */
  readonly isAway: boolean;
  /** Something is held that counts only after it has been let go. */
  readonly mustCentre: boolean;
  /** Throttle is asked for. */
  readonly isThrottled: boolean;
}

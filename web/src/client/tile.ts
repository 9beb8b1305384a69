/** What to tell people about a camera that is being watched: decided in one place, purely. */

import type { AttemptState } from "./attempt";
import type { Refused } from "./errors";
import type { CameraInfo } from "./messages";
import type { SignalingState } from "./signaling";

export type TileState = "idle" | "connecting" | "live" | "stalled" | "offline" | "error";

/** Why it is so; components have the words. */
export type Reason =
  | "idle"
  | "starting"
  | "recovering"
  | "reconnecting"
  | "server-unreachable"
  | "server-refused"
  | "camera-connecting"
  | "needs-play"
  | "live"
  | "no-new-picture"
  | "camera-stalled"
  | "camera-offline"
  | "gateway-offline"
  | "camera-error"
  | "unknown-camera"
  | "too-many-viewers"
  | "no-common-codec"
  | "not-allowed"
  | "unsupported-browser";

export interface Tile {
  readonly state: TileState;
  readonly reason: Reason;
  /** The other side's own words, where it gave some. */
  readonly detail: string | null;
}

export interface TileFacts {
  readonly isWatched: boolean;
  readonly isSupported: boolean;
  /** The browser starts videos only when a person says so: what is on screen stands still. */
  readonly isBlocked: boolean;
  readonly session: { readonly state: AttemptState; readonly isConnected: boolean } | null;
  /** What was shown was lost a moment ago: its last picture is still there. */
  readonly isRecovering: boolean;
  /** Why the last session failed; null once another one is connected. */
  readonly failure: Pick<Refused, "slug" | "detail"> | null;
  readonly info: CameraInfo | null;
  /** Null when the session is negotiated without signaling. */
  readonly signaling: SignalingState | null;
}

const REFUSALS: ReadonlyMap<string, readonly [TileState, Reason]> = new Map([
  ["gateway-offline", ["offline", "gateway-offline"]],
  ["unknown-camera", ["error", "unknown-camera"]],
  ["too-many-viewers", ["error", "too-many-viewers"]],
  ["too-many-sessions", ["error", "too-many-viewers"]],
  ["no-common-codec", ["error", "no-common-codec"]],
  ["unauthorized", ["error", "not-allowed"]],
  ["forbidden", ["error", "not-allowed"]],
]);

/** Their words say all that the other side's would say again. */
const SELF_EVIDENT: ReadonlySet<Reason> = new Set(["gateway-offline", "unknown-camera"]);
const RECOVERING = tile("stalled", "recovering");
const GATEWAY_OFFLINE = tile("offline", "gateway-offline");
/** How the list of cameras says that it is the gateway that is away, not the camera alone. */
const GATEWAY_AWAY = /^the gateway\b.* is not connected$/;

export function tileOf(facts: TileFacts): Tile {
  const { session, info, failure } = facts;
  if (!facts.isSupported) return tile("error", "unsupported-browser");
  if (!facts.isWatched) return tile("idle", "idle");
  // Pictures on screen beat whatever anybody says about the camera.
  if (session?.state === "live") {
    return facts.isBlocked ? tile("connecting", "needs-play") : tile("live", "live");
  }
  if (session?.isConnected === true) {
    const troubled = cameraTrouble(info);
    if (troubled !== null) return troubled;
    if (session.state === "stalled") return tile("stalled", "no-new-picture");
    return facts.isRecovering ? RECOVERING : tile("connecting", "camera-connecting");
  }
  if (facts.signaling === "refused") return tile("error", "server-refused");
  if (facts.isRecovering && (failure === null || !REFUSALS.has(failure.slug))) {
    return isGatewayAway(info) ? GATEWAY_OFFLINE : RECOVERING;
  }
  if (facts.signaling !== null && facts.signaling !== "connected") {
    return tile("connecting", failure === null ? "starting" : "server-unreachable");
  }
  const refusal = failure === null ? undefined : REFUSALS.get(failure.slug);
  if (refusal !== undefined) {
    // A server that has just started knows no cameras yet; one that was there before is not unknown.
    if (failure?.slug === "unknown-camera" && isGatewayAway(info)) return GATEWAY_OFFLINE;
    return tile(...refusal, SELF_EVIDENT.has(refusal[1]) ? null : failure?.detail);
  }
  if (info?.state === "error" || info?.state === "offline") {
    return cameraTrouble(info) ?? tile("connecting", "reconnecting");
  }
  return tile("connecting", failure === null ? "starting" : "reconnecting");
}

function isGatewayAway(info: CameraInfo | null): boolean {
  return info?.state === "offline" && GATEWAY_AWAY.test(info.detail ?? "");
}

function cameraTrouble(info: CameraInfo | null): Tile | null {
  if (isGatewayAway(info)) return GATEWAY_OFFLINE;
  if (info?.state === "error") return tile("error", "camera-error", info.detail);
  if (info?.state === "offline") return tile("offline", "camera-offline", info.detail);
  if (info?.state === "stalled") return tile("stalled", "camera-stalled", info.detail);
  return null;
}

function tile(state: TileState, reason: Reason, detail: string | null = null): Tile {
  return { state, reason, detail: detail === "" ? null : detail };
}

/** On which path the pictures come, in plain words, and what became of the attempts. */

import type { Tried } from "../client/climber";
import { bestOf, type Path, type Way } from "../client/path";
import { duration, UNKNOWN } from "./format";

interface Names {
  readonly long: string;
  /** Where there is little room. */
  readonly short: string;
}

const NAMES: Readonly<Record<Path, Names>> = {
  direct: { long: "Direct", short: "Direct" },
  "turn-udp": { long: "Through your TURN server (UDP)", short: "TURN (UDP)" },
  "turn-tcp": { long: "Through your TURN server (TCP)", short: "TURN (TCP)" },
  "turn-tls": { long: "Through your TURN server (TLS)", short: "TURN (TLS)" },
  relay: { long: "Through the server, as pictures", short: "Server" },
};

export function pathName(path: Path | null): string {
  return path === null ? UNKNOWN : NAMES[path].long;
}

export function shortPathName(path: Path | null): string {
  return path === null ? UNKNOWN : NAMES[path].short;
}

/** What this path costs, and why it has to do; nothing where it is the best one. */
export function pathNote(path: Path | null, tried: readonly Tried[]): string | null {
  if (path === null || path === "direct") return null;
  const better = "Better ways are tried now and then.";
  if (path !== "relay") return `No direct connection was found: the video makes a detour. ${better}`;
  const hasWebRtc = tried.some(({ way, outcome }) => way !== "relay" && outcome !== "no-webrtc");
  return hasWebRtc
    ? `No video connection was found: single pictures come through the server. ${better}`
    : "This browser has no WebRTC: single pictures come through the server.";
}

const WAY_NAMES: Readonly<Record<Way, string>> = {
  direct: "Direct",
  turn: "TURN",
  relay: "Server",
};

/** Which way, and through which server where that is known. */
export function triedName({ way, path }: Tried): string {
  return path === null || path === bestOf("direct") ? WAY_NAMES[way] : NAMES[path].short;
}

const OUTCOMES: ReadonlyMap<string, string> = new Map([
  ["trying", "trying…"],
  ["not-needed", "not needed"],
  ["no-better", "works, but is no better"],
  ["no-connection", "no connection"],
  ["no-picture", "connected, but no picture"],
  ["timeout", "no connection"],
  ["replaced", "begun anew"],
  ["no-webrtc", "this browser has no WebRTC"],
  ["no-turn-server", "the server has none"],
  ["gateway-offline", "the gateway is away"],
  ["unknown-camera", "no such camera"],
  ["too-many-viewers", "too many viewers"],
  ["too-many-sessions", "too many viewers"],
  ["no-common-codec", "no common video format"],
  ["unauthorized", "not allowed"],
  ["forbidden", "not allowed"],
  ["bye", "ended by the gateway"],
]);

/** What came of it, and after how long. */
export function triedWords({ outcome, tookMs }: Tried): string {
  if (outcome === "shown") return `picture after ${duration(tookMs)}`;
  if (outcome === "seen") return `picture after ${duration(tookMs)}, left for a better way`;
  if (outcome === "lost") return `picture after ${duration(tookMs)}, lost since`;
  const words = OUTCOMES.get(outcome) ?? "failed";
  return tookMs === null ? words : `${words} after ${duration(tookMs)}`;
}

/** Every sentence that depends on state, in one place. */

import type { Delivery } from "../client/messages";
import type { SignalingStatus } from "../client/signaling";
import type { Reason, Tile, TileState } from "../client/tile";
import type { WatchView } from "../client/watcher";
import { bitrate } from "./format";
import type { IconName } from "./Icon";

export interface Words {
  readonly icon: IconName;
  readonly title: string;
  /** What happens next, or what to do. */
  readonly next: string;
}

const STATE_NAMES: Readonly<Record<TileState, string>> = {
  idle: "Idle",
  connecting: "Connecting",
  live: "Live",
  stalled: "Stalled",
  offline: "Offline",
  error: "Problem",
};

const WORDS: Readonly<Record<Reason, Words>> = {
  idle: { icon: "camera", title: "Not playing", next: "Open the camera to watch it." },
  starting: { icon: "spinner", title: "Connecting…", next: "Looking for the way to the camera." },
  recovering: {
    icon: "spinner",
    title: "Connection lost",
    next: "This is the last picture. Looking for another way…",
  },
  reconnecting: {
    icon: "spinner",
    title: "Connection lost",
    next: "Connecting again…",
  },
  "server-unreachable": {
    icon: "cloud-off",
    title: "Server unreachable",
    next: "Trying again…",
  },
  "server-refused": {
    icon: "lock",
    title: "Not connected",
    next: "The server did not let this page in.",
  },
  "camera-connecting": {
    icon: "spinner",
    title: "Waiting for the picture…",
    next: "Connected. The camera is starting.",
  },
  "needs-play": {
    icon: "play",
    title: "Ready to play",
    next: "This browser starts videos only by hand.",
  },
  live: { icon: "camera", title: "Live", next: "" },
  "no-new-picture": {
    icon: "pause",
    title: "Picture stalled",
    next: "This is the last picture. Waiting for the next one…",
  },
  "camera-stalled": {
    icon: "pause",
    title: "Camera stalled",
    next: "It is connected but sends no pictures. Waiting for it…",
  },
  "camera-offline": {
    icon: "camera-off",
    title: "Camera unreachable",
    next: "Trying again…",
  },
  "gateway-offline": {
    icon: "camera-off",
    title: "Gateway unreachable",
    next: "The picture returns as soon as the gateway does.",
  },
  "camera-error": {
    icon: "alert",
    title: "Camera problem",
    next: "Somebody has to look at the camera or its settings.",
  },
  "unknown-camera": {
    icon: "camera-off",
    title: "No such camera",
    next: "The server knows none of this name, or its gateway has not registered yet. Waiting for it…",
  },
  "too-many-viewers": {
    icon: "alert",
    title: "Too many viewers",
    next: "Trying again until there is room…",
  },
  "no-common-codec": {
    icon: "alert",
    title: "No common video format",
    next: "This browser plays neither H.264 nor VP8. Try another one.",
  },
  "not-allowed": {
    icon: "lock",
    title: "Not allowed",
    next: "This access does not include the camera.",
  },
  "unsupported-browser": {
    icon: "alert",
    title: "Browser not supported",
    next: "It has no WebRTC, or WebRTC is switched off. Try another one.",
  },
};

/** The state in one word. */
export function stateName({ state, reason }: Tile): string {
  return reason === "needs-play" ? "Paused" : STATE_NAMES[state];
}

export function wordsFor(view: WatchView): Words {
  return WORDS[view.tile.reason];
}

const QUALITY_NAMES: Readonly<Record<Delivery["quality"], string>> = {
  high: "Best",
  medium: "Reduced",
  low: "Lowest",
};

export function qualityName(quality: Delivery["quality"]): string {
  return QUALITY_NAMES[quality];
}

/** Why the quality is not the best. */
export function qualityWords({ quality, estimateKbps }: Delivery): string {
  const name = `${qualityName(quality)} quality`;
  // Two digits: the estimate wavers, and this is no measuring instrument.
  const allowed = estimateKbps === null ? 0 : Number(estimateKbps.toPrecision(2));
  return allowed === 0
    ? `${name}: your network is slow right now.`
    : `${name}: your network allows ${bitrate(allowed)}.`;
}

/** One line for people who listen instead of look. */
export function announcement(name: string, view: WatchView): string {
  const { title, next } = wordsFor(view);
  if (view.tile.state !== "live") return `${name}: ${title}. ${next}`.trim();
  const quality = view.delivery?.quality ?? "high";
  return quality === "high"
    ? `${name} is live.`
    : `${name} is live, in ${qualityName(quality).toLowerCase()} quality.`;
}

/** The link to the server, as the header shows it. */
export function linkWords(status: SignalingStatus): string {
  if (status.state === "connected") return "Connected";
  if (status.state === "refused") return "Not connected";
  return status.closeCode === null ? "Connecting…" : "Reconnecting…";
}

/** Refusals that another token does not cure. */
export function refusalWords(status: SignalingStatus): Words {
  if (status.closeCode === 4426 || status.closeCode === 4400) {
    return {
      icon: "refresh",
      title: "This page is out of date",
      next: "It and the server do not understand each other. Reload to get the current one.",
    };
  }
  return {
    icon: "alert",
    title: "The server closed the connection",
    next: status.detail === null || status.detail === "" ? "Reload to try again." : status.detail,
  };
}

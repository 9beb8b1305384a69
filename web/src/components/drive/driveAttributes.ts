import type { DriveView } from "../../client/drive/view";
import type { WatchView } from "../../client/watcher";

/** What tests and other programs may read off the page; what is not known is empty. */
export function driveAttributes(view: DriveView, sight: WatchView) {
  const { car } = view;
  return {
    "data-you": view.you ?? "",
    "data-state": view.state ?? "",
    "data-reason": view.reason ?? "",
    "data-rtt-ms": view.roundTripMs?.toFixed(1) ?? "",
    "data-board-ms": view.boardMs?.toFixed(1) ?? "",
    "data-video-age-ms": view.videoAgeMs?.toFixed(1) ?? "",
    "data-board": car?.board ?? "",
    "data-path": sight.path ?? "",
    "data-pictures": picturesOf(sight),
    "data-place": car?.place ?? "",
    "data-queue": car?.queue ?? "",
    "data-left-ms": view.leftMs?.toFixed(0) ?? "",
    "data-stopped": String(view.state === "stopped"),
    "data-answered": String(!view.isUnanswered),
    "data-away": String(view.isAway),
  };
}

/** Of the pictures that come without a peer connection. */
function picturesOf({ path, tile }: WatchView): "none" | "live" | "stalled" {
  if (path !== "relay") return "none";
  return tile.state === "live" ? "live" : "stalled";
}

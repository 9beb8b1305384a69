import type { WatchView } from "../client/watcher";

/** What tests and other programs may read off the page; an unknown number is empty. */
export function tileAttributes(view: WatchView) {
  const { stats } = view;
  return {
    "data-state": view.tile.state,
    "data-reason": view.tile.reason,
    "data-path": view.path ?? "",
    "data-latency-ms": view.latencyMs?.toFixed(1) ?? "",
    "data-fps": stats?.fps?.toFixed(1) ?? "",
    "data-quality": view.delivery?.quality ?? "",
    "data-codec": stats?.codec ?? "",
  };
}

/** Of a page that shows the camera's own stream: the browser tells nothing else of it. */
export function localAttributes(state: string) {
  return { "data-state": state, "data-reason": "local-stream", "data-path": "mjpeg" };
}

/** What the server's answers mean: the link, the clock and the WebSocket with pictures. */

import { finding, ok, type Finding } from "./finding";

/** What came of saying hello on `/ws`. */
export type LinkReading =
  | { readonly kind: "welcome"; readonly tookMs: number; readonly role: string; readonly cameras: number }
  | { readonly kind: "refused"; readonly slug: string; readonly detail: string }
  | { readonly kind: "closed"; readonly code: number }
  | { readonly kind: "silent" };

const WITHOUT = "Without the server nobody finds the cameras";

export function judgeLink(reading: LinkReading, host: string): readonly Finding[] {
  switch (reading.kind) {
    case "welcome":
      return [
        ok(
          "server.reachable",
          `${host} lets this page in as ${reading.role}, within ${ms(reading.tookMs)}`,
          { tookMs: Math.round(reading.tookMs), role: reading.role },
        ),
        ...judgeCameras(reading.cameras),
      ];
    case "refused":
      return [refusal(reading.slug, reading.detail, host)];
    case "closed":
      return [
        finding(
          "problem",
          "server.unreachable",
          {
            what: `${host} does not open a WebSocket (closed with ${String(reading.code)})`,
            why: WITHOUT,
            do: "Check your network. If pages of this server load, a proxy on the way does not pass on WebSocket upgrades for /ws",
          },
          { code: reading.code },
        ),
      ];
    case "silent":
      return [
        finding("problem", "server.silent", {
          what: `${host} does not answer`,
          why: WITHOUT,
          do: "Check your network; see whether the server runs, and whether it is overloaded",
        }),
      ];
  }
}

function refusal(slug: string, detail: string, host: string): Finding {
  if (slug === "unauthorized" || slug === "forbidden") {
    return finding("problem", "server.token", {
      what: `${host} does not let this page in: ${detail}`,
      why: "It shows its cameras to people with a token",
      do: "Open the link with the token again that you were given, or ask for a new one",
    });
  }
  if (slug === "unsupported-version") {
    return finding("problem", "server.version", {
      what: "This page and the server do not understand each other",
      why: "One of them is older than the other",
      do: "Reload the page",
    });
  }
  return finding("problem", "server.refused", {
    what: `${host} refuses this page: ${detail}`,
    why: WITHOUT,
    do: "Try again in a minute; then ask whoever runs the server to look into its log",
  });
}

function judgeCameras(count: number): readonly Finding[] {
  if (count > 0) return [];
  return [
    finding("warning", "server.no-cameras", {
      what: "The server has no cameras",
      why: "There is nothing to watch",
      do: "Start a gateway with cameras, or name some in the configuration",
    }),
  ];
}

export const CLOCK_WARNING_S = 5;
export const CLOCK_PROBLEM_S = 60;

/** `offsetMs`: the server's clock less this machine's; null when it is not known. */
export function judgeClock(offsetMs: number | null): readonly Finding[] {
  if (offsetMs === null) return [];
  const figures = { offsetMs: Math.round(offsetMs) };
  const seconds = Math.abs(offsetMs) / 1000;
  if (seconds <= CLOCK_WARNING_S) {
    const what = `The clocks here and there agree to within ${ms(Math.abs(offsetMs))}`;
    return [ok("clock.right", what, figures)];
  }
  const side = offsetMs > 0 ? "behind" : "ahead of";
  return [
    finding(
      seconds > CLOCK_PROBLEM_S ? "warning" : "note",
      "clock.off",
      {
        what: `This device’s clock is ${span(seconds)} ${side} the server’s`,
        why: "Video does not mind; but times of events look wrong, and TURN fails if it is the server’s clock that is off",
        do: "Let both set their clocks by the network",
      },
      figures,
    ),
  ];
}

/** What came of asking for pictures on `/ws/viewer`. `offsetMs`: by the clock of the pictures. */
export interface PicturesReading {
  readonly camera: string;
  readonly pictureMs: number | null;
  readonly detail: string | null;
  readonly offsetMs: number | null;
}

export function judgePictures(reading: PicturesReading): readonly Finding[] {
  const { camera, pictureMs, detail } = reading;
  if (pictureMs !== null) {
    return [
      ok(
        "pictures.arrive",
        `Single pictures of ${camera} come over the WebSocket too, the first after ${ms(pictureMs)}`,
        { camera, pictureMs: Math.round(pictureMs) },
      ),
    ];
  }
  return [
    finding(
      "warning",
      "pictures.none",
      {
        what: `No picture of ${camera} comes over the WebSocket: ${detail ?? "nothing came in time"}`,
        why: "It is what is left where WebRTC fails",
        do: "See whether the camera works; a proxy must pass on WebSockets for /ws/viewer as well",
      },
      { camera },
    ),
  ];
}

export function ms(value: number): string {
  // With a space that does not break.
  return `${value < 10 ? value.toFixed(1) : String(Math.round(value))}\u00a0ms`;
}

function span(seconds: number): string {
  if (seconds < 120) return `${String(Math.round(seconds))} s`;
  if (seconds < 7_200) return `${String(Math.round(seconds / 60))} minutes`;
  return `${String(Math.round(seconds / 3_600))} hours`;
}

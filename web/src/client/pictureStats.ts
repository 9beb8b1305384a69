/** Numbers about pictures that come one by one: what `StatsReader` gives of a video. */

import type { StreamStats } from "./stats";

const WINDOW_MS = 1_000;

interface Shown {
  readonly atMs: number;
  readonly bytes: number;
}

export class PictureStats {
  #window: readonly Shown[] = [];
  #count = 0;
  #refused = 0;
  #size: { readonly width: number; readonly height: number } | null = null;

  /** A picture of so many bytes is on screen. */
  shown(bytes: number, width: number, height: number, nowMs: number): void {
    this.#count += 1;
    this.#size = { width, height };
    this.#window = [...this.#window.filter((each) => nowMs - each.atMs < WINDOW_MS), { atMs: nowMs, bytes }];
  }

  /** One came that was damaged, or too late to be shown. */
  dropped(): void {
    this.#refused += 1;
  }

  read(roundTripMs: number | null, nowMs: number): StreamStats {
    const window = this.#window.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
    const bytes = window.reduce((sum, each) => sum + each.bytes, 0);
    const seconds = WINDOW_MS / 1_000;
    return {
      path: { path: "relay", label: "WebSocket (TCP)" },
      localAddress: null,
      remoteAddress: null,
      roundTripMs,
      fps: this.#count === 0 ? null : window.length / seconds,
      bitrateKbps: this.#count === 0 ? null : (bytes * 8) / 1_000 / seconds,
      framesDecoded: this.#count,
      framesDropped: this.#refused,
      packetsReceived: null,
      packetsLost: null,
      jitterMs: null,
      jitterBufferMs: null,
      codec: "JPEG",
      width: this.#size?.width ?? null,
      height: this.#size?.height ?? null,
    };
  }
}

/**
 * The cameras to show. A signaling server that has just started does not know its cameras yet:
 * those that were there before stay for a while, and as long as their pictures come.
 */

import type { CameraInfo } from "./messages";

const GRACE_MS = 30_000;
const UNREGISTERED = "the gateway is not connected";

interface Known {
  readonly info: CameraInfo;
  /** When the server's list first lacked it; null while listed. */
  readonly missingSinceMs: number | null;
}

export class Roster {
  #known: ReadonlyMap<string, Known> = new Map();

  /** Takes the server's whole list. */
  update(list: readonly CameraInfo[], nowMs: number): void {
    const next = new Map<string, Known>();
    for (const [id, known] of this.#known) {
      next.set(id, { info: known.info, missingSinceMs: known.missingSinceMs ?? nowMs });
    }
    for (const info of list) next.set(info.id, { info, missingSinceMs: null });
    this.#known = next;
  }

  /** The cameras at `nowMs` by name; `isLive` says whose pictures still come. */
  cameras(nowMs: number, isLive: (id: string) => boolean): readonly CameraInfo[] {
    const kept = [...this.#known].filter(
      ([id, { missingSinceMs }]) =>
        missingSinceMs === null || nowMs - missingSinceMs <= GRACE_MS || isLive(id),
    );
    this.#known = new Map(kept);
    return kept
      .map(([, { info, missingSinceMs }]) =>
        missingSinceMs === null
          ? info
          : { ...info, state: "offline" as const, detail: UNREGISTERED },
      )
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  }

  /** When to look again, because somebody's grace ends; null: not by itself. */
  nextChangeMs(nowMs: number): number | null {
    const ends = [...this.#known.values()]
      .filter(({ missingSinceMs }) => missingSinceMs !== null)
      .map(({ missingSinceMs }) => Math.max(nowMs + 1_000, (missingSinceMs ?? 0) + GRACE_MS + 1));
    return ends.length === 0 ? null : Math.min(...ends);
  }
}

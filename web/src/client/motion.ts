/** The newest motion event of a camera, and when it has passed. */

import type { Motion, Region } from "./messages";

export interface MotionView {
  readonly level: Motion["level"];
  readonly percent: number;
  readonly regions: readonly Region[];
  /** False while the boxes of a past event fade out. */
  readonly isActive: boolean;
}

/** Without news for this long an event is over: its end may be lost with its connection. */
const EXPIRES_MS = 1_500;
export const FADE_MS = 600;

export class MotionTracker {
  #view: MotionView | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly changed: () => void) {}

  get view(): MotionView | null {
    return this.#view;
  }

  heard(motion: Motion): void {
    if (motion.level === "NONE") {
      this.#fade();
      return;
    }
    const { level, percent, regions } = motion;
    this.#set({ level, percent, regions, isActive: true });
    this.#after(EXPIRES_MS, () => {
      this.#fade();
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#set(null);
  }

  #fade(): void {
    if (this.#view?.isActive !== true) return;
    this.#set({ ...this.#view, isActive: false });
    this.#after(FADE_MS, () => {
      this.#set(null);
    });
  }

  #after(delayMs: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, delayMs);
  }

  #set(view: MotionView | null): void {
    this.#view = view;
    this.changed();
  }
}

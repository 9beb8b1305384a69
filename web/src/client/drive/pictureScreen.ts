/** Pictures on a canvas, one after the other, and how old the one is that people see. */

import { epochNow } from "../clock";

export interface Picture {
  /** By the gateway's clock. */
  readonly captureMs: number;
  readonly jpeg: Blob;
}

/** What this needs of an `HTMLCanvasElement`. */
export interface Canvas {
  width: number;
  height: number;
  getContext(kind: "2d", settings: CanvasRenderingContext2DSettings): Painter | null;
}
interface Painter {
  drawImage(image: ImageBitmap, x: number, y: number): void;
}

export interface PictureScreenOptions {
  /** Rejects what is no picture. */
  readonly decode: (jpeg: Blob) => Promise<ImageBitmap>;
  /** The gateway's clock less this page's; null while it is not known. */
  readonly offsetMs: () => number | null;
}

interface Waiting {
  readonly picture: Picture;
  readonly done: () => void;
}

export class PictureScreen {
  readonly #options: PictureScreenOptions;
  #canvas: Canvas | null = null;
  #isDecoding = false;
  #waiting: Waiting | null = null;
  #shown: { readonly captureMs: number; readonly atMs: number } | null = null;
  #refused = 0;
  /** What was taken before the screen was cleared is not shown after. */
  #clearings = 0;

  constructor(options: PictureScreenOptions) {
    this.#options = options;
  }

  /** Shows pictures in `canvas`, until the returned function is called. */
  attach(canvas: Canvas): () => void {
    this.#canvas = canvas;
    this.#shown = null;
    return () => {
      if (this.#canvas !== canvas) return;
      this.#canvas = null;
      this.#shown = null;
    };
  }

  /**
   * Shows `picture` as soon as the one before is; of those that wait, only the newest. Calls `done`
   * when there is room for another one.
   */
  take(picture: Picture, done: () => void): void {
    const older = this.#waiting;
    this.#waiting = { picture, done };
    older?.done();
    if (!this.#isDecoding) void this.#showAll();
  }

  /** Forgets what it shows, and what waits. */
  clear(): void {
    this.#waiting = null;
    this.#shown = null;
    this.#clearings += 1;
  }

  /** When the picture on screen came there, on this page's clock; null when there is none. */
  get shownMs(): number | null {
    return this.#shown?.atMs ?? null;
  }

  /**
   * Age, now, of the picture on screen, which grows until there is a newer one; null when there is
   * none. A negative age is not known either: the clocks are compared too badly yet.
   */
  get onScreenMs(): number | null {
    const offsetMs = this.#options.offsetMs();
    if (this.#shown === null || offsetMs === null) return null;
    const ageMs = epochNow() + offsetMs - this.#shown.captureMs;
    return ageMs < 0 ? null : ageMs;
  }

  async #showAll(): Promise<void> {
    this.#isDecoding = true;
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const { picture, done } = next;
      const clearings = this.#clearings;
      try {
        const bitmap = await this.#options.decode(picture.jpeg);
        if (clearings === this.#clearings) this.#show(picture, bitmap);
        bitmap.close();
      } catch (error) {
        // Cameras send damaged pictures now and then.
        this.#refused += 1;
        if (this.#refused === 1) console.warn("picture < refused: %s", error);
      }
      done();
    }
    this.#isDecoding = false;
  }

  #next(): Waiting | null {
    const next = this.#waiting;
    this.#waiting = null;
    return next;
  }

  #show(picture: Picture, bitmap: ImageBitmap): void {
    const canvas = this.#canvas;
    const painter = canvas?.getContext("2d", { alpha: false }) ?? null;
    if (canvas === null || painter === null) return;
    // Setting a size clears the canvas, even where it stays the same.
    if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
    if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
    painter.drawImage(bitmap, 0, 0);
    this.#shown = { captureMs: picture.captureMs, atMs: epochNow() };
  }
}

/** A canvas for pictures that come one by one; also for what must stand still for a moment. */

/** What this needs of an `HTMLCanvasElement`. */
export interface Canvas {
  width: number;
  height: number;
  getContext(kind: "2d", settings: CanvasRenderingContext2DSettings): Painter | null;
}
interface Painter {
  drawImage(image: ImageBitmap | HTMLVideoElement, x: number, y: number): void;
}

/** A picture on screen, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Waiting {
  readonly jpeg: Blob;
  /** With its size when it is on screen; null when it never will be. */
  readonly done: (shown: Size | null) => void;
}

export class PictureScreen {
  /** Rejects what is no picture. */
  readonly #decode: (jpeg: Blob) => Promise<ImageBitmap>;
  #canvas: Canvas | null = null;
  #isDecoding = false;
  #waiting: Waiting | null = null;
  #refused = 0;
  /** What was taken before the screen was cleared is not shown after. */
  #clearings = 0;

  constructor(decode: (jpeg: Blob) => Promise<ImageBitmap>) {
    this.#decode = decode;
  }

  /** Shows pictures in `canvas`, until the returned function is called. */
  attach(canvas: Canvas): () => void {
    this.#canvas = canvas;
    return () => {
      if (this.#canvas === canvas) this.#canvas = null;
    };
  }

  /** Shows `jpeg` as soon as the one before is; of those that wait, only the newest. */
  take(jpeg: Blob, done: Waiting["done"]): void {
    const older = this.#waiting;
    this.#waiting = { jpeg, done };
    older?.done(null);
    if (!this.#isDecoding) void this.#showAll();
  }

  /** Shows what `video` shows now, standing still; false when there is nothing to show. */
  hold(video: HTMLVideoElement): boolean {
    const { videoWidth, videoHeight } = video;
    return videoWidth > 0 && this.#draw(video, videoWidth, videoHeight);
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = null;
    this.#clearings += 1;
  }

  async #showAll(): Promise<void> {
    this.#isDecoding = true;
    for (let next = this.#next(); next !== null; next = this.#next()) {
      const { jpeg, done } = next;
      const clearings = this.#clearings;
      let shown: Size | null = null;
      try {
        const bitmap = await this.#decode(jpeg);
        const { width, height } = bitmap;
        if (clearings === this.#clearings && this.#draw(bitmap, width, height)) {
          shown = { width, height };
        }
        bitmap.close();
      } catch (error) {
        // Cameras send damaged pictures now and then.
        this.#refused += 1;
        if (this.#refused === 1) console.warn("picture < refused: %s", error);
      }
      done(shown);
    }
    this.#isDecoding = false;
  }

  #next(): Waiting | null {
    const next = this.#waiting;
    this.#waiting = null;
    return next;
  }

  #draw(image: ImageBitmap | HTMLVideoElement, width: number, height: number): boolean {
    const canvas = this.#canvas;
    const painter = canvas?.getContext("2d", { alpha: false }) ?? null;
    if (canvas === null || painter === null) return false;
    // Setting a size clears the canvas, even where it stays the same.
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    painter.drawImage(image, 0, 0);
    return true;
  }
}

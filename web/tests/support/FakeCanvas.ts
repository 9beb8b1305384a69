import type { Canvas } from "../../src/client/pictureScreen";

/** The size of a JPEG that cannot be decoded. */
export const DAMAGED = 13;

/**
 * A canvas that remembers what was drawn, and a decoder whose work is done when the test says so.
 * Pictures are known by their size in bytes.
 */
export class FakeCanvas implements Canvas {
  width = 300;
  height = 150;
  readonly drawn: number[] = [];
  /** Bitmaps that nobody has closed. */
  open = 0;
  readonly #decoding: (() => void)[] = [];
  readonly #sizes = new Map<ImageBitmap, number>();

  getContext(): { drawImage: (image: ImageBitmap | HTMLVideoElement) => void } {
    return {
      drawImage: (image) => {
        this.drawn.push(this.#sizes.get(image as ImageBitmap) ?? NaN);
      },
    };
  }

  readonly decode = async (jpeg: Blob): Promise<ImageBitmap> => {
    await new Promise<void>((resolve) => this.#decoding.push(resolve));
    if (jpeg.size === DAMAGED) throw new DOMException("no picture", "InvalidStateError");
    this.open += 1;
    const bitmap: ImageBitmap = {
      width: 640,
      height: 480,
      close: () => {
        this.open -= 1;
      },
    };
    this.#sizes.set(bitmap, jpeg.size);
    return bitmap;
  };

  /** How many are being decoded. */
  get decoding(): number {
    return this.#decoding.length;
  }

  /** Finishes the decoding of one picture. */
  async decoded(): Promise<void> {
    const finish = this.#decoding.shift();
    if (finish === undefined) throw new Error("nothing is being decoded");
    finish();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

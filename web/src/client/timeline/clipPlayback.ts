/**
 * Plays a clip that may still be written: what there is plays at once, and at its end the file is
 * fetched again and goes on from there.
 */

export type ClipState = "loading" | "ready" | "failed";

/** What this needs of a `video`. */
export type ClipScreen = Pick<
  HTMLVideoElement,
  "src" | "currentTime" | "play" | "addEventListener" | "removeEventListener" | "removeAttribute" | "load"
>;

export interface ClipOptions {
  readonly load: () => Promise<Blob>;
  /** Whether the event goes on, or has only just ended: there may be more of it soon. */
  readonly isGrowing: () => boolean;
  readonly changed: (state: ClipState, error: unknown) => void;
  readonly urls: Pick<typeof URL, "createObjectURL" | "revokeObjectURL">;
}

/** As often as a clip that is being written is looked at again. */
export const FOLLOW_MS = 1_000;

export class ClipPlayback {
  readonly #options: ClipOptions;
  #screen: ClipScreen | null = null;
  #url: string | null = null;
  #bytes = 0;
  #resumeAtS = 0;
  /** Whether there may be more than was fetched last. */
  #mayGrow = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClipOptions) {
    this.#options = options;
  }

  /** Plays on `screen`, until the returned function is called. */
  attach(screen: ClipScreen): () => void {
    this.#screen = screen;
    screen.addEventListener("loadedmetadata", this.#resume);
    screen.addEventListener("ended", this.#follow);
    void this.#load();
    return () => {
      clearTimeout(this.#timer);
      this.#screen = null;
      screen.removeEventListener("loadedmetadata", this.#resume);
      screen.removeEventListener("ended", this.#follow);
      screen.removeAttribute("src");
      screen.load();
      if (this.#url !== null) this.#options.urls.revokeObjectURL(this.#url);
      this.#url = null;
    };
  }

  async #load(): Promise<void> {
    const screen = this.#screen;
    const { changed, isGrowing, load, urls } = this.#options;
    const mayGrow = isGrowing();
    let blob: Blob;
    try {
      blob = await load();
    } catch (error) {
      // What was there before may still be looked at.
      if (this.#screen === screen && this.#url === null) changed("failed", error);
      return;
    }
    if (screen === null || this.#screen !== screen) return;
    this.#mayGrow = mayGrow;
    if (blob.size <= this.#bytes) {
      this.#follow();
      return;
    }
    const before = this.#url;
    this.#bytes = blob.size;
    this.#url = urls.createObjectURL(blob);
    screen.src = this.#url;
    if (before !== null) urls.revokeObjectURL(before);
    changed("ready", null);
  }

  // Arrow functions, because the screen calls them without their object.
  readonly #resume = (): void => {
    const screen = this.#screen;
    if (screen === null) return;
    if (this.#resumeAtS > 0) screen.currentTime = this.#resumeAtS;
    // Refused where the browser wants a click first: then its own controls are there for it.
    screen.play().catch(() => undefined);
  };

  readonly #follow = (): void => {
    if (this.#screen === null || !this.#mayGrow) return;
    this.#resumeAtS = this.#screen.currentTime;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), FOLLOW_MS);
  };
}

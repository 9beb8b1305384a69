/** The `<video>` element that people watch, and which stream is in it. */

import { watchFrames, type ShownFrame } from "./frames";

export interface VideoScreenListener {
  /** `stream` has its first picture; not every browser tells of those that follow. */
  started(stream: MediaStream): void;
  /** A new picture of `stream` is on screen. */
  shown(stream: MediaStream, frame: ShownFrame): void;
  /** The browser starts videos only when a person says so; or this one has started after all. */
  blocked(isBlocked: boolean): void;
}

export class VideoScreen {
  readonly #listener: VideoScreenListener;
  #video: HTMLVideoElement | null = null;
  #stream: MediaStream | null = null;
  #sinceMs = 0;
  #hasStarted = false;
  #detach: () => void = () => undefined;

  constructor(listener: VideoScreenListener) {
    this.#listener = listener;
  }

  get element(): HTMLVideoElement | null {
    return this.#video;
  }

  get stream(): MediaStream | null {
    return this.#stream;
  }

  /** Whether `stream` has had a picture in this element. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Shows streams in `video`, until the returned function is called. */
  attach(video: HTMLVideoElement): () => void {
    this.#detach();
    this.#video = video;
    const unwatch = watchFrames(video, (frame) => {
      // One more of the stream before may still come.
      if (this.#stream === null || frame.presentedMs < this.#sinceMs) return;
      started();
      this.#listener.shown(this.#stream, frame);
    });
    const started = () => {
      if (this.#stream === null || this.#hasStarted) return;
      this.#hasStarted = true;
      this.#listener.started(this.#stream);
    };
    video.addEventListener("loadeddata", started);
    // Phones pause videos of their own accord, after a call or another app for example.
    const resume = () => {
      if (!document.hidden) this.play();
    };
    video.addEventListener("pause", resume);
    const detach = () => {
      if (this.#video !== video) return;
      unwatch();
      video.removeEventListener("loadeddata", started);
      video.removeEventListener("pause", resume);
      video.srcObject = null;
      this.#video = null;
      this.#detach = () => undefined;
    };
    this.#detach = detach;
    this.#put();
    return detach;
  }

  /** Puts `stream` in; the last picture of the one before stays until it has one. */
  show(stream: MediaStream): void {
    if (stream === this.#stream) return;
    this.#stream = stream;
    this.#put();
  }

  /** Nobody watches any more: what is in stays in, and is not started again. */
  leave(): void {
    this.#stream = null;
  }

  /** Starts the picture; call it from a click when the browser wants one. */
  play(): void {
    const video = this.#video;
    if (video?.srcObject == null || this.#stream === null) return;
    video.play().then(
      () => {
        this.#listener.blocked(false);
      },
      (error: unknown) => {
        // AbortError only says that a newer stream took this one's place.
        const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
        if (isRefused) this.#listener.blocked(true);
      },
    );
  }

  #put(): void {
    if (this.#video === null || this.#stream === null) return;
    this.#sinceMs = performance.now();
    this.#hasStarted = false;
    this.#video.srcObject = this.#stream;
    this.play();
  }
}

/** As much of `<video>` as a screen uses; frames are presented when the test says so. */
export class FakeVideo extends EventTarget {
  videoWidth = 0;
  videoHeight = 0;
  /** Whether it plays without a click. */
  mayPlay = true;
  plays = 0;
  #stream: MediaStream | null = null;
  #callback: VideoFrameRequestCallback | null = null;

  get srcObject(): MediaStream | null {
    return this.#stream;
  }

  set srcObject(stream: MediaStream | null) {
    this.#stream = stream;
    this.videoWidth = 0;
    this.videoHeight = 0;
  }

  play(): Promise<void> {
    this.plays += 1;
    return this.mayPlay
      ? Promise.resolve()
      : Promise.reject(new DOMException("a click first", "NotAllowedError"));
  }

  requestVideoFrameCallback(callback: VideoFrameRequestCallback): number {
    this.#callback = callback;
    return 1;
  }

  cancelVideoFrameCallback(): void {
    this.#callback = null;
  }

  /** The first picture of what is in it is decoded. */
  load(): void {
    this.videoWidth = 640;
    this.videoHeight = 480;
    this.dispatchEvent(new Event("loadeddata"));
  }

  /** A picture is on screen. */
  present(presentationTime = performance.now()): void {
    const frame = { presentationTime, width: 640, height: 480 };
    this.#callback?.(0, frame as VideoFrameCallbackMetadata);
  }

  get element(): HTMLVideoElement {
    return this as unknown as HTMLVideoElement;
  }
}

/** Frames of a `<video>` as they reach the screen. */

export interface ShownFrame {
  /** When it was handed to the screen, by `performance.now`. */
  readonly presentedMs: number;
  /** Where the browser tells; 32 bits at 90 kHz. */
  readonly rtpTimestamp: number | undefined;
  readonly width: number;
  readonly height: number;
}

/** Calls `shown` for each new frame until the returned function is called. */
export function watchFrames(
  video: HTMLVideoElement,
  shown: (frame: ShownFrame) => void,
): () => void {
  // Older browsers have no frame callbacks; statistics alone must do there.
  if (!("requestVideoFrameCallback" in video)) return () => undefined;
  let handle = 0;
  const next = () => {
    handle = video.requestVideoFrameCallback((_now, frame) => {
      const { presentationTime, rtpTimestamp, width, height } = frame;
      next();
      shown({ presentedMs: presentationTime, rtpTimestamp, width, height });
    });
  };
  next();
  return () => {
    video.cancelVideoFrameCallback(handle);
  };
}

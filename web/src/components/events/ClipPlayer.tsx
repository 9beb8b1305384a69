import { useEffect, useEffectEvent, useRef, useState } from "react";
import { ClipPlayback, type ClipState } from "../../client/timeline/clipPlayback";
import { Refused } from "../../client/errors";
import type { EventInfo } from "../../client/messages";
import { usePeerlens } from "../../hooks/usePeerlens";
import { Icon } from "../Icon";

/** What is written last of a clip comes a moment after its event has ended. */
const AFTERGLOW_MS = 15_000;

/** The clip of an event, also of one that goes on. */
export function ClipPlayer({ event }: { readonly event: EventInfo }) {
  const { archive, http } = usePeerlens();
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<ClipState>("loading");
  const [problem, setProblem] = useState("");
  const isGrowing = useEffectEvent(
    () => event.endMs === null || http.serverNowMs - event.endMs < AFTERGLOW_MS,
  );
  useEffect(() => {
    if (video.current === null) return undefined;
    const playback = new ClipPlayback({
      load: () => archive.file(event.id, "clip.mp4"),
      isGrowing,
      changed: (next, error) => {
        setState(next);
        setProblem(error instanceof Refused ? error.detail : "");
      },
      urls: URL,
    });
    return playback.attach(video.current);
  }, [archive, event.id]);
  return (
    <>
      <video
        ref={video}
        data-testid="clip"
        data-state={state}
        aria-label="Clip of the event"
        controls
        muted
        playsInline
      />
      {state !== "ready" && (
        <p className="event-cover" role="status">
          <Icon name={state === "loading" ? "spinner" : "alert"} size={28} />
          {state === "loading" ? "Fetching the clip…" : `No clip: ${problem}`}
        </p>
      )}
    </>
  );
}

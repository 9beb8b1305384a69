import type { ReactNode, RefObject } from "react";
import type { Watcher, WatchView } from "../client/watcher";
import { Icon } from "./Icon";
import { MotionOverlay } from "./MotionOverlay";
import { wordsFor } from "./wording";

interface VideoStageProps {
  readonly camera: string;
  readonly name: string;
  readonly view: WatchView;
  readonly watcher: Watcher;
  readonly video: RefObject<HTMLVideoElement | null>;
  /** For pictures that come without a peer connection. */
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly fit: "contain" | "cover";
  readonly showsMotion: boolean;
  /** Something else is shown in its place for now. */
  readonly isHidden?: boolean;
  readonly children?: ReactNode;
}

/** The picture, what moves in it, and what to say when there is no live picture. */
export function VideoStage(props: VideoStageProps) {
  const { camera, name, view, watcher, video, canvas, fit, showsMotion, children } = props;
  const isLive = view.tile.state === "live";
  return (
    <div
      className="stage"
      hidden={props.isHidden}
      data-state={view.tile.state}
      data-fit={fit}
      data-shows={view.shows}
    >
      <video
        ref={video}
        data-testid={`video-${camera}`}
        aria-label={`Live picture of ${name}`}
        autoPlay
        muted
        playsInline
        disablePictureInPicture={fit === "cover"}
      />
      <canvas ref={canvas} role="img" aria-label={`Live picture of ${name}`} />
      {showsMotion && <MotionOverlay motion={view.motion} size={view.size} fit={fit} />}
      {!isLive && <Cover name={name} view={view} watcher={watcher} />}
      {children}
    </div>
  );
}

interface CoverProps {
  readonly name: string;
  readonly view: WatchView;
  readonly watcher: Watcher;
}

function Cover({ name, view, watcher }: CoverProps) {
  const { icon, title, next } = wordsFor(view);
  return (
    <div className="cover" data-testid="cover">
      {view.tile.reason === "needs-play" ? (
        <button
          type="button"
          className="play"
          data-testid="play"
          aria-label={`Play ${name}`}
          onClick={() => {
            watcher.play();
          }}
        >
          <Icon name="play" size={34} />
        </button>
      ) : (
        <Icon name={icon} size={32} />
      )}
      <p className="cover-title">{title}</p>
      <p className="cover-next">{next}</p>
      {view.tile.detail !== null && <p className="cover-detail">{view.tile.detail}</p>}
    </div>
  );
}

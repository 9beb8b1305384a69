import { useEffect, useRef, useState } from "react";
import { useFullscreen } from "../hooks/useFullscreen";
import { useCameras } from "../hooks/usePeerlens";
import { useWatch } from "../hooks/useWatch";
import { Controls } from "./Controls";
import { Details } from "./Details";
import { Icon } from "./Icon";
import { Link } from "./Link";
import { MotionBadge } from "./MotionBadge";
import { QualityNote } from "./QualityNote";
import { StateBadge } from "./StateBadge";
import { StatusBar } from "./StatusBar";
import { tileAttributes } from "./tileAttributes";
import { VideoStage } from "./VideoStage";
import { announcement } from "./wording";

export function CameraPage({ id }: { readonly id: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [showsMotion, setShowsMotion] = useState(true);
  const { view, watcher } = useWatch(id, video, true);
  const fullscreen = useFullscreen(frame);
  const listed = useCameras()?.find((camera) => camera.id === id);
  const car = listed?.car ?? view.info?.car ?? null;
  const name = listed?.name ?? view.info?.name ?? id;
  useEffect(() => {
    document.title = `${name} · Peerlens`;
  }, [name]);
  const { width, height } = view.size ?? { width: 4, height: 3 };
  // Nothing to save or to enlarge; but full screen keeps its way out.
  const hasControls = view.tile.reason !== "unknown-camera" || fullscreen.isFullscreen;
  return (
    <main
      className="page camera-page"
      data-testid="camera-page"
      style={{ "--ratio": width / height }}
      {...tileAttributes(view)}
    >
      <div className="page-head">
        <Link to={{ page: "grid" }} className="button icon-button" label="Back to all cameras">
          <Icon name="back" />
        </Link>
        <h1 tabIndex={-1}>{name}</h1>
        <StateBadge tile={view.tile} />
        {car !== null && (
          <Link to={{ page: "drive", id }} className="button primary drive-link">
            <Icon name="wheel" />
            Drive
          </Link>
        )}
      </div>
      <div className="frame" ref={frame}>
        <VideoStage
          camera={id}
          name={name}
          view={view}
          watcher={watcher}
          video={video}
          fit="contain"
          showsMotion={showsMotion}
        >
          <div className="stage-badges">
            <MotionBadge motion={view.motion} />
          </div>
        </VideoStage>
        {hasControls && (
          <Controls
            camera={id}
            showsMotion={showsMotion}
            onShowMotion={setShowsMotion}
            isFullscreen={fullscreen.isFullscreen}
            onFullscreen={fullscreen.toggle}
          />
        )}
      </div>
      <div className="side">
        <QualityNote delivery={view.delivery} />
        <StatusBar view={view} />
        <Details view={view} watcher={watcher} viewers={listed?.viewers ?? view.info?.viewers ?? null} />
      </div>
      <p className="unseen" role="status" aria-live="polite">
        {announcement(name, view)}
      </p>
    </main>
  );
}

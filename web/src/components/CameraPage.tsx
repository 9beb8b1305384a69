import { useEffect, useRef, useState } from "react";
import { useFullscreen } from "../hooks/useFullscreen";
import { useLocalStream } from "../hooks/useLocalStream";
import { useCameras } from "../hooks/usePeerlens";
import { useWatch } from "../hooks/useWatch";
import { Controls } from "./Controls";
import { Details } from "./Details";
import { Icon } from "./Icon";
import { Link } from "./Link";
import { LocalStreamChoice, LocalStreamStage, type LocalState } from "./LocalStream";
import { MotionBadge } from "./MotionBadge";
import { PathNote } from "./PathNote";
import { QualityNote } from "./QualityNote";
import { StateBadge } from "./StateBadge";
import { StatusBar } from "./StatusBar";
import { localAttributes, tileAttributes } from "./tileAttributes";
import { VideoStage } from "./VideoStage";
import { announcement } from "./wording";

export function CameraPage({ id }: { readonly id: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [showsMotion, setShowsMotion] = useState(true);
  const [isLocal, setIsLocal] = useState(false);
  const [local, setLocal] = useState<LocalState>("connecting");
  const { view, watcher } = useWatch(id, { video, canvas }, !isLocal);
  const streamUrl = useLocalStream(id);
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
      {...(isLocal ? localAttributes(local) : tileAttributes(view))}
    >
      <div className="page-head">
        <Link to={{ page: "grid" }} className="button icon-button" label="Back to all cameras">
          <Icon name="back" />
        </Link>
        <h1 tabIndex={-1}>{name}</h1>
        {!isLocal && <StateBadge tile={view.tile} />}
        {car !== null && (
          <Link to={{ page: "drive", id }} className="button primary drive-link">
            <Icon name="wheel" />
            Drive
          </Link>
        )}
      </div>
      <div className="frame" ref={frame}>
        {isLocal && streamUrl !== null && (
          <LocalStreamStage url={streamUrl} name={name} onState={setLocal} />
        )}
        <VideoStage
          isHidden={isLocal}
          camera={id}
          name={name}
          view={view}
          watcher={watcher}
          video={video}
          canvas={canvas}
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
            hasMotion={!isLocal && view.path !== "relay"}
            onShowMotion={setShowsMotion}
            isFullscreen={fullscreen.isFullscreen}
            onFullscreen={fullscreen.toggle}
          />
        )}
      </div>
      <div className="side">
        {!isLocal && (
          <>
            <QualityNote delivery={view.delivery} />
            <StatusBar view={view} />
            <PathNote view={view} />
            <Details
              view={view}
              watcher={watcher}
              viewers={listed?.viewers ?? view.info?.viewers ?? null}
            />
          </>
        )}
        {streamUrl !== null && (
          <LocalStreamChoice
            url={streamUrl}
            isChosen={isLocal}
            onChoose={(isChosen) => {
              setLocal("connecting");
              setIsLocal(isChosen);
            }}
          />
        )}
      </div>
      <p className="unseen" role="status" aria-live="polite">
        {isLocal ? `${name}: the camera’s own stream.` : announcement(name, view)}
      </p>
    </main>
  );
}

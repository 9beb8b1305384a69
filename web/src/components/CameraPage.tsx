import { useEffect, useRef, useState } from "react";
import { useFullscreen } from "../hooks/useFullscreen";
import { useLocalStream } from "../hooks/useLocalStream";
import { useMotionEditor } from "../hooks/useMotionEditor";
import { useCameras, useSignaling } from "../hooks/usePeerlens";
import { useWatch } from "../hooks/useWatch";
import { Controls } from "./Controls";
import { Details } from "./Details";
import { AlertSwitch } from "./events/AlertSwitch";
import { Events } from "./events/Events";
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
import { MotionPanel } from "./zones/MotionPanel";
import { ZonePlane } from "./zones/ZonePlane";

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
  const { editor, toggle: toggleEditor } = useMotionEditor(id);
  const mayEdit = useSignaling().welcome?.role === "admin";
  const listed = useCameras()?.find((camera) => camera.id === id);
  const car = listed?.car ?? view.info?.car ?? null;
  const name = listed?.name ?? view.info?.name ?? id;
  useEffect(() => {
    document.title = `${name} · Peerlens`;
  }, [name]);
  const { width, height } = view.size ?? { width: 4, height: 3 };
  const hasMotion = !isLocal && view.path !== "relay";
  const isKnown = view.tile.reason !== "unknown-camera";
  // Nothing to save or to enlarge; but full screen keeps its way out.
  const hasControls = isKnown || fullscreen.isFullscreen;
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
      <div className="camera-main">
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
            {editor !== null && <ZonePlane editor={editor} ratio={width / height} />}
          </VideoStage>
          {hasControls && (
            <Controls
              camera={id}
              showsMotion={showsMotion}
              hasMotion={hasMotion}
              onShowMotion={setShowsMotion}
              onEditMotion={mayEdit && !isLocal ? toggleEditor : null}
              isEditingMotion={editor !== null}
              isFullscreen={fullscreen.isFullscreen}
              onFullscreen={fullscreen.toggle}
            />
          )}
        </div>
        {isKnown && (
          <section className="camera-events" aria-label="Events">
            <div className="events-head">
              <h2>Events</h2>
              <AlertSwitch />
            </div>
            <Events camera={id} />
          </section>
        )}
      </div>
      <div className="side">
        {editor !== null && !isLocal && (
          <MotionPanel
            editor={editor}
            motion={view.motion}
            hasMotion={hasMotion}
            onClose={toggleEditor}
          />
        )}
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

import { useEffect, useRef, useState } from "react";
import { useCockpit } from "../../hooks/useCockpit";
import { useFullscreen } from "../../hooks/useFullscreen";
import { useFullscreenStop } from "../../hooks/useFullscreenStop";
import { useObservable } from "../../hooks/useObservable";
import { useCameras } from "../../hooks/usePeerlens";
import { useTouch } from "../../hooks/useTouch";
import { useWakeLock } from "../../hooks/useWakeLock";
import { useWatch } from "../../hooks/useWatch";
import { Icon } from "../Icon";
import { Link } from "../Link";
import { VideoStage } from "../VideoStage";
import { driveAttributes } from "./driveAttributes";
import { DriveFacts } from "./DriveFacts";
import { DriveTools } from "./DriveTools";
import { Gauges } from "./Gauges";
import { LeaseButtons } from "./LeaseButtons";
import { SettingsPanel } from "./SettingsPanel";
import { Thumbs } from "./Thumbs";
import { driveAnnouncement, driveWords, problemWords, type DriveWords } from "./wording";

/** The whole screen for driving: the picture, what the car says, and the controls over it. */
export function DrivePage({ id }: { readonly id: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const page = useRef<HTMLElement>(null);
  const { view: sight, watcher } = useWatch(id, { video, canvas }, true);
  const cockpit = useCockpit(watcher);
  const view = useObservable(cockpit.view);
  const { isFullscreen, toggle } = useFullscreen(page);
  const toggleFullscreen = useFullscreenStop(isFullscreen, toggle, cockpit);
  const isTouch = useTouch();
  const [showsSettings, setShowsSettings] = useState(false);
  const info = useCameras()?.find((camera) => camera.id === id) ?? sight.info;
  const name = info?.name ?? id;
  const words = driveWords(view, info?.car !== null);
  const isDriving = view.you === "driving";
  useEffect(() => {
    document.title = `Drive ${name} · Peerlens`;
  }, [name]);
  useEffect(() => watcher.lookClosely(), [watcher]);
  useWakeLock(isDriving);
  useEffect(() => {
    // Keys that drive must not press the button that was clicked last.
    if (isDriving) page.current?.focus({ preventScroll: true });
  }, [isDriving]);
  return (
    <main
      ref={page}
      className="drive"
      data-touch={isTouch}
      data-testid="drive-page"
      tabIndex={-1}
      onContextMenu={(event) => {
        event.preventDefault();
      }}
      {...driveAttributes(view, sight)}
    >
      <VideoStage
        camera={id}
        name={name}
        view={sight}
        watcher={watcher}
        video={video}
        canvas={canvas}
        fit="contain"
        showsMotion={false}
      />
      {isDriving && isTouch && <Thumbs cockpit={cockpit} />}
      <div className="drive-hud">
        <div className="drive-top">
          <Link
            to={{ page: "camera", id }}
            className="button icon-button"
            label={`Back to ${name}`}
          >
            <Icon name="back" />
          </Link>
          <div className="drive-head">
            <Status words={words} name={name} />
            <DriveFacts view={view} path={sight.path} />
          </div>
          {view.car?.mayDrive !== false && (
            <button
              type="button"
              className="emergency-stop"
              data-testid="emergency-stop"
              title="Emergency stop (Esc)"
              // Without a link there is nobody to tell, and the car has stopped by itself.
              disabled={view.car === null}
              // At the touch, not at its end; keys and other aids make a click without one.
              onPointerDown={() => {
                cockpit.stop();
              }}
              onClick={({ detail }) => {
                if (detail === 0) cockpit.stop();
              }}
            >
              Stop
            </button>
          )}
        </div>
        {view.problem !== null && (
          <p className="drive-problem" role="alert">
            {problemWords(view.problem)}
          </p>
        )}
        <p className="drive-turn">
          <Icon name="turn" size={18} />
          Turn your phone on its side
        </p>
        <div className="drive-bottom">
          <div className="drive-hints">
            {isDriving && (
              <p className="drive-keys">
                <kbd>W</kbd> <kbd>A</kbd> <kbd>S</kbd> <kbd>D</kbd> drive · <kbd>Space</kbd>{" "}
                brakes · <kbd>Esc</kbd> stops
              </p>
            )}
          </div>
          <div className="drive-middle">
            {isDriving && !isTouch && <Gauges cockpit={cockpit} />}
            <LeaseButtons cockpit={cockpit} view={view} />
          </div>
          <DriveTools
            cockpit={cockpit}
            view={view}
            isFullscreen={isFullscreen}
            onFullscreen={toggleFullscreen}
            showsSettings={showsSettings}
            onSettings={() => {
              setShowsSettings(!showsSettings);
            }}
          />
        </div>
        {showsSettings && (
          <SettingsPanel
            capabilities={view.capabilities}
            onClose={() => {
              setShowsSettings(false);
            }}
          />
        )}
      </div>
      <p className="unseen" role="status" aria-live="polite">
        {driveAnnouncement(view)}
      </p>
    </main>
  );
}

interface StatusProps {
  readonly words: DriveWords;
  readonly name: string;
}

function Status({ words: { tone, title, detail }, name }: StatusProps) {
  return (
    <div className="drive-status" data-testid="drive-status" data-tone={tone}>
      <span className="dot" aria-hidden="true" />
      <h1 tabIndex={-1}>
        <span className="unseen">{`Drive ${name}: `}</span>
        {title}
      </h1>
      {detail !== "" && <p>{detail}</p>}
    </div>
  );
}

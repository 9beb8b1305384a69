import { useEffect, useRef, useState } from "react";
import { useFullscreen } from "../hooks/useFullscreen";
import { useCameras } from "../hooks/usePeerlens";
import { useWatch } from "../hooks/useWatch";
import { Controls } from "./Controls";
import { Details } from "./Details";
import { Icon } from "./Icon";
import { Link } from "./Link";
import { StateBadge } from "./StateBadge";
import { StatusBar } from "./StatusBar";
import { tileAttributes } from "./tileAttributes";
import { VideoStage } from "./VideoStage";
import { announcement } from "./wording";

export function CameraPage({ id }: { readonly id: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [showsMotion, setShowsMotion] = useState(true);
  const { view, watcher } = useWatch(id, video, true);
  const fullscreen = useFullscreen(frame);
  const listed = useCameras()?.find((camera) => camera.id === id);
  const name = listed?.name ?? view.info?.name ?? id;
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${name} · Peerlens`;
  }, [name]);
  return (
    <main className="page camera-page" data-testid="camera-page" {...tileAttributes(view)}>
      <div className="page-head">
        <Link to={{ page: "grid" }} className="button icon-button" label="Back to all cameras">
          <Icon name="back" />
        </Link>
        <h1 ref={heading} tabIndex={-1}>
          {name}
        </h1>
        <StateBadge state={view.tile.state} />
        {view.motion?.isActive === true && (
          <span className="badge" data-state="motion" data-testid="motion-badge">
            <Icon name="motion" size={14} />
            Motion {view.motion.level.toLowerCase()}
          </span>
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
        />
        <Controls
          camera={id}
          showsMotion={showsMotion}
          onShowMotion={setShowsMotion}
          isFullscreen={fullscreen.isFullscreen}
          onFullscreen={fullscreen.toggle}
        />
      </div>
      <StatusBar view={view} />
      <Details view={view} viewers={listed?.viewers ?? view.info?.viewers ?? null} />
      <p className="unseen" role="status" aria-live="polite">
        {announcement(name, view)}
      </p>
    </main>
  );
}

import { memo, useCallback, useRef } from "react";
import type { CameraInfo } from "../client/messages";
import { useInView } from "../hooks/useInView";
import { useWatch } from "../hooks/useWatch";
import { framesPerSecond, viewers } from "./format";
import { Icon } from "./Icon";
import { Link } from "./Link";
import { MotionBadge } from "./MotionBadge";
import { StateBadge } from "./StateBadge";
import { tileAttributes } from "./tileAttributes";
import { VideoStage } from "./VideoStage";

interface CameraCardProps {
  readonly info: CameraInfo;
  readonly isActive: boolean;
  readonly onInView: (id: string, isInView: boolean) => void;
}

export const CameraCard = memo(function CameraCard({ info, isActive, onInView }: CameraCardProps) {
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { view, watcher } = useWatch(info.id, { video, canvas, isSmall: true }, isActive);
  const card = useInView<HTMLElement>(
    useCallback(
      (isInView) => {
        onInView(info.id, isInView);
      },
      [info.id, onInView],
    ),
  );
  const fps = view.tile.state === "live" ? (view.stats?.fps ?? null) : null;
  return (
    <article
      ref={card}
      className="card"
      data-testid={`camera-card-${info.id}`}
      {...tileAttributes(view)}
    >
      <VideoStage
        camera={info.id}
        name={info.name}
        view={view}
        watcher={watcher}
        video={video}
        canvas={canvas}
        fit="cover"
        showsMotion
      >
        <div className="stage-badges">
          <StateBadge tile={view.tile} />
          <MotionBadge motion={view.motion} />
        </div>
      </VideoStage>
      <div className="card-foot">
        <h2>
          <Link to={{ page: "camera", id: info.id }} className="card-link">
            {info.name}
          </Link>
        </h2>
        {info.car !== null && (
          <Link
            to={{ page: "drive", id: info.id }}
            className="button card-drive"
            label={`Drive ${info.name}`}
          >
            <Icon name="wheel" size={18} />
            Drive
          </Link>
        )}
        <p className="card-facts">
          {fps !== null && <span>{framesPerSecond(fps)}</span>}
          {info.state === "live" && info.viewers > 0 && (
            <span title={viewers(info.viewers)}>
              <Icon name="eye" size={15} />
              <span aria-hidden="true">{info.viewers}</span>
              <span className="unseen">{viewers(info.viewers)}</span>
            </span>
          )}
        </p>
      </div>
    </article>
  );
});

import { useState } from "react";
import { usePeerlens } from "../hooks/usePeerlens";
import { download } from "./download";
import { Icon } from "./Icon";

interface ControlsProps {
  readonly camera: string;
  readonly showsMotion: boolean;
  /** Motion is told of on the path that is shown. */
  readonly hasMotion: boolean;
  readonly onShowMotion: (shows: boolean) => void;
  /** Null for whoever may not change how motion is looked for. */
  readonly onEditMotion: (() => void) | null;
  readonly isEditingMotion: boolean;
  readonly isFullscreen: boolean;
  readonly onFullscreen: () => void;
}

export function Controls(props: ControlsProps) {
  const { camera, showsMotion, hasMotion, onShowMotion, isFullscreen, onFullscreen } = props;
  const peerlens = usePeerlens();
  const [snapshot, setSnapshot] = useState<"ready" | "busy" | "failed">("ready");
  const takeSnapshot = () => {
    setSnapshot("busy");
    peerlens
      .snapshot(camera)
      .then((picture) => {
        download(picture, `${camera}-${new Date().toISOString().replace(/[:.]/g, "-")}.jpg`);
        setSnapshot("ready");
      })
      .catch(() => {
        setSnapshot("failed");
      });
  };
  return (
    <div className="controls" role="toolbar" aria-label="Picture">
      {snapshot === "failed" && (
        <p className="controls-note" role="alert">
          No snapshot: the camera gave no picture.
        </p>
      )}
      <button
        type="button"
        className="button icon-button"
        aria-pressed={showsMotion && hasMotion}
        aria-label="Motion boxes"
        title={hasMotion ? "Motion boxes" : "No motion boxes on this path"}
        disabled={!hasMotion}
        data-testid="toggle-motion"
        onClick={() => {
          onShowMotion(!showsMotion);
        }}
      >
        <Icon name="boxes" />
      </button>
      {props.onEditMotion !== null && (
        <button
          type="button"
          className="button icon-button"
          aria-expanded={props.isEditingMotion}
          aria-label="Motion settings"
          title="Motion settings"
          data-testid="edit-motion"
          onClick={props.onEditMotion}
        >
          <Icon name="settings" />
        </button>
      )}
      <button
        type="button"
        className="button icon-button"
        aria-label="Save a snapshot"
        title="Save a snapshot"
        data-testid="snapshot"
        disabled={snapshot === "busy"}
        onClick={takeSnapshot}
      >
        <Icon name="snapshot" />
      </button>
      <button
        type="button"
        className="button icon-button"
        aria-label={isFullscreen ? "Leave full screen" : "Full screen"}
        title={isFullscreen ? "Leave full screen" : "Full screen"}
        data-testid="fullscreen"
        onClick={onFullscreen}
      >
        <Icon name={isFullscreen ? "fullscreen-exit" : "fullscreen"} />
      </button>
    </div>
  );
}

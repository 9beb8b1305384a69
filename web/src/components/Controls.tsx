import { useState } from "react";
import { usePeerlens } from "../hooks/usePeerlens";
import { Icon } from "./Icon";

interface ControlsProps {
  readonly camera: string;
  readonly showsMotion: boolean;
  /** Motion is told of on the path that is shown. */
  readonly hasMotion: boolean;
  readonly onShowMotion: (shows: boolean) => void;
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

function download(picture: Blob, name: string): void {
  const url = URL.createObjectURL(picture);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read the address by then; it only has to outlive the click.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}

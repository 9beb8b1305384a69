import type { Cockpit } from "../../client/drive/cockpit";
import type { DriveView } from "../../client/drive/view";
import { useObservable } from "../../hooks/useObservable";
import { Icon } from "../Icon";

interface DriveToolsProps {
  readonly cockpit: Cockpit;
  readonly view: DriveView;
  readonly isFullscreen: boolean;
  readonly onFullscreen: () => void;
  readonly showsSettings: boolean;
  readonly onSettings: () => void;
}

/** Lights, horn, settings, full screen. */
export function DriveTools(props: DriveToolsProps) {
  const { cockpit, view, isFullscreen, onFullscreen, showsSettings, onSettings } = props;
  const { lights } = useObservable(cockpit.output);
  const silence = () => {
    cockpit.horn(false);
  };
  return (
    <div className="drive-tools" role="toolbar" aria-label="Car and page">
      {view.you === "driving" && view.capabilities.lights && (
        <button
          type="button"
          className="button icon-button"
          data-testid="lights"
          aria-label="Lights"
          title="Lights (L)"
          aria-pressed={lights}
          onClick={() => {
            cockpit.toggleLights();
          }}
        >
          <Icon name="lights" />
        </button>
      )}
      {view.you === "driving" && view.capabilities.horn && (
        <button
          type="button"
          className="button icon-button"
          data-testid="horn"
          aria-label="Horn"
          title="Horn (H)"
          onPointerDown={() => {
            cockpit.horn(true);
          }}
          onPointerUp={silence}
          onPointerLeave={silence}
          onPointerCancel={silence}
        >
          <Icon name="horn" />
        </button>
      )}
      <button
        type="button"
        className="button icon-button"
        data-testid="open-settings"
        aria-label="Controls"
        title="Controls"
        aria-expanded={showsSettings}
        onClick={onSettings}
      >
        <Icon name="settings" />
      </button>
      {document.fullscreenEnabled && (
        <button
          type="button"
          className="button icon-button"
          data-testid="fullscreen"
          aria-label={isFullscreen ? "Leave full screen" : "Full screen"}
          title={isFullscreen ? "Leave full screen" : "Full screen"}
          onClick={onFullscreen}
        >
          <Icon name={isFullscreen ? "fullscreen-exit" : "fullscreen"} />
        </button>
      )}
    </div>
  );
}

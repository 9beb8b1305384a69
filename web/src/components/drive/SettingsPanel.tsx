import type { BoardCapabilities } from "../../client/messages";
import { RANGES, type DriveSettings } from "../../client/drive/settings";
import { useDriveSettings } from "../../hooks/useDriveSettings";
import { useObservable } from "../../hooks/useObservable";
import { Icon } from "../Icon";

const LABELS: readonly (readonly [keyof DriveSettings, string, string])[] = [
  ["maxThrottle", "Most throttle", "The car is never asked for more."],
  ["trim", "Steering trim", "Until the car runs straight."],
  ["expo", "Gentle middle", "Sticks and thumbs act softly near their centre."],
  ["deadZone", "Dead zone", "Sticks and thumbs count as centred below this."],
];

interface SettingsPanelProps {
  readonly capabilities: BoardCapabilities;
  readonly onClose: () => void;
}

/** How the controls feel, and which keys there are. */
export function SettingsPanel({ capabilities, onClose }: SettingsPanelProps) {
  const store = useDriveSettings();
  const settings = useObservable(store.settings);
  return (
    <section className="drive-settings" data-testid="drive-settings" aria-label="Controls">
      <div className="drive-settings-head">
        <h2>Controls</h2>
        <button type="button" className="button icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {LABELS.map(([name, label, hint]) => {
        const [low, high] = RANGES[name];
        return (
          <label key={name} title={hint}>
            <span>{label}</span>
            <output>{`${(settings[name] * 100).toFixed(0)} %`}</output>
            <input
              type="range"
              data-testid={`setting-${name}`}
              min={low}
              max={high}
              step={0.01}
              value={settings[name]}
              onChange={(event) => {
                store.change({ [name]: event.target.valueAsNumber });
              }}
            />
          </label>
        );
      })}
      <p className="drive-keys">
        <kbd>W</kbd> <kbd>A</kbd> <kbd>S</kbd> <kbd>D</kbd> or arrows, <kbd>Space</kbd> brakes,{" "}
        <kbd>H</kbd> horn, <kbd>L</kbd> lights, <kbd>Esc</kbd> stops.{" "}
        {(capabilities.pan || capabilities.tilt) && (
          <>
            <kbd>Q</kbd> <kbd>E</kbd> <kbd>R</kbd> <kbd>F</kbd> turn the camera, <kbd>C</kbd>{" "}
            centres it.{" "}
          </>
        )}
        Gamepad: right trigger
        forward, left trigger back, left stick steers, <kbd>B</kbd> brakes, <kbd>Back</kbd> stops.
      </p>
    </section>
  );
}

import type { MotionView } from "../../client/motion";
import { canAdd, LONGEST_NAME, type Drawing } from "../../client/zones/drawing";
import type { MotionEditor } from "../../client/zones/motionEditor";
import { FEWEST_POINTS } from "../../client/zones/polygon";
import {
  HIGHEST_THRESHOLD,
  leastPercent,
  LOWEST_THRESHOLD,
  meterFill,
  sensitivityWords,
  THRESHOLD_STEP,
} from "../../client/zones/sensitivity";
import { useObservable } from "../../hooks/useObservable";
import { levelName } from "../events/wording";
import { Icon } from "../Icon";

interface MotionPanelProps {
  readonly editor: MotionEditor;
  readonly motion: MotionView | null;
  /** Motion is told of on the path that is shown. */
  readonly hasMotion: boolean;
  readonly onClose: () => void;
}

/** How the camera looks for motion: on or off, how sensitive, where. */
export function MotionPanel({ editor, motion, hasMotion, onClose }: MotionPanelProps) {
  const view = useObservable(editor.view);
  const { settings, drawing, problem } = view;
  return (
    <section
      className="motion-panel"
      data-testid="motion-panel"
      data-saved={view.isSaved}
      data-threshold={settings?.threshold}
      aria-label="Motion settings"
    >
      <div className="motion-panel-head">
        <h2>Motion</h2>
        <button type="button" className="button icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {settings !== null && (
        <>
          <label className="motion-switch">
            <span>Look for motion</span>
            <input
              type="checkbox"
              role="switch"
              data-testid="motion-enabled"
              checked={settings.enabled}
              onChange={({ target }) => {
                editor.adjust({ enabled: target.checked });
              }}
            />
          </label>
          <label className="motion-slider">
            <span>Sensitivity</span>
            <output>{sensitivityWords(settings.threshold)}</output>
            <input
              type="range"
              data-testid="threshold"
              min={LOWEST_THRESHOLD}
              max={HIGHEST_THRESHOLD}
              step={THRESHOLD_STEP}
              // To the right is more sensitive, as the words have it.
              dir="rtl"
              disabled={!settings.enabled}
              value={settings.threshold}
              aria-valuetext={sensitivityWords(settings.threshold)}
              onChange={({ target }) => {
                editor.adjust({ threshold: target.valueAsNumber });
              }}
            />
          </label>
          <Meter motion={motion} threshold={settings.threshold} isOn={settings.enabled} hasMotion={hasMotion} />
        </>
      )}
      {drawing !== null && <Shapes editor={editor} drawing={drawing} isSaving={view.isSaving} />}
      <p className="motion-word" role="status" data-problem={problem !== null}>
        {problem ?? (view.isSaving ? "Saving…" : view.isSaved ? "Saved" : settings === null ? "Asking the gateway…" : "")}
      </p>
    </section>
  );
}

interface MeterProps {
  readonly motion: MotionView | null;
  readonly threshold: number;
  readonly isOn: boolean;
  readonly hasMotion: boolean;
}

/** What moves right now, beside what it takes to count. */
function Meter({ motion, threshold, isOn, hasMotion }: MeterProps) {
  const active = motion?.isActive === true ? motion : null;
  const words = !isOn
    ? "Switched off"
    : !hasMotion
      ? "No live level on this path"
      : active === null
        ? "Nothing moves"
        : `${levelName(active.level)}, ${active.percent.toFixed(1)} %`;
  return (
    <div className="motion-meter" data-testid="motion-meter" data-level={active?.level ?? "NONE"}>
      <span>Now</span>
      <output>{words}</output>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="meter-way" width="100" height="6" />
        <rect className="meter-now" width={100 * meterFill(active?.percent ?? 0)} height="6" />
        <rect className="meter-least" x={100 * meterFill(leastPercent(threshold))} width="1" height="6" />
      </svg>
    </div>
  );
}

interface ShapesProps {
  readonly editor: MotionEditor;
  readonly drawing: Drawing;
  readonly isSaving: boolean;
}

function Shapes({ editor, drawing, isSaving }: ShapesProps) {
  const selected = drawing.shapes.find(({ key }) => key === drawing.selected);
  const { point } = drawing;
  return (
    <>
      <p className="motion-hint">
        With zones, only what moves in one of them counts. What a mask covers is never looked at.
      </p>
      <ul className="shapes">
        {drawing.shapes.map((shape) => (
          <li key={shape.key} data-kind={shape.kind} data-selected={shape === selected}>
            <button
              type="button"
              className="shape-mark"
              aria-pressed={shape === selected}
              aria-label={`Edit ${shape.kind === "zone" ? shape.name : "the mask"}`}
              onClick={() => {
                editor.draw({ do: "select", key: shape.key });
              }}
            />
            {shape.kind === "zone" ? (
              <input
                type="text"
                aria-label="Name of the zone"
                data-testid="zone-name"
                maxLength={LONGEST_NAME}
                value={shape.name}
                onFocus={() => {
                  editor.draw({ do: "select", key: shape.key });
                }}
                onChange={({ target }) => {
                  editor.draw({ do: "rename", key: shape.key, name: target.value });
                }}
              />
            ) : (
              <span>Mask</span>
            )}
            <button
              type="button"
              className="button icon-button"
              aria-label={`Remove ${shape.kind === "zone" ? shape.name : "the mask"}`}
              onClick={() => {
                editor.draw({ do: "remove", key: shape.key });
              }}
            >
              <Icon name="trash" size={17} />
            </button>
          </li>
        ))}
      </ul>
      <div className="motion-buttons">
        {(["zone", "mask"] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            className="button"
            data-testid={`add-${kind}`}
            disabled={!canAdd(drawing, kind)}
            onClick={() => {
              editor.draw({ do: "add", kind });
            }}
          >
            <Icon name="plus" size={16} />
            {kind === "zone" ? "Zone" : "Mask"}
          </button>
        ))}
        {selected !== undefined && point !== null && (
          <button
            type="button"
            className="button"
            disabled={selected.points.length <= FEWEST_POINTS}
            onClick={() => {
              editor.draw({ do: "remove-point", key: selected.key, point });
            }}
          >
            Remove point
          </button>
        )}
      </div>
      {drawing.isChanged && (
        <div className="motion-buttons">
          <button
            type="button"
            className="button"
            onClick={() => {
              editor.revert();
            }}
          >
            Discard
          </button>
          <button
            type="button"
            className="button primary"
            data-testid="save-zones"
            disabled={isSaving}
            onClick={() => void editor.save()}
          >
            Save
          </button>
        </div>
      )}
    </>
  );
}

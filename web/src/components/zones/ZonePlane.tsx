import { useRef, type CSSProperties, type KeyboardEvent, type PointerEvent } from "react";
import { centre, MOST_POINTS, middle, type Point } from "../../client/zones/polygon";
import type { Drawing, Shape } from "../../client/zones/drawing";
import type { MotionEditor } from "../../client/zones/motionEditor";
import { useObservable } from "../../hooks/useObservable";
import { Icon } from "../Icon";

interface ZonePlaneProps {
  readonly editor: MotionEditor;
  /** Width by height of the picture. */
  readonly ratio: number;
}

type Drag = { readonly key: number; readonly point: number | null; last: Point } | null;

const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FINE = 0.01;
const COARSE = 0.05;

/** Zones and masks over the live picture: points are dragged, or moved by the arrow keys. */
export function ZonePlane({ editor, ratio }: ZonePlaneProps) {
  const { drawing } = useObservable(editor.view);
  const plane = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag>(null);
  if (drawing === null) return null;
  const at = (event: PointerEvent): Point => {
    const box = plane.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const grab = (event: PointerEvent, key: number, point: number | null) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    drag.current = { key, point, last: at(event) };
    plane.current?.setPointerCapture(event.pointerId);
    editor.draw({ do: "select", key, point });
  };
  const pull = (event: PointerEvent) => {
    const held = drag.current;
    if (held === null) return;
    const to = at(event);
    if (held.point === null) {
      const by: Point = [to[0] - held.last[0], to[1] - held.last[1]];
      editor.draw({ do: "move", key: held.key, by });
    } else editor.draw({ do: "move-point", key: held.key, point: held.point, to });
    held.last = to;
  };
  const drop = () => {
    drag.current = null;
  };
  const selected = drawing.shapes.find(({ key }) => key === drawing.selected);
  return (
    <div className="zone-space" style={{ "--ratio": ratio }}>
      <div
        ref={plane}
        className="zone-plane"
        data-testid="zone-plane"
        onPointerDown={() => {
          editor.draw({ do: "select", key: null });
        }}
        onPointerMove={pull}
        onPointerUp={drop}
        onPointerCancel={drop}
      >
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          {drawing.shapes.map((shape) => (
            <polygon
              key={shape.key}
              data-testid="zone-shape"
              data-kind={shape.kind}
              data-selected={shape === selected}
              points={shape.points.map(([x, y]) => `${String(x)},${String(y)}`).join(" ")}
              onPointerDown={(event) => {
                grab(event, shape.key, null);
              }}
            />
          ))}
        </svg>
        {drawing.shapes.map((shape) => (
          <span key={shape.key} className="zone-label" data-kind={shape.kind} style={placed(centre(shape.points))}>
            {shape.kind === "mask" ? "Mask" : shape.name}
          </span>
        ))}
        {selected !== undefined && (
          <Handles editor={editor} drawing={drawing} shape={selected} grab={grab} />
        )}
      </div>
    </div>
  );
}

interface HandlesProps {
  readonly editor: MotionEditor;
  readonly drawing: Drawing;
  readonly shape: Shape;
  readonly grab: (event: PointerEvent, key: number, point: number | null) => void;
}

/** The points of a shape, and between each two a place for another. */
function Handles({ editor, drawing, shape, grab }: HandlesProps) {
  const { key, points } = shape;
  const press = (event: KeyboardEvent, index: number, [x, y]: Point) => {
    const step = STEPS[event.key];
    if (step !== undefined) {
      const size = event.shiftKey ? COARSE : FINE;
      const to: Point = [x + step[0] * size, y + step[1] * size];
      editor.draw({ do: "move-point", key, point: index, to });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      editor.draw({ do: "remove-point", key, point: index });
    } else if (event.key === "+" || event.key === "Insert") {
      editor.draw({ do: "add-point", key, after: index });
    } else return;
    event.preventDefault();
  };
  return (
    <>
      {points.length < MOST_POINTS &&
        points.map((_, index) => (
          <button
            key={`edge-${String(index)}`}
            type="button"
            className="zone-edge"
            aria-label={`Add a point after point ${String(index + 1)}`}
            style={placed(middle(points, index))}
            onPointerDown={(event) => {
              if (event.button !== 0) return;
              editor.draw({ do: "add-point", key, after: index });
              grab(event, key, index + 1);
            }}
            onClick={(event) => {
              // By the keyboard; a pointer has added it on its way down.
              if (event.detail === 0) editor.draw({ do: "add-point", key, after: index });
            }}
          >
            <Icon name="plus" size={12} />
          </button>
        ))}
      {points.map((point, index) => (
        <button
          key={`point-${String(index)}`}
          type="button"
          className="zone-point"
          data-kind={shape.kind}
          data-testid="zone-point"
          aria-pressed={drawing.point === index}
          aria-label={`Point ${String(index + 1)} of ${String(points.length)}, ${percent(point[0])} across, ${percent(point[1])} down. Arrow keys move it, Delete removes it, plus adds one.`}
          style={placed(point)}
          onPointerDown={(event) => {
            grab(event, key, index);
          }}
          onKeyDown={(event) => {
            press(event, index, point);
          }}
        />
      ))}
    </>
  );
}

function placed([x, y]: Point): CSSProperties {
  return { left: percent(x), top: percent(y) };
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)}%`;
}

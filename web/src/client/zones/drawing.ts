/** Zones and masks while somebody draws them. Pure: every change gives a new drawing. */

import type { MotionSettings } from "./motionAccess";
import {
  hasArea,
  inside,
  moved,
  withoutPoint,
  withPointAfter,
  withPointAt,
  type Point,
  type Polygon,
} from "./polygon";

/** As in gateway/motion_settings.py, for each kind. */
export const MOST_SHAPES = 16;
export const LONGEST_NAME = 60;

export interface Shape {
  /** Stays the same while the shape changes. */
  readonly key: number;
  readonly kind: "zone" | "mask";
  /** Of a zone; a mask has none. */
  readonly name: string;
  readonly points: Polygon;
}

export interface Drawing {
  readonly shapes: readonly Shape[];
  readonly selected: number | null;
  /** Which point of the selected shape; null for the shape as a whole. */
  readonly point: number | null;
  readonly nextKey: number;
  readonly isChanged: boolean;
}

export type Stroke =
  | { readonly do: "add"; readonly kind: Shape["kind"] }
  | { readonly do: "select"; readonly key: number | null; readonly point?: number | null }
  | { readonly do: "rename"; readonly key: number; readonly name: string }
  | { readonly do: "remove"; readonly key: number }
  | { readonly do: "move"; readonly key: number; readonly by: Point }
  | { readonly do: "move-point"; readonly key: number; readonly point: number; readonly to: Point }
  | { readonly do: "add-point"; readonly key: number; readonly after: number }
  | { readonly do: "remove-point"; readonly key: number; readonly point: number };

export function drawingOf({ zones, masks }: Pick<MotionSettings, "zones" | "masks">): Drawing {
  const shapes = [
    ...zones.map(({ name, points }) => ({ kind: "zone" as const, name, points })),
    ...masks.map((points) => ({ kind: "mask" as const, name: "", points })),
  ].map((shape, key) => ({ ...shape, key }));
  return { shapes, selected: null, point: null, nextKey: shapes.length, isChanged: false };
}

/** What is to be saved. */
export function settingsOf({ shapes }: Drawing): Pick<MotionSettings, "zones" | "masks"> {
  return {
    zones: shapes
      .filter(({ kind }) => kind === "zone")
      .map(({ name, points }) => ({ name: name.trim(), points })),
    masks: shapes.filter(({ kind }) => kind === "mask").map(({ points }) => points),
  };
}

export function drawn(drawing: Drawing, stroke: Stroke): Drawing {
  if (stroke.do === "select") {
    return { ...drawing, selected: stroke.key, point: stroke.point ?? null };
  }
  if (stroke.do === "add") return added(drawing, stroke.kind);
  const shape = drawing.shapes.find(({ key }) => key === stroke.key);
  if (shape === undefined) return drawing;
  switch (stroke.do) {
    case "rename":
      return replaced(drawing, { ...shape, name: stroke.name.slice(0, LONGEST_NAME) });
    case "remove":
      return {
        ...drawing,
        shapes: drawing.shapes.filter((each) => each !== shape),
        selected: drawing.selected === shape.key ? null : drawing.selected,
        point: null,
        isChanged: true,
      };
    case "move":
      return replaced(drawing, { ...shape, points: moved(shape.points, ...stroke.by) });
    case "move-point":
      return replaced(drawing, {
        ...shape,
        points: withPointAt(shape.points, stroke.point, stroke.to),
      });
    case "add-point":
      return {
        ...replaced(drawing, { ...shape, points: withPointAfter(shape.points, stroke.after) }),
        selected: shape.key,
        point: stroke.after + 1,
      };
    case "remove-point": {
      const points = withoutPoint(shape.points, stroke.point);
      if (points === shape.points) return drawing;
      const point = Math.min(stroke.point, points.length - 1);
      return { ...replaced(drawing, { ...shape, points }), point };
    }
  }
}

/** What must be put right before it can be saved; null when nothing. */
export function faultOf({ shapes }: Drawing): string | null {
  const names = shapes.filter(({ kind }) => kind === "zone").map(({ name }) => name.trim());
  if (names.includes("")) return "Give every zone a name.";
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `Two zones are called “${twice}”.`;
  const flat = shapes.find(({ points }) => !hasArea(points));
  if (flat === undefined) return null;
  return `${flat.kind === "zone" ? `The zone “${flat.name}”` : "A mask"} has no area.`;
}

export function canAdd({ shapes }: Drawing, kind: Shape["kind"]): boolean {
  return shapes.filter((shape) => shape.kind === kind).length < MOST_SHAPES;
}

function replaced(drawing: Drawing, shape: Shape): Drawing {
  const shapes = drawing.shapes.map((each) => (each.key === shape.key ? shape : each));
  return { ...drawing, shapes, isChanged: true };
}

/** Where new shapes begin, one after the other. */
const BEGINNINGS: readonly Point[] = [
  [0.3, 0.3],
  [0.7, 0.3],
  [0.3, 0.7],
  [0.7, 0.7],
  [0.5, 0.5],
];
const HALF = 0.15;

/** Begins as a rectangle, where most likely there is room. */
function added(drawing: Drawing, kind: Shape["kind"]): Drawing {
  if (!canAdd(drawing, kind)) return drawing;
  const [x, y] = BEGINNINGS[drawing.shapes.length % BEGINNINGS.length] ?? [0.5, 0.5];
  const points = [
    inside([x - HALF, y - HALF]),
    inside([x + HALF, y - HALF]),
    inside([x + HALF, y + HALF]),
    inside([x - HALF, y + HALF]),
  ];
  const name = kind === "zone" ? freeName(drawing) : "";
  const shape: Shape = { key: drawing.nextKey, kind, name, points };
  return {
    shapes: [...drawing.shapes, shape],
    selected: shape.key,
    point: null,
    nextKey: drawing.nextKey + 1,
    isChanged: true,
  };
}

function freeName({ shapes }: Drawing): string {
  for (let number = 1; ; number += 1) {
    const name = `Zone ${String(number)}`;
    if (shapes.every((shape) => shape.name !== name)) return name;
  }
}

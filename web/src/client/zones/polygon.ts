/** Polygons in a picture, as people draw them. Pure; points are parts of the picture, 0 to 1. */

export type Point = readonly [x: number, y: number];
export type Polygon = readonly Point[];

/** As in gateway/motion_settings.py. */
export const MOST_POINTS = 64;
export const FEWEST_POINTS = 3;

/** Inside the picture, to a ten thousandth. */
export function inside([x, y]: Point): Point {
  return [rounded(x), rounded(y)];
}

export function withPointAt(polygon: Polygon, index: number, point: Point): Polygon {
  return polygon.map((each, i) => (i === index ? inside(point) : each));
}

/** With a new point in the middle of the edge that begins at `index`. */
export function withPointAfter(polygon: Polygon, index: number): Polygon {
  if (polygon.length >= MOST_POINTS) return polygon;
  const added = inside(middle(polygon, index));
  return [...polygon.slice(0, index + 1), added, ...polygon.slice(index + 1)];
}

export function withoutPoint(polygon: Polygon, index: number): Polygon {
  return polygon.length <= FEWEST_POINTS ? polygon : polygon.filter((_, i) => i !== index);
}

/** Moved as a whole, as far as the picture reaches. */
export function moved(polygon: Polygon, dx: number, dy: number): Polygon {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const byX = within(dx, -Math.min(...xs), 1 - Math.max(...xs));
  const byY = within(dy, -Math.min(...ys), 1 - Math.max(...ys));
  return polygon.map(([x, y]) => inside([x + byX, y + byY]));
}

/** The middle of the edge that begins at `index`. */
export function middle(polygon: Polygon, index: number): Point {
  const [x0, y0] = polygon[index] ?? [0, 0];
  const [x1, y1] = polygon[(index + 1) % polygon.length] ?? [0, 0];
  return [(x0 + x1) / 2, (y0 + y1) / 2];
}

/** Where to put a label: the mean of its points. */
export function centre(polygon: Polygon): Point {
  const sum = polygon.reduce<Point>(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [sum[0] / polygon.length, sum[1] / polygon.length];
}

/** Whether it has an area at all: three points that are not in one line. */
export function hasArea(polygon: Polygon): boolean {
  const [first] = polygon;
  if (first === undefined || new Set(polygon.map(String)).size < FEWEST_POINTS) return false;
  const far = polygon.reduce((a, b) => (distance(first, b) > distance(first, a) ? b : a));
  return polygon.some(
    ([x, y]) =>
      Math.abs((x - first[0]) * (far[1] - first[1]) - (y - first[1]) * (far[0] - first[0])) >= 1e-6,
  );
}

function distance([x0, y0]: Point, [x1, y1]: Point): number {
  return Math.abs(x1 - x0) + Math.abs(y1 - y0);
}

function rounded(value: number): number {
  return Math.round(within(value, 0, 1) * 10_000) / 10_000;
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

import { describe, expect, it } from "vitest";
import {
  hasArea,
  MOST_POINTS,
  moved,
  withoutPoint,
  withPointAfter,
  withPointAt,
  type Polygon,
} from "../../../src/client/zones/polygon";

const SQUARE: Polygon = [
  [0.2, 0.2],
  [0.6, 0.2],
  [0.6, 0.6],
  [0.2, 0.6],
];

describe("a polygon", () => {
  it("keeps its points inside the picture", () => {
    expect(withPointAt(SQUARE, 1, [1.7, -3])[1]).toEqual([1, 0]);
  });

  it("gets a point in the middle of an edge, also of the last one", () => {
    expect(withPointAfter(SQUARE, 0)[1]).toEqual([0.4, 0.2]);
    expect(withPointAfter(SQUARE, 3)[4]).toEqual([0.2, 0.4]);
    const full = Array.from({ length: MOST_POINTS }, (_, i) => [i / 100, 0.5] as const);
    expect(withPointAfter(full, 0)).toBe(full);
  });

  it("does not lose more points than it can", () => {
    const three = withoutPoint(SQUARE, 0);
    expect(three).toHaveLength(3);
    expect(withoutPoint(three, 0)).toBe(three);
  });

  it("is moved as a whole, and keeps its form at the border", () => {
    expect(moved(SQUARE, 0.9, -0.9)).toEqual([
      [0.6, 0],
      [1, 0],
      [1, 0.4],
      [0.6, 0.4],
    ]);
  });

  it("has an area unless its points are in one line, as the gateway has it", () => {
    expect(hasArea(SQUARE)).toBe(true);
    expect(hasArea([[0, 0], [0.5, 0.5], [1, 1]])).toBe(false);
    expect(hasArea([[0, 0], [0, 0], [1, 1]])).toBe(false);
    // A figure of eight: its halves cancel out.
    expect(hasArea([[0, 0], [1, 1], [1, 0], [0, 1]])).toBe(true);
  });
});

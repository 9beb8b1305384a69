import { describe, expect, it } from "vitest";
import {
  canAdd,
  drawingOf,
  drawn,
  faultOf,
  MOST_SHAPES,
  settingsOf,
  type Stroke,
} from "../../../src/client/zones/drawing";
import type { Polygon } from "../../../src/client/zones/polygon";

const TRIANGLE: Polygon = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.1, 0.5],
];
const SETTINGS = { zones: [{ name: "Door", points: TRIANGLE }], masks: [TRIANGLE] };

function after(...strokes: Stroke[]) {
  return strokes.reduce(drawn, drawingOf(SETTINGS));
}

describe("a drawing", () => {
  it("is what the settings were until something is drawn", () => {
    expect(settingsOf(after())).toEqual(SETTINGS);
    expect(after().isChanged).toBe(false);
    expect(after({ do: "select", key: 0 }).isChanged).toBe(false);
  });

  it("adds shapes with free names, selected, where they can be seen", () => {
    const drawing = after({ do: "add", kind: "zone" }, { do: "add", kind: "zone" }, { do: "add", kind: "mask" });
    expect(settingsOf(drawing).zones.map(({ name }) => name)).toEqual(["Door", "Zone 1", "Zone 2"]);
    expect(settingsOf(drawing).masks).toHaveLength(2);
    expect(drawing).toMatchObject({ selected: 4, isChanged: true });
    expect(faultOf(drawing)).toBeNull();
  });

  it("moves, adds and removes points and shapes", () => {
    const [zone] = settingsOf(
      after(
        { do: "add-point", key: 0, after: 0 },
        { do: "move-point", key: 0, point: 1, to: [0.3, 2] },
        { do: "remove-point", key: 0, point: 0 },
        { do: "move", key: 0, by: [0.1, 0] },
        { do: "rename", key: 0, name: " Gate " },
      ),
    ).zones;
    expect(zone).toEqual({ name: "Gate", points: [[0.4, 1], [0.6, 0.1], [0.2, 0.5]] });
    expect(after({ do: "remove-point", key: 0, point: 0 }).isChanged).toBe(false);
    expect(settingsOf(after({ do: "remove", key: 1 })).masks).toEqual([]);
    expect(after({ do: "remove", key: 77 })).toEqual(after());
  });

  it("says what must be put right before it is saved", () => {
    expect(faultOf(after({ do: "rename", key: 0, name: "  " }))).toBe("Give every zone a name.");
    const twice = after({ do: "add", kind: "zone" }, { do: "rename", key: 2, name: "Door" });
    expect(faultOf(twice)).toBe("Two zones are called “Door”.");
    const flat = after({ do: "move-point", key: 1, point: 2, to: [0.3, 0.1] });
    expect(faultOf(flat)).toBe("A mask has no area.");
  });

  it("holds no more shapes than the gateway takes", () => {
    const full = after(...Array.from({ length: MOST_SHAPES }, () => ({ do: "add", kind: "zone" }) as const));
    expect(settingsOf(full).zones).toHaveLength(MOST_SHAPES);
    expect([canAdd(full, "zone"), canAdd(full, "mask")]).toEqual([false, true]);
  });
});

import { describe, expect, it } from "vitest";
import { axis, shaped, trimmed } from "../../../src/client/drive/shaping";

describe("axis", () => {
  it.each([
    [0.5, 0.5],
    [2, 1],
    [-7, -1],
    [NaN, 0],
    [Infinity, 0],
    [-Infinity, 0],
    [-0, 0],
  ])("brings %s to %s", (given, expected) => {
    expect(axis(given)).toBe(expected);
  });
});

describe("shaped", () => {
  const straight = { deadZone: 0.1, expo: 0 };

  it("is nothing inside of the dead zone, and begins there without a step", () => {
    expect(shaped(0.1, straight)).toBe(0);
    expect(shaped(-0.0999, straight)).toBe(0);
    expect(shaped(0.101, straight)).toBeCloseTo(0.0011, 4);
  });

  it("reaches all of it at both ends", () => {
    for (const expo of [0, 0.5, 1]) {
      expect(shaped(1, { deadZone: 0.3, expo })).toBe(1);
      expect(shaped(-1, { deadZone: 0.3, expo })).toBe(-1);
    }
  });

  it("is gentler near the centre with expo, and never reversed", () => {
    const gentle = { deadZone: 0, expo: 0.6 };
    expect(shaped(0.5, gentle)).toBeCloseTo(0.4 * 0.5 + 0.6 * 0.125);
    let before = -1;
    for (let value = -1; value <= 1; value += 0.01) {
      const now = shaped(value, gentle);
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
  });

  it("takes no number that is none", () => {
    expect(shaped(NaN, straight)).toBe(0);
  });
});

it("trims within the limits", () => {
  expect(trimmed(0, 0.1)).toBe(0.1);
  expect(trimmed(0.95, 0.1)).toBe(1);
  expect(trimmed(NaN, 0.1)).toBe(0.1);
});

import { expect, it } from "vitest";
import { Joystick, REACH_PX } from "../../../src/client/drive/joystick";

it("goes by the way from where the thumb came down", () => {
  const stick = new Joystick("right");
  expect(stick.take(1, 100, 200)).toBe(true);
  expect(stick.grip.value).toEqual({ x: 100, y: 200, value: 0 });
  stick.move(1, 100 + REACH_PX / 2, 900);
  expect(stick.value).toBe(0.5);
  stick.move(1, -1_000, 200);
  expect(stick.value).toBe(-1);
});

it("has up in front", () => {
  const stick = new Joystick("up");
  stick.take(1, 0, 500);
  stick.move(1, 0, 500 - REACH_PX);
  expect(stick.value).toBe(1);
});

it("listens to one thumb only", () => {
  const stick = new Joystick("right");
  stick.take(1, 0, 0);
  expect(stick.take(2, 50, 50)).toBe(false);
  stick.move(2, 500, 0);
  expect(stick.value).toBe(0);
  expect(stick.leave(2)).toBe(false);
  stick.move(1, REACH_PX, 0);
  expect(stick.leave(1)).toBe(true);
  expect(stick.value).toBe(0);
  expect(stick.grip.value).toBeNull();
});

it("does not know a thumb again that was lost", () => {
  const stick = new Joystick("right");
  stick.take(1, 0, 0);
  stick.clear();
  stick.move(1, REACH_PX, 0);
  expect(stick.value).toBe(0);
  expect(stick.leave(1)).toBe(false);
});

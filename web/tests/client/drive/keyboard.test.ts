import { beforeEach, expect, it } from "vitest";
import {
  Keyboard,
  LOOK_RAMP_MS,
  STEERING_RAMP_MS,
  THROTTLE_RAMP_MS,
} from "../../../src/client/drive/keyboard";

let keyboard: Keyboard;
let nowMs: number;

beforeEach(() => {
  keyboard = new Keyboard();
  nowMs = 1_000;
  keyboard.read(nowMs);
});

/** Reads every 16 ms; gives the last reading. */
function pass(ms: number) {
  const endMs = nowMs + ms;
  while (nowMs + 16 < endMs) keyboard.read((nowMs += 16));
  nowMs = endMs;
  return keyboard.read(nowMs);
}

it("grows while a key is held, and is nothing at once when it is released", () => {
  keyboard.press("KeyW", nowMs);
  expect(keyboard.read(nowMs).throttle).toBe(0);
  const half = pass(THROTTLE_RAMP_MS / 2).throttle;
  expect(half).toBeGreaterThan(0.4);
  expect(half).toBeLessThan(0.6);
  expect(pass(THROTTLE_RAMP_MS).throttle).toBe(1);
  keyboard.release("KeyW");
  expect(keyboard.read(nowMs).throttle).toBe(0);
});

it.each([
  ["ArrowUp", "throttle", 1],
  ["KeyS", "throttle", -1],
  ["ArrowDown", "throttle", -1],
  ["KeyA", "steering", -1],
  ["ArrowLeft", "steering", -1],
  ["KeyD", "steering", 1],
  ["ArrowRight", "steering", 1],
] as const)("%s goes to %s %s", (code, name, value) => {
  keyboard.press(code, nowMs);
  expect(pass(THROTTLE_RAMP_MS + STEERING_RAMP_MS)[name]).toBe(value);
});

it("begins at nothing on the way to the other side", () => {
  keyboard.press("KeyW", nowMs);
  pass(500);
  keyboard.release("KeyW");
  keyboard.press("KeyS", nowMs);
  const { throttle } = keyboard.read(nowMs + 16);
  expect(throttle).toBeLessThanOrEqual(0);
  expect(throttle).toBeGreaterThan(-0.1);
});

it("takes two keys against each other as none", () => {
  keyboard.press("KeyW", nowMs);
  keyboard.press("KeyS", nowMs);
  expect(pass(500).throttle).toBe(0);
});

it("holds on while one of two keys for the same is down", () => {
  keyboard.press("KeyW", nowMs);
  keyboard.press("ArrowUp", nowMs);
  pass(500);
  keyboard.release("KeyW");
  expect(keyboard.read(nowMs).throttle).toBe(1);
});

it("brakes and sounds the horn at once", () => {
  keyboard.press("Space", nowMs);
  keyboard.press("KeyH", nowMs);
  expect(keyboard.read(nowMs)).toMatchObject({ brake: true, horn: true });
});

it("does not jump after a pause, nor when the clock goes back", () => {
  keyboard.press("KeyW", nowMs);
  expect(keyboard.read(nowMs + 60_000).throttle).toBeLessThan(0.2);
  expect(keyboard.read(nowMs).throttle).toBeLessThan(0.2);
});

it("forgets keys whose release it may never hear of", () => {
  keyboard.press("KeyW", nowMs);
  pass(500);
  keyboard.clear();
  expect(pass(500).throttle).toBe(0);
});

it("turns the camera, which stays so until it is centred", () => {
  keyboard.press("KeyQ", nowMs);
  keyboard.press("KeyR", nowMs);
  const { pan, tilt } = pass(LOOK_RAMP_MS / 2);
  expect(pan).toBeCloseTo(-0.5, 1);
  expect(tilt).toBeCloseTo(0.5, 1);
  keyboard.clear();
  expect(pass(1_000)).toMatchObject({ pan, tilt });
  keyboard.press("KeyE", nowMs);
  expect(pass(5_000).pan).toBe(1);
  keyboard.press("KeyC", nowMs);
  expect(keyboard.read(nowMs)).toMatchObject({ pan: 0, tilt: 0 });
});

it("leaves other keys alone", () => {
  expect(keyboard.knows("KeyT")).toBe(false);
  keyboard.press("KeyT", nowMs);
  expect(pass(500)).toMatchObject({ throttle: 0, steering: 0, brake: false });
});

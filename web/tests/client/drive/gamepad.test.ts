import { expect, it } from "vitest";
import { GamepadReader } from "../../../src/client/drive/gamepad";
import { fakePad } from "../../support/fakePad";

const read = (...pads: Parameters<GamepadReader["read"]>[0]) => new GamepadReader().read(pads);

it("is nothing without a pad", () => {
  expect(read()).toBeNull();
  expect(read(null, null)).toBeNull();
  expect(read(fakePad([], {}, { connected: false }))).toBeNull();
});

it("takes the left stick and the triggers", () => {
  expect(read(fakePad([-0.5, 0], { 7: 0.8 }))?.input).toMatchObject({ steering: -0.5, throttle: 0.8 });
  expect(read(fakePad([0, 0], { 6: 1 }))?.input.throttle).toBe(-1);
  expect(read(fakePad([0, -0.7]))?.input.throttle).toBe(0.7);
  expect(read(fakePad([0, 0, 0.3, -0.4]))?.input).toMatchObject({ pan: 0.3, tilt: 0.4 });
});

it("brakes when both triggers are pulled", () => {
  expect(read(fakePad([], { 6: 0.9, 7: 0.9 }))?.input).toMatchObject({ brake: true });
});

it("knows its buttons", () => {
  const state = read(fakePad([], { 0: 1, 1: 1, 3: 1, 8: 1 }));
  expect(state).toMatchObject({ lights: true, stop: true, input: { horn: true, brake: true } });
});

it("reads only the first stick of pads that it does not know", () => {
  const state = read(fakePad([0.5, -0.5, 1, 1], { 7: 1, 8: 1 }, { mapping: "" }));
  expect(state).toMatchObject({ stop: false, input: { steering: 0.5, throttle: 0.5, pan: 0 } });
});

it("gives no number that is none", () => {
  const broken = fakePad([NaN, Infinity, NaN, NaN], { 7: NaN });
  expect(Object.values(read(broken)?.input ?? {}).every((v) => v === 0 || v === false)).toBe(true);
});

it("survives a pad without axes and buttons", () => {
  const bare = fakePad([], {}, { axes: [], buttons: [] });
  expect(read(bare)?.input).toMatchObject({ throttle: 0, steering: 0, brake: false });
});

it("stays with one pad until another one moves", () => {
  const reader = new GamepadReader();
  const still = fakePad();
  const second = fakePad([0.9, 0], {}, { index: 1 });
  expect(reader.read([still, fakePad([], {}, { index: 1 })])?.input.steering).toBe(0);
  expect(reader.index).toBe(0);
  expect(reader.read([still, second])?.input.steering).toBe(0.9);
  expect(reader.index).toBe(1);
  // Both move: whoever drives goes on.
  expect(reader.read([fakePad([-0.9, 0]), second])?.input.steering).toBe(0.9);
  reader.read([null, null]);
  expect(reader.index).toBeNull();
});

import { beforeEach, describe, expect, it } from "vitest";
import { Driver } from "../../../src/client/drive/driver";
import { IDLE, type Input, type SourceName } from "../../../src/client/drive/input";
import { DEFAULTS, type DriveSettings } from "../../../src/client/drive/settings";

const PLAIN: DriveSettings = { deadZone: 0, expo: 0, trim: 0, maxThrottle: 1 };
const ABLE = { lights: true, horn: true, pan: true, tilt: true, reverse: true };

let driver: Driver;

beforeEach(() => {
  driver = new Driver();
  for (const source of ["keyboard", "gamepad", "touch"] as const) driver.give(source, IDLE);
});

function give(source: SourceName, input: Partial<Input>): void {
  driver.give(source, { ...IDLE, ...input });
}

const command = (settings = PLAIN, can = ABLE) => driver.command(settings, can);

describe("the source that moved last", () => {
  it("counts", () => {
    give("gamepad", { throttle: 0.5 });
    give("keyboard", { throttle: 1, steering: -1 });
    expect(command()).toMatchObject({ throttle: 1, steering: -1 });
    expect(driver.current).toBe("keyboard");
    give("gamepad", { throttle: 0.3 });
    expect(command()).toMatchObject({ throttle: 0.3, steering: 0 });
  });

  it("is not one that trembles", () => {
    give("keyboard", { throttle: 1 });
    give("gamepad", { steering: 0.04 });
    give("gamepad", { steering: -0.04 });
    expect(command().throttle).toBe(1);
  });

  it("may move slowly", () => {
    give("keyboard", { throttle: 1 });
    for (let steering = 0; steering <= 0.2; steering += 0.01) give("gamepad", { steering });
    expect(driver.current).toBe("gamepad");
  });

  it("is not one that is let go", () => {
    give("gamepad", { throttle: 0.5 });
    give("keyboard", { throttle: 1 });
    give("gamepad", { throttle: 0 });
    expect(command().throttle).toBe(1);
  });

  it("leaves neutral behind, not what another one still holds", () => {
    give("gamepad", { throttle: 1 });
    give("keyboard", { throttle: 1 });
    give("keyboard", IDLE);
    give("gamepad", { throttle: 1 });
    expect(command().throttle).toBe(0);
  });
});

describe("what is asked for", () => {
  it("brakes when anybody does", () => {
    give("gamepad", { throttle: 1 });
    give("keyboard", { brake: true });
    expect(command()).toMatchObject({ throttle: 0, brake: true });
  });

  it("is limited and trimmed", () => {
    give("keyboard", { throttle: 1, steering: 0.5 });
    expect(command({ ...PLAIN, maxThrottle: 0.4, trim: -0.1 })).toMatchObject({
      throttle: 0.4,
      steering: 0.4,
    });
  });

  it("goes through the shaping of sticks, not of keys", () => {
    const stick = { ...DEFAULTS, deadZone: 0.5, expo: 0 };
    driver.give("gamepad", { ...IDLE, throttle: 0.75 }, stick);
    expect(command(stick).throttle).toBe(0.5);
    give("keyboard", { throttle: 0.3 });
    expect(command(stick).throttle).toBe(0.3);
  });

  it("brakes rather than reverses where there is no reverse", () => {
    give("keyboard", { throttle: -1 });
    expect(command(PLAIN, { ...ABLE, reverse: false })).toMatchObject({ throttle: 0, brake: true });
    expect(command().throttle).toBe(-1);
  });

  it("has only what the board has", () => {
    driver.toggleLights();
    give("gamepad", { throttle: 1, horn: true, pan: 0.5, tilt: -0.5 });
    expect(command()).toMatchObject({ lights: true, horn: true, pan: 0.5, tilt: -0.5 });
    const none = { lights: false, horn: false, pan: false, tilt: false, reverse: true };
    expect(command(PLAIN, none)).toMatchObject({ lights: false, horn: false, pan: 0, tilt: 0 });
  });

  it("is a number", () => {
    give("gamepad", { throttle: NaN, steering: Infinity, pan: NaN });
    for (const value of Object.values(command())) {
      if (typeof value === "number") expect(value).toBe(0);
    }
  });
});

describe("a loss", () => {
  it("of one source is neutral, until that one has been centred", () => {
    give("gamepad", { throttle: 1 });
    driver.lose("gamepad");
    expect(command()).toMatchObject({ throttle: 0, steering: 0, brake: true });
    give("gamepad", { throttle: 1 });
    expect(command()).toMatchObject({ throttle: 0, brake: true });
    expect(driver.mustCentre).toBe(true);
    give("gamepad", { throttle: 0.02 });
    expect(driver.mustCentre).toBe(false);
    give("gamepad", { throttle: 0.6 });
    expect(command().throttle).toBe(0.6);
  });

  it("does not hinder the other sources", () => {
    driver.lose("gamepad");
    give("gamepad", { throttle: 1 });
    give("keyboard", { throttle: 0.5 });
    expect(command()).toMatchObject({ throttle: 0.5, brake: false });
    give("gamepad", { throttle: 0.2 });
    expect(command().throttle).toBe(0.5);
  });

  it("asks for steering to be centred, too", () => {
    driver.loseAll();
    give("gamepad", { steering: 1 });
    give("gamepad", { steering: 1, throttle: 0.01 });
    expect(command()).toMatchObject({ throttle: 0, steering: 0 });
  });

  it("of attention is neutral with the brake on, whatever is held", () => {
    give("gamepad", { throttle: 1, horn: true });
    driver.setAway(true);
    give("gamepad", { throttle: 1, horn: true });
    give("gamepad", IDLE);
    give("gamepad", { throttle: 1 });
    expect(command({ ...PLAIN, trim: 0.3 })).toMatchObject({
      throttle: 0,
      steering: 0,
      brake: true,
      horn: false,
    });
    expect(driver.current).toBeNull();
  });

  it("of attention does not end with what is held", () => {
    driver.setAway(true);
    give("gamepad", { throttle: 1 });
    driver.setAway(false);
    give("gamepad", { throttle: 1 });
    expect(command().throttle).toBe(0);
    give("gamepad", IDLE);
    give("gamepad", { throttle: 1 });
    expect(command().throttle).toBe(1);
  });

  it("of attention does not end with what was done meanwhile", () => {
    driver.setAway(true);
    give("gamepad", IDLE);
    give("gamepad", { throttle: 1 });
    driver.setAway(false);
    give("gamepad", { throttle: 1 });
    expect(command().throttle).toBe(0);
  });

  it("keeps the lights as they are", () => {
    driver.toggleLights();
    driver.setAway(true);
    expect(command().lights).toBe(true);
  });

  it("ends with the brake off as soon as somebody drives", () => {
    expect(command(PLAIN).brake).toBe(true);
    give("keyboard", { throttle: 0.5 });
    expect(command().brake).toBe(false);
    give("keyboard", IDLE);
    expect(command()).toMatchObject({ throttle: 0, brake: false });
  });

  it("comes first: a source that is new has to be centred", () => {
    const fresh = new Driver();
    fresh.give("gamepad", { ...IDLE, throttle: 1 });
    expect(fresh.command(PLAIN, ABLE).throttle).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LINK_LOST, STOPPED } from "../../../src/client/drive/alarms";
import { REACH_PX } from "../../../src/client/drive/joystick";
import { FakeCockpit } from "../../support/FakeCockpit";
import { fakePad } from "../../support/fakePad";
import { carNews, drivenNews, FakeTransport } from "../../support/FakeTransport";

let fake: FakeCockpit;

beforeEach(() => {
  vi.useFakeTimers();
  fake = new FakeCockpit();
  fake.cockpit.start();
});

afterEach(() => {
  fake.cockpit.close();
  vi.useRealTimers();
});

const pass = (ms: number) => {
  vi.advanceTimersByTime(ms);
};
const view = () => fake.cockpit.view.value;
const NEUTRAL = { throttle: 0, steering: 0 };

/** Drives with the key held until the throttle is at its end. */
function fullThrottle(): FakeTransport {
  const transport = fake.grant();
  pass(100);
  fake.cockpit.press("KeyW");
  pass(500);
  expect(transport.last.throttle).toBe(1);
  return transport;
}

/** Another way to the car takes the place of the one there is. */
function switched(): FakeTransport {
  const next = new FakeTransport("relay");
  fake.transport = null;
  fake.listener?.changed();
  fake.transport = next;
  fake.listener?.changed();
  return next;
}

describe("the lease", () => {
  it("makes it send, and its end makes it silent", () => {
    fake.hear(carNews());
    pass(1_000);
    expect(fake.way.commands).toEqual([]);
    const transport = fullThrottle();
    fake.hear(carNews({ driven: true }));
    const sent = transport.commands.length;
    pass(2_000);
    expect(transport.commands).toHaveLength(sent);
    expect(view().you).toBe("watching");
  });

  it("does not count what was held when it began", () => {
    fake.pads = [fakePad([0, -1])];
    const transport = fake.grant();
    pass(500);
    expect(transport.drives.every(({ throttle }) => throttle === 0)).toBe(true);
    expect(view().mustCentre).toBe(true);
    fake.pads = [fakePad()];
    pass(50);
    fake.pads = [fakePad([0, -1])];
    pass(50);
    expect(transport.last.throttle).toBe(1);
  });

  it("of another session begins with neutral, although the key is still held", () => {
    const transport = fullThrottle();
    fake.grant("lease-2");
    pass(500);
    const second = transport.drives.filter(({ session }) => session === "lease-2");
    expect(second.length).toBeGreaterThan(10);
    expect(second.every(({ throttle }) => throttle === 0)).toBe(true);
    expect(second[0]?.heard).toBeNull();
  });

  it("is lost with the link: no command goes to the next one by itself", () => {
    const first = fullThrottle();
    const second = new FakeTransport();
    fake.transport = second;
    fake.listener?.changed();
    const sent = first.commands.length;
    pass(1_000);
    expect(first.commands).toHaveLength(sent);
    expect(second.commands).toEqual([]);
    expect(fake.vibrations.at(-1)).toBe(LINK_LOST);
    fake.grant("lease-2");
    pass(500);
    expect(second.drives.every(({ throttle }) => throttle === 0)).toBe(true);
  });

  it("does not go on where another link has one of the same name", () => {
    fullThrottle();
    fake.answer({ atMs: 77 });
    const second = new FakeTransport();
    second.lease.heard(carNews({ you: "driving", session: "lease-1" }), performance.now());
    fake.transport = second;
    fake.listener?.changed();
    pass(500);
    expect(second.drives.length).toBeGreaterThan(10);
    expect(second.drives[0]?.heard).toBeNull();
    expect(second.drives.every(({ throttle }) => throttle === 0)).toBe(true);
  });

  it("is not touched by what is heard on another way", () => {
    fullThrottle();
    fake.answer();
    const other = new FakeTransport("relay");
    const { seq, sentMs } = fake.way.last;
    fake.listener?.heard(drivenNews({ seq: seq + 1, sentMs, state: "stopped" }), other);
    pass(100);
    expect(view().state).toBe("armed");
  });

  it("is given back when the page is left", () => {
    const transport = fullThrottle();
    fake.cockpit.close();
    expect(transport.last).toMatchObject(NEUTRAL);
    expect(transport.requests).toEqual(["releaseLease"]);
    const sent = transport.commands.length;
    pass(2_000);
    fake.cockpit.press("KeyW");
    fake.cockpit.sample();
    expect(transport.commands).toHaveLength(sent);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is asked for, passed on and left", () => {
    fake.hear(carNews());
    for (const type of ["requestLease", "passLease", "releaseLease"] as const) {
      expect(fake.cockpit.request(type)).toBe(true);
    }
    expect(fake.way.requests).toEqual(["requestLease", "passLease", "releaseLease"]);
    fake.transport = null;
    fake.listener?.changed();
    expect(fake.cockpit.request("requestLease")).toBe(false);
  });

  it("may have been heard of before anybody came to drive", () => {
    const late = new FakeCockpit();
    late.way.lease.heard(carNews({ driven: true, leftMs: 1_000 }), performance.now());
    late.cockpit.start();
    expect(late.cockpit.view.value.car?.driven).toBe(true);
    late.cockpit.close();
  });
});

describe("neutral at once", () => {
  it("when nobody looks, for as long as nobody does, and until all is let go", () => {
    const transport = fullThrottle();
    fake.cockpit.leave();
    expect(transport.last).toMatchObject({ ...NEUTRAL, brake: true });
    const sent = transport.drives.length;
    pass(3_000);
    // It goes on being there: the lease stays, and the car in neutral.
    expect(transport.drives.length).toBeGreaterThan(sent + 60);
    expect(transport.last).toMatchObject({ ...NEUTRAL, brake: true });
    fake.cockpit.enter();
    pass(500);
    expect(transport.last).toMatchObject(NEUTRAL);
    fake.cockpit.press("KeyW");
    pass(500);
    expect(transport.last.throttle).toBe(1);
  });

  it("when a key is stuck because its release went elsewhere", () => {
    const transport = fullThrottle();
    fake.cockpit.leave();
    fake.cockpit.enter();
    pass(2_000);
    expect(transport.last).toMatchObject(NEUTRAL);
  });

  it("when the gamepad is gone, and it comes back centred only", () => {
    fake.pads = [fakePad()];
    const transport = fake.grant();
    pass(50);
    fake.pads = [fakePad([0.5, 0], { 7: 1 })];
    pass(50);
    expect(transport.last.throttle).toBe(1);
    fake.pads = [null];
    pass(50);
    expect(transport.last).toMatchObject(NEUTRAL);
    fake.pads = [fakePad([0.5, 0], { 7: 1 })];
    pass(500);
    expect(transport.last).toMatchObject(NEUTRAL);
    fake.pads = [fakePad()];
    pass(50);
    fake.pads = [fakePad([0, 0], { 7: 1 })];
    pass(50);
    expect(transport.last.throttle).toBe(1);
  });

  it("when another gamepad takes the place of the one that drove", () => {
    fake.pads = [fakePad(), null];
    const transport = fake.grant();
    pass(50);
    fake.pads = [fakePad([0, 0], { 7: 1 }), null];
    pass(50);
    fake.pads = [null, fakePad([0, 0], { 7: 1 }, { index: 1 })];
    pass(500);
    expect(transport.last).toMatchObject(NEUTRAL);
  });

  it("when a thumb is lost, for both thumbs", () => {
    const transport = fake.grant();
    const { steering, throttle } = fake.cockpit.sticks;
    pass(50);
    throttle.take(1, 600, 300);
    steering.take(2, 100, 300);
    throttle.move(1, 600, 300 - REACH_PX);
    steering.move(2, 100 - REACH_PX, 300);
    fake.cockpit.sample();
    pass(50);
    expect(transport.last).toMatchObject({ throttle: 1, steering: -1 });
    throttle.leave(1);
    fake.cockpit.lose("touch");
    pass(50);
    expect(transport.last).toMatchObject(NEUTRAL);
    // Not even by way of the middle: it has to come down anew.
    for (const x of [100, 100 + REACH_PX]) {
      steering.move(2, x, 300);
      pass(50);
      expect(transport.last).toMatchObject(NEUTRAL);
    }
    steering.take(3, 100, 300);
    steering.move(3, 100 + REACH_PX, 300);
    pass(50);
    expect(transport.last.steering).toBe(1);
  });

  it("when the key is released: the command does not wait for its turn", () => {
    const transport = fullThrottle();
    const releasedMs = performance.now();
    fake.cockpit.unpress("KeyW");
    pass(100);
    const first = transport.drives.find((each) => each.atMs >= releasedMs && each.throttle === 0);
    expect(first?.atMs).toBeLessThanOrEqual(releasedMs + 32);
    const after = transport.drives.filter(({ atMs }) => atMs > releasedMs);
    expect(after.every(({ throttle }) => throttle === 0)).toBe(true);
  });
});

describe("the emergency stop", () => {
  it("goes out by both ways, and neutral with it", () => {
    const transport = fullThrottle();
    pass(20);
    fake.cockpit.stop();
    pass(100);
    expect(transport.commands.filter(({ type }) => type === "stop")).toHaveLength(3);
    expect(transport.requests).toEqual(["stop"]);
    expect(transport.last).toMatchObject(NEUTRAL);
    fake.answer({ state: "stopped", reason: "stopped" });
    pass(100);
    expect(view()).toMatchObject({ state: "stopped", reason: "stopped" });
    expect(fake.vibrations.at(-1)).toBe(STOPPED);
  });

  it("is for those who may drive, whether they do or not", () => {
    fake.hear(carNews({ driven: true }));
    fake.cockpit.stop();
    expect(fake.way.requests).toEqual(["stop"]);
    fake.hear(carNews({ driven: true, mayDrive: false }));
    fake.cockpit.stop();
    expect(fake.way.requests).toEqual(["stop"]);
  });

  it("is said again on the next way if it was not heard to hold on the one before", () => {
    fake.hear(carNews({ driven: true }));
    fake.cockpit.stop();
    pass(100);
    const second = switched();
    expect(second.requests).toEqual([]);
    fake.hear(carNews({ driven: true }));
    fake.hear(carNews({ driven: true }));
    pass(100);
    expect(second.requests).toEqual(["stop"]);
    expect(second.commands.map(({ type }) => type)).toEqual(["stop", "stop", "stop"]);
    fake.hear(carNews({ driven: true, state: "stopped" }));
    const third = switched();
    fake.hear(carNews());
    expect(third.requests).toEqual([]);
  });

  it("is not said again long after, nor by who may not drive", () => {
    fake.hear(carNews({ driven: true }));
    fake.cockpit.stop();
    const second = switched();
    fake.hear(carNews({ mayDrive: false }));
    expect(second.requests).toEqual([]);
    pass(11_000);
    fake.hear(carNews());
    expect(second.requests).toEqual([]);
  });

  it("has a button on the gamepad, which counts once each time", () => {
    fake.pads = [fakePad()];
    const transport = fake.grant();
    fake.pads = [fakePad([0, -1], { 8: 1 })];
    pass(500);
    expect(transport.requests).toEqual(["stop"]);
    expect(transport.last).toMatchObject(NEUTRAL);
    fake.pads = [fakePad()];
    pass(50);
    fake.pads = [fakePad([], { 8: 1 })];
    pass(50);
    expect(transport.requests).toEqual(["stop", "stop"]);
  });
});

describe("what it shows", () => {
  it("is what was heard last: state, reason, round trips, age of the picture", () => {
    fake.grant();
    pass(60);
    const { seq, sentMs } = fake.way.last;
    pass(20);
    fake.onScreenMs = 430;
    fake.hear(drivenNews({ seq, sentMs, atMs: 5, reason: "stale-video", boardMs: 3 }));
    pass(100);
    expect(view()).toMatchObject({
      path: "direct",
      you: "driving",
      state: "armed",
      reason: "stale-video",
      boardMs: 3,
      videoAgeMs: 430,
    });
    expect(view().roundTripMs).toBeGreaterThanOrEqual(20);
    // Without answers it does not pretend to know, whatever it was told before.
    pass(2_000);
    fake.grant();
    expect(view()).toMatchObject({
      isUnanswered: true,
      state: null,
      reason: null,
      roundTripMs: null,
    });
    expect(fake.vibrations.at(-1)).toBe(LINK_LOST);
    fake.answer();
    pass(100);
    expect(view()).toMatchObject({ isUnanswered: false, state: "armed" });
  });

  it("remembers a reason for half a second, so that people can read it", () => {
    fake.grant();
    pass(100);
    fake.answer({ reason: "slow-video" });
    pass(40);
    fake.answer();
    pass(300);
    expect(view()).toMatchObject({ reason: null, lately: "slow-video" });
    pass(300);
    expect(view().lately).toBeNull();
  });

  it("does not complain of the first commands, which ask for the gateway's time", () => {
    fake.grant();
    fake.answer({ reason: "expired" });
    pass(100);
    expect(view().lately).toBeNull();
    pass(1_000);
    fake.answer({ reason: "expired" });
    pass(100);
    expect(view().lately).toBe("expired");
    fake.grant("lease-2");
    expect(view().lately).toBeNull();
  });

  it("gives a new lease a moment for its first answer", () => {
    fake.grant();
    pass(1_000);
    expect(view()).toMatchObject({ isUnanswered: false, state: "disarmed" });
    pass(100);
    expect(view().isUnanswered).toBe(true);
    fake.cockpit.leave();
    expect(view().isUnanswered).toBe(false);
  });

  it("counts the time left down", () => {
    fake.grant("lease-1", { leftMs: 60_000 });
    pass(10_000);
    expect(view().leftMs).toBeCloseTo(50_000, -3);
  });

  it("has lights and horn where the board has them", () => {
    const transport = fake.grant("lease-1", {
      capabilities: { lights: true, horn: true, pan: false, tilt: false, reverse: true },
    });
    fake.cockpit.toggleLights();
    fake.cockpit.horn(true);
    pass(50);
    expect(transport.last).toMatchObject({ lights: true, horn: true });
    fake.cockpit.leave();
    pass(50);
    expect(transport.last).toMatchObject({ lights: true, horn: false });
  });
});

describe("the way to the car", () => {
  it("is the one beside the picture, wherever that goes", () => {
    expect(view().path).toBe("direct");
    const relay = new FakeTransport("relay");
    relay.roundTripMs = 42;
    fake.transport = relay;
    fake.onScreenMs = 300;
    fake.view.set({});
    fake.grant("lease-9");
    pass(100);
    expect(relay.last).toMatchObject({ session: "lease-9", videoAgeMs: 300 });
    expect(view()).toMatchObject({ path: "relay", roundTripMs: 42, videoAgeMs: 300 });
  });

  it("is none before its other end has spoken", () => {
    const relay = new FakeTransport("relay");
    relay.isOpen = false;
    fake.transport = relay;
    fake.view.set({});
    expect(view().path).toBeNull();
    relay.isOpen = true;
    fake.hear(carNews());
    expect(view()).toMatchObject({ path: "relay", you: "watching" });
  });
});

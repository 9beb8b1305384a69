import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attend } from "../../../src/client/drive/attention";
import { FakeCockpit } from "../../support/FakeCockpit";
import { fakePad } from "../../support/fakePad";
import { carNews, type FakeTransport } from "../../support/FakeTransport";

class FakeDocument extends EventTarget {
  hidden = false;
  isFocused = true;
  hasFocus = () => this.isFocused;
}

let page: EventTarget;
let document: FakeDocument;
let fake: FakeCockpit;
let transport: FakeTransport;
let ignore: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  document = new FakeDocument();
  fake = new FakeCockpit();
  fake.cockpit.start();
  ignore = attend({ window: page, document }, fake.cockpit);
  transport = fake.grant();
  vi.advanceTimersByTime(100);
});

afterEach(() => {
  ignore();
  fake.cockpit.close();
  vi.useRealTimers();
});

const pass = (ms: number) => {
  vi.advanceTimersByTime(ms);
};

/** Gives whether the page kept the event from the browser. */
function fire(type: string, more: object = {}): boolean {
  const event = new Event(type, { cancelable: true });
  const own = { repeat: false, metaKey: false, ctrlKey: false, altKey: false, ...more };
  for (const [name, value] of Object.entries(own)) {
    Object.defineProperty(event, name, { value });
  }
  page.dispatchEvent(event);
  return event.defaultPrevented;
}

function holdThrottle(): void {
  fire("keydown", { code: "KeyW" });
  pass(500);
  expect(transport.last.throttle).toBe(1);
}

const expectNeutral = () => {
  pass(50);
  expect(transport.last).toMatchObject({ throttle: 0, steering: 0 });
};

describe("neutral", () => {
  it.each(["blur", "pagehide", "freeze"])("on %s, until a new press", (type) => {
    holdThrottle();
    fire(type);
    expectNeutral();
    fire("focus");
    // The key is still down: it repeats.
    fire("keydown", { code: "KeyW", repeat: true });
    pass(500);
    expectNeutral();
    fire("keyup", { code: "KeyW" });
    holdThrottle();
  });

  it("is not what a button brings that loses the focus", () => {
    holdThrottle();
    fire("blur", { target: { tagName: "BUTTON" } });
    fire("focus", { target: { tagName: "BUTTON" } });
    pass(50);
    expect(transport.last.throttle).toBe(1);
  });

  it("while the page is hidden, although a gamepad is used", () => {
    fake.pads = [fakePad()];
    pass(50);
    document.hidden = true;
    document.dispatchEvent(new Event("visibilitychange"));
    fake.pads = [fakePad([0, -1])];
    const sent = transport.drives.length;
    pass(1_000);
    expectNeutral();
    expect(transport.drives.length).toBeGreaterThan(sent + 20);
    fire("focus");
    expect(fake.cockpit.view.value.isAway).toBe(true);
    document.hidden = false;
    document.dispatchEvent(new Event("visibilitychange"));
    expectNeutral();
    fake.pads = [fakePad()];
    pass(50);
    fake.pads = [fakePad([0, -1])];
    pass(50);
    expect(transport.last.throttle).toBe(1);
  });

  it("when the gamepad is gone, at once", () => {
    fake.pads = [fakePad()];
    pass(50);
    fake.pads = [fakePad([0, -1])];
    pass(50);
    fake.pads = [];
    fire("gamepaddisconnected");
    expectNeutral();
  });

  it("beside keys that take the releases of others away", () => {
    holdThrottle();
    fire("keydown", { code: "MetaLeft", metaKey: true });
    expectNeutral();
    // Nor does the key that never went up count after others did.
    fire("keydown", { code: "KeyS" });
    pass(50);
    fire("keyup", { code: "KeyS" });
    pass(300);
    expectNeutral();
  });

  it("before the first look at a page that has no focus", () => {
    ignore();
    document.isFocused = false;
    ignore = attend({ window: page, document }, fake.cockpit);
    holdNothing();
    document.isFocused = true;
    fire("pointerdown");
    expect(fake.cockpit.view.value.isAway).toBe(false);
  });
});

function holdNothing(): void {
  fire("keydown", { code: "KeyW" });
  pass(500);
  expect(transport.last.throttle).toBe(0);
}

describe("keys", () => {
  it("drive, and are kept from the browser: no page scrolls, no button is pressed", () => {
    for (const code of ["KeyW", "ArrowUp", "Space", "KeyH"]) {
      expect(fire("keydown", { code })).toBe(true);
      expect(fire("keydown", { code, repeat: true })).toBe(true);
      expect(fire("keyup", { code })).toBe(true);
    }
  });

  it("are the browser's while this page does not drive", () => {
    fake.hear(carNews());
    expect(fire("keydown", { code: "Space" })).toBe(false);
    expect(fire("keyup", { code: "Space" })).toBe(false);
    expect(fire("keydown", { code: "KeyT" })).toBe(false);
  });

  it("leave shortcuts and sliders alone", () => {
    expect(fire("keydown", { code: "KeyW", ctrlKey: true })).toBe(false);
    expect(fire("keydown", { code: "ArrowUp", target: { tagName: "INPUT" } })).toBe(false);
    pass(500);
    expectNeutral();
  });

  it("switch the lights once for each press", () => {
    fake.grant("lease-1", {
      capabilities: { lights: true, horn: false, pan: false, tilt: false, reverse: true },
    });
    fire("keydown", { code: "KeyL" });
    fire("keydown", { code: "KeyL", repeat: true });
    pass(50);
    expect(transport.last.lights).toBe(true);
  });

  it("stop with Escape, also those who only watch", () => {
    fire("keydown", { code: "Escape" });
    fire("keydown", { code: "Escape", repeat: true });
    expect(transport.requests).toEqual(["stop"]);
    fake.hear(carNews({ driven: true }));
    fire("keydown", { code: "Escape" });
    expect(transport.requests).toEqual(["stop", "stop"]);
  });

  it("do nothing any more when nobody listens", () => {
    ignore();
    holdNothing();
  });
});

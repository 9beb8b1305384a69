import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decode, encode } from "../../../src/client/codec";
import type { Command } from "../../../src/client/drive/driver";
import { IDLE } from "../../../src/client/drive/input";
import { MIN_GAP_MS, Sender, TTL_MS } from "../../../src/client/drive/sender";
import { driverToGateway } from "../../../src/client/messages";
import { drivenNews, FakeTransport } from "../../support/FakeTransport";

let transport: FakeTransport;
let command: Command;
let videoAgeMs: number | null;
let sender: Sender;

function build(firstSeq = 0): Sender {
  return new Sender({
    transport: () => transport,
    sample: () => command,
    videoAgeMs: () => videoAgeMs,
    firstSeq,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  transport = new FakeTransport();
  command = { ...IDLE, lights: false };
  videoAgeMs = 40;
  sender = build();
});

afterEach(() => {
  sender.close();
  vi.useRealTimers();
});

const pass = (ms: number) => {
  vi.advanceTimersByTime(ms);
};
const ask = (more: Partial<Command>) => {
  command = { ...command, ...more };
};
/** Between commands, in ms. */
const gaps = () =>
  transport.drives.slice(1).map(({ atMs }, i) => atMs - (transport.drives[i]?.atMs ?? 0));

describe("while the lease is held", () => {
  it("sends about 30 commands a second, neutral ones too, and none before or after", () => {
    pass(1_000);
    expect(transport.commands).toEqual([]);
    sender.begin("lease-1");
    pass(2_000);
    expect(transport.drives.length).toBeGreaterThanOrEqual(55);
    expect(transport.drives.length).toBeLessThanOrEqual(68);
    expect(Math.max(...gaps())).toBeLessThanOrEqual(50);
    const sent = transport.drives.length;
    sender.end();
    pass(1_000);
    sender.sample();
    expect(transport.drives.length).toBe(sent);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("carries session, sequence, its clock and its time to live", () => {
    pass(5_000);
    sender.begin("lease-1");
    pass(100);
    expect(transport.drives.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(transport.last).toMatchObject({
      session: "lease-1",
      sentMs: transport.last.atMs,
      ttlMs: TTL_MS,
      videoAgeMs: 40,
      heard: null,
    });
  });

  it("proves by the newest answer how old a command is", () => {
    sender.begin("lease-1");
    pass(20);
    sender.heard(drivenNews({ seq: 0, sentMs: 0, atMs: 1_234_567 }));
    pass(32);
    const heldMs = transport.last.atMs - 20;
    expect(heldMs).toBeGreaterThan(0);
    expect(transport.last.heard).toEqual({ atMs: 1_234_567, heldMs });
  });

  it("sends a new hand at once, but never more than 50 commands a second", () => {
    sender.begin("lease-1");
    pass(25);
    ask({ throttle: 1 });
    sender.sample();
    expect(transport.last).toMatchObject({ throttle: 1, atMs: 25 });
    for (let ms = 0; ms < 2_000; ms += 1) {
      ask({ throttle: ms % 2 });
      sender.sample();
      pass(1);
    }
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(MIN_GAP_MS);
    expect(transport.drives.length).toBeLessThanOrEqual(103);
  });

  it.each<[string, Partial<Command>]>([
    ["neutral", { throttle: 0 }],
    ["the brake", { brake: true, throttle: 0 }],
    ["the horn", { horn: true }],
    ["a jerk at the wheel", { steering: 0.5 }],
  ])("does not let %s wait", (_name, change) => {
    ask({ throttle: 0.04 });
    sender.begin("lease-1");
    pass(25);
    ask(change);
    sender.sample();
    expect(transport.last).toMatchObject({ ...change, atMs: 25 });
  });

  it("lets the last word not wait, at whatever time", () => {
    sender.begin("lease-1");
    pass(1);
    ask({ brake: true });
    sender.sample();
    expect(transport.drives).toHaveLength(1);
    sender.sample(true);
    expect(transport.last).toMatchObject({ brake: true, atMs: 1 });
  });

  it("lets small changes wait for their turn", () => {
    sender.begin("lease-1");
    pass(25);
    ask({ steering: 0.05 });
    sender.sample();
    expect(transport.drives).toHaveLength(1);
  });

  it("skips what would have to wait, and then sends only the newest", () => {
    sender.begin("lease-1");
    transport.takesCommands = false;
    ask({ throttle: 1 });
    pass(500);
    ask({ throttle: 0 });
    transport.takesCommands = true;
    pass(40);
    expect(transport.drives.map(({ seq }) => seq).slice(0, 2)).toEqual([0, 1]);
    expect(transport.drives.slice(1).every(({ throttle }) => throttle === 0)).toBe(true);
  });

  it("goes on with the sequence in a new lease, and knows nothing of the old one", () => {
    sender.begin("lease-1");
    pass(20);
    sender.heard(drivenNews({ seq: 0, sentMs: 0, atMs: 99 }));
    sender.begin("lease-2");
    pass(16);
    const [first] = transport.drives.filter(({ session }) => session === "lease-2");
    expect(first).toMatchObject({ seq: 1, heard: null });
    expect(transport.last.session).toBe("lease-2");
  });

  it("wraps the sequence at 2^32", () => {
    sender = build(2 ** 32 - 2);
    sender.begin("lease-1");
    pass(100);
    expect(transport.drives.map(({ seq }) => seq)).toEqual([2 ** 32 - 2, 2 ** 32 - 1, 0, 1]);
  });
});

describe("on the wire", () => {
  const BAD = [NaN, Infinity, -Infinity, 5, -5, -0, 1e-9];

  it("is always what the gateway accepts, whatever the hand says", () => {
    sender.begin("lease-1");
    for (const throttle of BAD) {
      for (const age of [...BAD, null, 1e12]) {
        ask({ throttle, steering: throttle, pan: throttle, tilt: throttle });
        videoAgeMs = age;
        pass(40);
        const text = encode(transport.last, driverToGateway);
        const read = decode(text, driverToGateway);
        expect(read.type).toBe("drive");
        expect(text).not.toContain("null");
      }
    }
  });

  it("leaves the age of a picture out that is not known", () => {
    sender.begin("lease-1");
    for (const age of [null, NaN, -3, Infinity]) {
      videoAgeMs = age;
      pass(40);
      expect(transport.last.videoAgeMs).toBeNull();
    }
    videoAgeMs = 1e12;
    pass(40);
    expect(transport.last.videoAgeMs).toBe(1e7);
  });
});

describe("the emergency stop", () => {
  const stops = () => transport.commands.filter(({ type }) => type === "stop");

  it("goes out three times, 30 ms apart, without a lease", () => {
    sender.stop();
    expect(stops()).toHaveLength(1);
    pass(30);
    expect(stops()).toHaveLength(2);
    pass(1_000);
    expect(stops().map(({ atMs }) => atMs)).toEqual([0, 30, 60]);
  });

  it("is not sent any more after the end", () => {
    sender.stop();
    sender.begin("lease-1");
    const sent = transport.commands.length;
    sender.close();
    pass(1_000);
    expect(transport.commands).toHaveLength(sent);
    expect(vi.getTimerCount()).toBe(0);
  });
});

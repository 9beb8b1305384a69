import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "../../src/client/backoff";
import { Refused } from "../../src/client/errors";
import type { CameraInfo } from "../../src/client/messages";
import type { SignalingState } from "../../src/client/signaling";
import { Watcher } from "../../src/client/watcher";
import { FakeNegotiation } from "../support/FakeNegotiation";
import { fakePeers, type FakePeer } from "../support/FakePeer";

let negotiations: FakeNegotiation[];
let peers: FakePeer[];
let signaling: SignalingState;
let watcher: Watcher;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
  negotiations = [];
  signaling = "connected";
  const fake = fakePeers();
  peers = fake.peers;
  watcher = new Watcher({
    camera: "front",
    negotiate: () => {
      if (signaling !== "connected") return null;
      const negotiation = new FakeNegotiation();
      negotiations.push(negotiation);
      return negotiation;
    },
    signaling: () => signaling,
    createPeerConnection: fake.create,
    backoff: new Backoff({ random: () => 1 }),
  });
});

afterEach(() => {
  watcher.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function info(state: CameraInfo["state"]): CameraInfo {
  return {
    id: "front",
    name: "Front",
    state,
    detail: null,
    width: null,
    height: null,
    fps: null,
    viewers: 1,
    motion: false,
    car: null,
  };
}

const state = () => watcher.view.value.tile.state;
const settle = () => vi.advanceTimersByTimeAsync(0);

/** The newest session, connected and with a first picture. */
async function goLive(): Promise<FakePeer> {
  await settle();
  negotiations.at(-1)?.answer("v=0 answer");
  await settle();
  const peer = peers.at(-1);
  if (peer === undefined) throw new Error("no session was opened");
  peer.connect();
  peer.channel.answerSync();
  peer.framesDecoded = 1;
  await vi.advanceTimersByTimeAsync(250);
  return peer;
}

it("does nothing until it is started", async () => {
  await settle();
  expect(negotiations).toEqual([]);
  expect(state()).toBe("idle");
});

it("goes live", async () => {
  watcher.start();
  expect(state()).toBe("connecting");
  await goLive();
  expect(state()).toBe("live");
  expect(watcher.view.value.attempts).toBe(1);
});

it("opens another session when one fails, with growing delays", async () => {
  watcher.start();
  for (const wait of [200, 400, 800, 1_600, 2_000, 2_000]) {
    await settle();
    const before = negotiations.length;
    negotiations.at(-1)?.refuse(new Refused("timeout", "negotiation timed out"));
    await settle();
    expect(watcher.view.value.tile.reason).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(negotiations).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(negotiations).toHaveLength(before + 1);
  }
});

it("never shows a lost picture as live", async () => {
  watcher.start();
  const peer = await goLive();
  peer.become("failed");
  expect(state()).toBe("connecting");
  expect(watcher.view.value.latencyMs).toBeNull();
  expect(watcher.view.value.motion).toBeNull();
});

it("begins with short delays again after it was live", async () => {
  watcher.start();
  await settle();
  negotiations[0]?.refuse(new Refused("timeout", ""));
  await vi.advanceTimersByTimeAsync(200);
  (await goLive()).become("failed");
  await vi.advanceTimersByTimeAsync(200);
  expect(negotiations).toHaveLength(3);
});

it("waits as long as the server asks", async () => {
  watcher.start();
  await settle();
  negotiations[0]?.refuse(new Refused("too-many-viewers", "full", 5_000));
  await vi.advanceTimersByTimeAsync(4_999);
  expect(state()).toBe("error");
  expect(negotiations).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(negotiations).toHaveLength(2);
});

describe("coming back", () => {
  it("tries at once when signaling says that the camera is back", async () => {
    watcher.heard(info("offline"));
    watcher.start();
    await settle();
    negotiations[0]?.refuse(new Refused("gateway-offline", ""));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state()).toBe("offline");
    expect(negotiations).toHaveLength(1);
    watcher.heard(info("idle"));
    expect(negotiations).toHaveLength(2);
    await goLive();
    expect(state()).toBe("live");
  });

  it("tries at once when an unknown camera appears", async () => {
    watcher.heard(null);
    watcher.start();
    await settle();
    negotiations[0]?.refuse(new Refused("unknown-camera", ""));
    await settle();
    watcher.heard(info("idle"));
    expect(negotiations).toHaveLength(2);
  });

  it("waits for signaling, without trying in vain", async () => {
    signaling = "connecting";
    watcher.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state()).toBe("connecting");
    expect(negotiations).toEqual([]);
    signaling = "connected";
    watcher.nudge();
    expect(negotiations).toHaveLength(1);
  });

  it("keeps a live session through a restart of signaling", async () => {
    watcher.start();
    const peer = await goLive();
    signaling = "connecting";
    watcher.refresh();
    expect(state()).toBe("live");
    signaling = "connected";
    watcher.nudge();
    peer.channel.answerSync();
    peer.framesDecoded += 1;
    await vi.advanceTimersByTimeAsync(1_200);
    expect(negotiations).toHaveLength(1);
    expect(state()).toBe("live");
  });

  it("finds out within a second that a restarted gateway forgot the session", async () => {
    watcher.heard(info("live"));
    watcher.start();
    const peer = await goLive();
    await vi.advanceTimersByTimeAsync(1_000);
    watcher.heard(info("offline"));
    watcher.heard(info("idle"));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(peer.isClosed).toBe(true);
    expect(negotiations).toHaveLength(2);
  });

  it("replaces a session that hangs while connecting", async () => {
    watcher.heard(info("live"));
    watcher.start();
    await vi.advanceTimersByTimeAsync(3_000);
    watcher.heard(info("offline"));
    watcher.heard(info("live"));
    expect(negotiations).toHaveLength(2);
    expect(negotiations[0]?.closedWith).toBe("replaced");
  });

  it("does not replace a session that has only just begun", async () => {
    watcher.start();
    await vi.advanceTimersByTimeAsync(100);
    watcher.nudge();
    expect(negotiations).toHaveLength(1);
  });

  it("keeps the session of a camera that is away while its gateway is there", async () => {
    watcher.start();
    const peer = await goLive();
    peer.channel.receive({
      type: "camera",
      camera: { id: "front", name: "Front", state: "offline", detail: "no route" },
    });
    await vi.advanceTimersByTimeAsync(1_750);
    expect(watcher.view.value.tile).toEqual({
      state: "offline",
      reason: "camera-offline",
      detail: "no route",
    });
    peer.channel.answerSync();
    peer.channel.receive({ type: "camera", camera: { id: "front", name: "Front", state: "live" } });
    peer.framesDecoded += 1;
    await vi.advanceTimersByTimeAsync(750);
    expect(state()).toBe("live");
    expect(negotiations).toHaveLength(1);
  });
});

it("shows motion while it is live", async () => {
  watcher.start();
  const peer = await goLive();
  const regions = [{ x: 0.1, y: 0.2, width: 0.3, height: 0.4 }];
  peer.channel.receive({
    type: "motion",
    camera: "front",
    captureMs: 1,
    level: "HIGH",
    percent: 12,
    regions,
  });
  expect(watcher.view.value.motion).toEqual({ level: "HIGH", percent: 12, regions, isActive: true });
});

it("asks more often while somebody looks at the numbers, in later sessions too", async () => {
  watcher.start();
  const done = watcher.lookClosely();
  const alsoDone = watcher.lookClosely();
  const first = await goLive();
  first.become("failed");
  await vi.advanceTimersByTimeAsync(5_000);
  const second = peers.at(-1);
  if (second === undefined || second === first) throw new Error("no second session");
  second.connect();
  const syncsIn = async (ms: number) => {
    const before = second.channel.sentOf("sync").length;
    await vi.advanceTimersByTimeAsync(ms);
    return second.channel.sentOf("sync").length - before;
  };
  expect(await syncsIn(1_300)).toBe(3);
  done();
  done();
  expect(await syncsIn(1_000)).toBe(2);
  alsoDone();
  await vi.advanceTimersByTimeAsync(500);
  expect(await syncsIn(1_900)).toBeLessThanOrEqual(1);
});

it("stops everything when stopped", async () => {
  watcher.start();
  const peer = await goLive();
  watcher.stop();
  expect(peer.isClosed).toBe(true);
  expect(negotiations[0]?.closedWith).toBe("closed by the viewer");
  expect(state()).toBe("idle");
  expect(vi.getTimerCount()).toBe(0);
});

it("says so where the browser has no WebRTC", async () => {
  const without = new Watcher({
    camera: "front",
    negotiate: () => new FakeNegotiation(),
    signaling: () => "connected",
    createPeerConnection: null,
  });
  without.start();
  await settle();
  expect(without.view.value.tile.reason).toBe("unsupported-browser");
});

describe("driving", () => {
  const listener = { changed: () => undefined, heard: () => undefined };

  it("opens the way in the session that is on, and in those that follow", async () => {
    watcher.start();
    const first = await goLive();
    expect(watcher.transport).toBeNull();
    const done = watcher.drive(listener);
    expect(first.controlOptions).not.toBeNull();
    expect(watcher.transport?.isOpen).toBe(true);
    first.become("failed");
    expect(watcher.transport).toBeNull();
    await vi.advanceTimersByTimeAsync(200);
    const second = await goLive();
    expect(second).not.toBe(first);
    expect(second.controlOptions).not.toBeNull();
    done();
    second.become("failed");
    await vi.advanceTimersByTimeAsync(200);
    expect((await goLive()).controlOptions).toBeNull();
  });

  it("counts the attempts that found no way, up to one that does", async () => {
    watcher.start();
    const pathless = () => watcher.view.value.pathless;
    for (const count of [1, 2]) {
      await settle();
      negotiations.at(-1)?.answer("v=0 answer");
      await vi.advanceTimersByTimeAsync(10_000);
      expect(pathless()).toBe(count);
      await vi.advanceTimersByTimeAsync(400);
    }
    const peer = await goLive();
    expect(pathless()).toBe(0);
    peer.become("failed");
    expect(pathless()).toBe(0);
  });

  it("does not take a refusal for a missing way", async () => {
    watcher.start();
    await settle();
    negotiations[0]?.refuse(new Refused("gateway-offline", ""));
    await settle();
    expect(watcher.view.value.pathless).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused } from "../../src/client/errors";
import type { CameraInfo } from "../../src/client/messages";
import type { Watcher } from "../../src/client/watcher";
import type { FakeNegotiation } from "../support/FakeNegotiation";
import type { FakePeer } from "../support/FakePeer";
import { carNews } from "../support/FakeTransport";
import { FakeWatcher } from "../support/FakeWatcher";

let fake: FakeWatcher;
let negotiations: FakeNegotiation[];
let peers: FakePeer[];
let watcher: Watcher;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
  fake = new FakeWatcher();
  ({ negotiations, peers, watcher } = fake);
});

afterEach(() => {
  watcher.stop();
  expect(vi.getTimerCount()).toBe(0);
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
  peer.channel.answers = true;
  peer.connect();
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

it("never shows a lost picture as live, and for a while as stalled", async () => {
  watcher.start();
  const peer = await goLive();
  peer.become("failed");
  expect(state()).toBe("stalled");
  expect(watcher.view.value.path).toBeNull();
  expect(watcher.view.value.latencyMs).toBeNull();
  expect(watcher.view.value.motion).toBeNull();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(state()).toBe("connecting");
});

it("begins at once again after it was live", async () => {
  watcher.start();
  await settle();
  negotiations[0]?.refuse(new Refused("timeout", ""));
  await vi.advanceTimersByTimeAsync(200);
  const peer = await goLive();
  await vi.advanceTimersByTimeAsync(2_000);
  peer.become("failed");
  await settle();
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

  it("asks again soon when it is refused although the server lists the gateway as there", async () => {
    watcher.heard(info("live"));
    watcher.start();
    await settle();
    negotiations[0]?.refuse(new Refused("gateway-offline", "superseded"));
    await vi.advanceTimersByTimeAsync(200);
    expect(negotiations).toHaveLength(2);
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
    fake.signaling = "connecting";
    watcher.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state()).toBe("connecting");
    expect(negotiations).toEqual([]);
    fake.signaling = "connected";
    watcher.nudge();
    expect(negotiations).toHaveLength(1);
  });

  it("keeps a live session through a restart of signaling", async () => {
    watcher.start();
    const peer = await goLive();
    fake.signaling = "connecting";
    watcher.refresh();
    expect(state()).toBe("live");
    fake.signaling = "connected";
    watcher.nudge();
    peer.framesDecoded += 1;
    await vi.advanceTimersByTimeAsync(1_200);
    expect(negotiations).toHaveLength(1);
    expect(state()).toBe("live");
  });

  it("finds out within a second that a restarted gateway forgot the session", async () => {
    watcher.heard(info("live"));
    watcher.start();
    const peer = await goLive();
    peer.channel.answers = false;
    await vi.advanceTimersByTimeAsync(500);
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
  second.channel.answers = true;
  second.connect();
  const syncsIn = async (ms: number) => {
    const before = second.channel.sentOf("sync").length;
    await play(ms, [second]);
    return second.channel.sentOf("sync").length - before;
  };
  expect(await syncsIn(1_300)).toBe(3);
  done();
  done();
  expect(await syncsIn(1_000)).toBe(2);
  alsoDone();
  await play(500, [second]);
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

it("says so where the browser can show nothing", async () => {
  const without = new FakeWatcher(false);
  without.can = { direct: false, turn: false, relay: false };
  without.watcher.start();
  await settle();
  expect(without.watcher.view.value.tile.reason).toBe("unsupported-browser");
  without.watcher.stop();
});

/** Lets time pass in which the pictures of `live` sessions go on. */
async function play(ms: number, live: readonly FakePeer[] = []): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    for (const peer of live) peer.framesDecoded += 1;
    await vi.advanceTimersByTimeAsync(50);
  }
}

/** The pictures through the server begin, and are first. */
async function goRelay(): Promise<void> {
  fake.can = { ...fake.can, relay: true };
  watcher.start();
  await play(1_000);
  fake.pictures.open();
  await fake.see();
  fake.pictures.receive({
    type: "synced",
    sentMs: Number(fake.pictures.sentOf("sync")[0]?.sentMs),
    receivedMs: Date.now(),
    repliedMs: Date.now(),
  });
}

/** Pictures through the server go on, and the socket beside them, where there is one, too. */
async function relayOn(ms: number, isControlled = true): Promise<void> {
  for (let passed = 0; passed < ms; passed += 200) {
    await fake.see();
    if (isControlled) fake.control.receive({ type: "ping", id: 1 });
    await vi.advanceTimersByTimeAsync(200);
  }
}

const shown = () => {
  const { path, shows } = watcher.view.value;
  return `${String(path)} ${shows}`;
};
const tried = () => watcher.view.value.tried.map(({ way, outcome }) => `${way} ${outcome}`);

describe("the ladder", () => {
  it("shows pictures through the server while there is nothing better", async () => {
    await goRelay();
    expect(shown()).toBe("relay canvas");
    expect(state()).toBe("live");
    expect(watcher.view.value.stats).toMatchObject({ fps: 1, codec: "JPEG" });
    expect(watcher.view.value.size).toEqual({ width: 640, height: 480 });
    expect(watcher.onScreenMs).not.toBeNull();
  });

  it("moves up by itself, and ends what it leaves only then", async () => {
    await goRelay();
    negotiations[0]?.answer("v=0");
    await settle();
    fake.peer.channel.answers = true;
    fake.peer.connect();
    expect(shown()).toBe("relay canvas");
    await play(300, peers);
    expect(watcher.view.value.path).toBe("direct");
    expect(fake.pictures.closedWith).toBeNull();
    // Nothing tells here that the video shows it: a second has to do.
    await play(1_000, peers);
    expect(fake.pictures.closedWith).toBe(1000);
    expect(tried()).toEqual(["direct shown", "relay seen"]);
  });

  it("lets the picture stand still over the video until the next stream has one", async () => {
    watcher.start();
    const first = await goLive();
    fake.video.load();
    fake.video.present();
    expect(shown()).toBe("direct video");
    await play(2_500, [first]);
    first.become("failed");
    await settle();
    negotiations.at(-1)?.answer("v=0");
    await settle();
    // The new stream is in the video, which is empty now; the last picture of the old one is not.
    expect(fake.video.videoWidth).toBe(0);
    expect(shown()).toBe("null canvas");
    expect(fake.canvas.drawn).toHaveLength(1);
    fake.peer.channel.answers = true;
    fake.peer.connect();
    fake.video.load();
    fake.video.present();
    expect(shown()).toBe("direct video");
  });

  it("does not leave pictures for a video that the browser does not start", async () => {
    await goRelay();
    fake.video.mayPlay = false;
    negotiations[0]?.answer("v=0");
    await settle();
    fake.peer.channel.answers = true;
    fake.peer.connect();
    await play(300, peers);
    expect(shown()).toBe("relay canvas");
    expect(state()).toBe("live");
    expect(peers[0]?.isClosed).toBe(true);
  });

  it("moves down when the path dies without a word, within 3 s", async () => {
    fake.can = { ...fake.can, relay: true };
    watcher.start();
    const peer = await goLive();
    await play(5_000, [peer]);
    expect(fake.pictureSockets).toEqual([]);
    peer.channel.answers = false;
    const diedMs = Date.now();
    while (fake.pictureSockets.length === 0) {
      await vi.advanceTimersByTimeAsync(50);
      expect(Date.now() - diedMs).toBeLessThan(2_500);
    }
    expect(watcher.view.value.tile).toMatchObject({ state: "stalled", reason: "recovering" });
    fake.pictures.open();
    await fake.see();
    expect(state()).toBe("live");
    expect(shown()).toBe("relay canvas");
    expect(fake.silences).toBe(1);
    expect(tried()).toEqual(["direct lost", "direct trying", "relay shown"]);
  });

  it("takes a camera that stalls for what it is", async () => {
    fake.can = { ...fake.can, relay: true };
    watcher.heard(info("live"));
    watcher.start();
    const peer = await goLive();
    await play(3_000, [peer]);
    await play(6_000);
    expect(state()).toBe("stalled");
    expect([peers.length, fake.pictureSockets.length]).toEqual([1, 0]);
  });

  it("finds the server's TURN relay, and says which", async () => {
    fake.can = { direct: true, turn: true, relay: true };
    watcher.start();
    await settle();
    negotiations[0]?.answer("v=0");
    await play(200);
    expect(peers.map(({ configuration }) => configuration.iceTransportPolicy)).toEqual([
      undefined,
      "relay",
    ]);
    fake.peer.localCandidate = { candidateType: "relay", relayProtocol: "tls" };
    await goLive();
    await play(500, [fake.peer]);
    expect(shown()).toBe("turn-tls video");
  });

  it("takes pictures where the browser has no WebRTC", async () => {
    const without = new FakeWatcher(false);
    without.can = { direct: false, turn: false, relay: true };
    without.watcher.start();
    without.pictures.open();
    await without.see();
    expect(without.watcher.view.value.tile.state).toBe("live");
    without.watcher.stop();
  });
});

describe("driving", () => {
  let changes = 0;
  const listener = {
    changed: () => {
      changes += 1;
    },
    heard: () => undefined,
  };

  it("opens the way in the session that is on, and in those that follow", async () => {
    watcher.start();
    const first = await goLive();
    expect(watcher.transport).toBeNull();
    const done = watcher.drive(listener);
    expect(first.controlOptions).not.toBeNull();
    expect(watcher.transport?.isOpen).toBe(true);
    await play(2_500, [first]);
    first.become("failed");
    expect(watcher.transport?.isOpen).not.toBe(true);
    const second = await goLive();
    expect(second).not.toBe(first);
    expect(second.controlOptions).not.toBeNull();
    done();
    await play(2_500, [second]);
    second.become("failed");
    expect((await goLive()).controlOptions).toBeNull();
  });

  it("goes by a socket of its own beside pictures through the server", async () => {
    watcher.drive(listener);
    await goRelay();
    fake.control.open();
    changes = 0;
    fake.control.receive(carNews());
    expect(changes).toBe(1);
    expect(watcher.transport).toMatchObject({ path: "relay", isOpen: true });
    watcher.stop();
    expect(fake.control.closedWith).toBe(1000);
    expect(watcher.transport).toBeNull();
  });

  it("is not even tried where nobody drives", async () => {
    await goRelay();
    expect(fake.controlSockets).toEqual([]);
  });

  it("follows the pictures up, but not away from somebody who drives or waits for it", async () => {
    watcher.drive(listener);
    await goRelay();
    fake.control.open();
    fake.control.receive(carNews({ you: "driving", session: "lease-9" }));
    expect(negotiations[0]?.closedWith).toBe("not needed any more");
    watcher.nudge();
    await relayOn(5_000);
    fake.control.receive(carNews({ you: "queued", place: 1 }));
    await relayOn(1_000);
    expect(peers).toHaveLength(1);
    fake.control.receive(carNews());
    const peer = await goLive();
    await play(1_200, [peer]);
    expect(shown()).toBe("direct canvas");
    expect(watcher.transport?.path).toBe("direct");
    expect(fake.control.closedWith).toBe(1000);
  });

  it("stays where it is when only the pictures' socket breaks", async () => {
    watcher.drive(listener);
    await goRelay();
    fake.control.open();
    fake.control.receive(carNews({ you: "driving", session: "lease-9" }));
    const { transport } = watcher;
    fake.pictures.closeFromServer(1006);
    expect(watcher.transport).toBe(transport);
    expect(watcher.onScreenMs).toBeNull();
  });

  it("gives a gateway that has to be fetched the time to come", async () => {
    watcher.drive(listener);
    await goRelay();
    fake.control.open();
    await relayOn(5_000, false);
    expect(fake.controlSockets).toHaveLength(1);
    await relayOn(2_000, false);
    expect(fake.controlSockets).toHaveLength(2);
  });

  it("does not rely on a socket that may be dead", async () => {
    watcher.drive(listener);
    await goRelay();
    fake.control.open();
    fake.control.receive(carNews());
    await relayOn(1_600, false);
    fake.pictures.closeFromServer(1006);
    await vi.advanceTimersByTimeAsync(400);
    fake.pictures.open();
    await fake.see();
    expect(fake.controlSockets).toHaveLength(2);
    expect(fake.controlSockets[0]?.closedWith).toBe(1000);
  });
});

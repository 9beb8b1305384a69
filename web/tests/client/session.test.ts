import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { epochNow } from "../../src/client/clock";
import { Refused } from "../../src/client/errors";
import { Session, type CreatePeerConnection } from "../../src/client/session";
import { FakeNegotiation } from "../support/FakeNegotiation";
import { fakePeers, frameTimes, type FakePeer } from "../support/FakePeer";
import { carNews, drivenNews } from "../support/FakeTransport";

const INFO = { id: "front", name: "Front", state: "live" };

let negotiation: FakeNegotiation;
let peers: FakePeer[];
let session: Session;
let states: string[];
let motions: string[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
  negotiation = new FakeNegotiation();
  states = [];
  motions = [];
  const fake = fakePeers();
  peers = fake.peers;
  create = fake.create;
  session = build("direct");
});

let create: CreatePeerConnection;

function build(way: "direct" | "turn"): Session {
  const made: Session = new Session({
    way,
    negotiation,
    createPeerConnection: (configuration) => create(configuration),
    listener: {
      changed: () => {
        if (states.at(-1) !== made.state) states.push(made.state);
      },
      motion: (motion) => motions.push(motion.level),
      camera: () => undefined,
    },
  });
  return made;
}

afterEach(() => {
  session.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

async function start(): Promise<FakePeer> {
  session.start();
  await settle();
  const peer = peers[0];
  if (peer === undefined) throw new Error("no peer connection was made");
  return peer;
}

/** Answered and connected. */
async function connect(): Promise<FakePeer> {
  const peer = await start();
  negotiation.answer("v=0 answer");
  await settle();
  peer.connect();
  peer.channel.answerSync();
  return peer;
}

/** Lets time pass with the gateway answering; `frames` come every 40 ms. */
async function pass(ms: number, peer: FakePeer, { frames = false, answers = true } = {}) {
  for (let passed = 0; passed < ms; passed += 40) {
    await vi.advanceTimersByTimeAsync(40);
    if (frames) session.frameShown(undefined);
    const isNewSync = peer.channel.sent.length > answered;
    if (answers && isNewSync) peer.channel.answerSync();
    answered = peer.channel.sent.length;
  }
}
let answered = 0;

describe("negotiation", () => {
  it("asks for one video, the events channel, and no buffering", async () => {
    const peer = await start();
    expect(peer.transceivers).toEqual([["video", { direction: "recvonly" }]]);
    expect(peer.channelOptions).toEqual({ ordered: true });
    expect(peer.receiver.jitterBufferTarget).toBe(0);
    expect(peer.receiver.playoutDelayHint).toBe(0);
  });

  const SERVERS = [
    { urls: ["turn:t", "turns:t?transport=tcp"], username: "u", credential: "p" },
    { urls: ["stun:s"], username: null, credential: null },
  ];

  it("needs no relay on the direct way, only its own address", async () => {
    negotiation.servers.push(...SERVERS);
    const peer = await start();
    expect(peer.configuration.iceServers).toEqual([{ urls: ["stun:s"] }]);
    expect(peer.configuration.iceTransportPolicy).toBeUndefined();
    expect(session.path).toBe("direct");
  });

  it("uses nothing but the relays through TURN, and tells which one it found", async () => {
    negotiation.servers.push(...SERVERS);
    session = build("turn");
    const peer = await connect();
    expect(peer.configuration.iceServers).toEqual([SERVERS[0]]);
    expect(peer.configuration.iceTransportPolicy).toBe("relay");
    expect(session.path).toBeNull();
    peer.localCandidate = { candidateType: "relay", relayProtocol: "tcp" };
    await pass(120, peer);
    expect(session.path).toBe("turn-tcp");
  });

  it("gives up at once through TURN where there is none", async () => {
    negotiation.servers.push({ urls: ["stun:s"], username: null, credential: null });
    session = build("turn");
    session.start();
    await settle();
    expect(session.failure?.slug).toBe("no-turn-server");
    expect(peers).toEqual([]);
  });

  it("says so where the browser has WebRTC by name only", async () => {
    create = () => {
      throw new TypeError("not a constructor");
    };
    session.start();
    await settle();
    expect(session.failure?.slug).toBe("no-webrtc");
  });

  it("tells that there is a way before it is connected on it", async () => {
    const peer = await start();
    expect(session.hasWay).toBe(false);
    peer.iceConnectionState = "connected";
    peer.oniceconnectionstatechange?.();
    expect([session.hasWay, session.isConnected]).toEqual([true, false]);
    peer.become("failed");
    expect(session.hasWay).toBe(false);
  });

  it("offers without waiting for candidates, which follow", async () => {
    const peer = await start();
    expect(negotiation.offered).toBe("v=0 offer");
    peer.onicecandidate?.({ candidate: { candidate: "candidate:1" } });
    peer.onicecandidate?.({ candidate: { candidate: "" } });
    peer.onicecandidate?.({ candidate: null });
    expect(negotiation.candidates).toEqual([{ candidate: "candidate:1" }, null]);
  });

  it("holds remote candidates until the answer is in", async () => {
    const peer = await start();
    const early = { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 };
    negotiation.listener?.candidate(early);
    expect(peer.added).toEqual([]);
    negotiation.answer("v=0 answer");
    await settle();
    expect(peer.remoteDescription).toEqual({ type: "answer", sdp: "v=0 answer" });
    expect(peer.added).toEqual([early]);
    negotiation.listener?.candidate(null);
    expect(peer.added).toEqual([early, null]);
    expect(session.stream).toBe(peer.stream);
  });

  it("fails with the refusal", async () => {
    const peer = await start();
    negotiation.refuse(new Refused("unknown-camera", "no such camera"));
    await settle();
    expect(session.state).toBe("failed");
    expect(session.failure?.slug).toBe("unknown-camera");
    expect(peer.isClosed).toBe(true);
  });

  it("fails when nothing connects in 10 s", async () => {
    const peer = await start();
    negotiation.answer("v=0 answer");
    await vi.advanceTimersByTimeAsync(9_999);
    expect(session.state).toBe("connecting");
    await vi.advanceTimersByTimeAsync(1);
    expect(session.state).toBe("failed");
    expect(negotiation.closedWith).toBe("no connection in time");
    expect(peer.isClosed).toBe(true);
  });

  it("makes no peer connection when it is closed at once", async () => {
    session.start();
    session.close();
    await settle();
    expect(peers).toEqual([]);
    expect(session.state).toBe("closed");
  });

  it("fails when the connection fails", async () => {
    const peer = await start();
    peer.become("failed");
    expect(session.failure?.slug).toBe("timeout");
  });
});

describe("pictures", () => {
  it("make it live, their absence stalled, their return live again", async () => {
    const peer = await connect();
    expect(session.state).toBe("connecting");
    await pass(200, peer, { frames: true });
    expect(session.state).toBe("live");
    await pass(1_400, peer);
    expect(session.state).toBe("live");
    await pass(400, peer);
    expect(session.state).toBe("stalled");
    await pass(80, peer, { frames: true });
    expect(session.state).toBe("live");
    expect(states).toEqual(["connecting", "live", "stalled", "live"]);
  });

  it("count when they are decoded but not shown, as in a hidden tab", async () => {
    const peer = await connect();
    for (let i = 0; i < 60; i += 1) {
      peer.framesDecoded += 1;
      await pass(80, peer);
    }
    expect(states).toEqual(["connecting", "live"]);
  });

  it("may come rarely when the camera says so", async () => {
    const peer = await connect();
    peer.channel.receive({ type: "camera", camera: { ...INFO, fps: 0.5 } });
    session.frameShown(undefined);
    await pass(5_000, peer);
    expect(session.state).toBe("live");
    await pass(1_500, peer);
    expect(session.state).toBe("stalled");
  });

  it("are not waited for when the gateway says that the camera is gone", async () => {
    const peer = await connect();
    await pass(200, peer, { frames: true });
    peer.channel.receive({ type: "camera", camera: { ...INFO, state: "offline" } });
    await pass(800, peer);
    expect(session.state).toBe("stalled");
  });

  it("are missed in time although the last ones are counted late", async () => {
    const peer = await connect();
    await pass(600, peer, { frames: true });
    peer.framesDecoded = 20;
    await pass(1_800, peer);
    expect(session.state).toBe("stalled");
  });

  it("must come in the end when the camera is live", async () => {
    const peer = await connect();
    peer.channel.receive({ type: "camera", camera: INFO });
    await pass(7_500, peer);
    expect(session.state).toBe("connecting");
    await pass(1_000, peer);
    expect(session.failure?.detail).toBe("connected, but no picture came");
  });

  it("are waited for as long as the camera is away", async () => {
    const peer = await connect();
    peer.channel.receive({ type: "camera", camera: { ...INFO, state: "offline" } });
    await pass(60_000, peer);
    expect(session.state).toBe("connecting");
    expect(session.isConnected).toBe(true);
    peer.channel.receive({ type: "camera", camera: INFO });
    await pass(2_000, peer);
    expect(session.state).toBe("connecting");
  });
});

describe("heartbeat", () => {
  it("is a sync at once, another soon after, and then one every 2 s", async () => {
    const peer = await connect();
    await pass(280, peer, { frames: true });
    expect(peer.channel.sentOf("sync")).toHaveLength(1);
    await pass(40, peer, { frames: true });
    expect(peer.channel.sentOf("sync")).toHaveLength(2);
    await pass(6_100, peer, { frames: true });
    expect(peer.channel.sent.map(({ type }) => type)).toEqual(Array(5).fill("sync"));
  });

  it("comes twice a second while somebody looks closely", async () => {
    const peer = await connect();
    await pass(400, peer, { frames: true });
    session.lookClosely(true);
    expect(peer.channel.sentOf("sync")).toHaveLength(3);
    await pass(2_000, peer, { frames: true });
    expect(peer.channel.sentOf("sync")).toHaveLength(7);
    session.lookClosely(false);
    await pass(4_000, peer, { frames: true });
    expect(peer.channel.sentOf("sync").length).toBeLessThanOrEqual(10);
  });

  it("fails after 5 s without an answer, pictures or not", async () => {
    const peer = await connect();
    await pass(4_900, peer, { frames: true, answers: false });
    expect(session.state).toBe("live");
    await pass(500, peer, { frames: true, answers: false });
    expect(session.failure?.detail).toBe("the gateway fell silent");
  });

  it("fails within a second when probed in vain", async () => {
    const peer = await connect();
    session.probe();
    await pass(1_200, peer, { answers: false });
    expect(session.state).toBe("failed");
  });

  it("is not asked for while pictures come", async () => {
    const peer = await connect();
    session.frameShown(undefined);
    session.probe();
    expect(peer.channel.sentOf("sync")).toHaveLength(1);
  });

  it("gives a gateway more time that has been slow to answer", async () => {
    const peer = await connect();
    await pass(300, peer, { frames: true, answers: false });
    const sentMs = Number(peer.channel.sent.at(-1)?.sentMs);
    await pass(400, peer, { frames: true, answers: false });
    const atMs = epochNow();
    peer.channel.receive({ type: "synced", sentMs, receivedMs: atMs, repliedMs: atMs });
    await pass(1_720, peer, { answers: false });
    expect(session.state).not.toBe("failed");
    await pass(480, peer, { answers: false });
    expect(session.state).toBe("failed");
  });

  it("survives a probe that is answered", async () => {
    const peer = await connect();
    session.probe();
    peer.channel.answerSync();
    await pass(3_000, peer);
    expect(session.state).not.toBe("failed");
  });

  it("fails at once when the gateway closes the channel", async () => {
    const peer = await connect();
    peer.channel.onclose?.();
    expect(session.failure?.slug).toBe("bye");
  });

  it("is not asked of servers that do not speak on the channel", async () => {
    const peer = await start();
    negotiation.answer("v=0 answer");
    await settle();
    peer.become("connected");
    await pass(7_000, peer, { frames: true, answers: false });
    expect(session.state).toBe("live");
  });
});

describe("events", () => {
  it("give the age of the picture on screen", async () => {
    const peer = await start();
    negotiation.answer("v=0 answer");
    await settle();
    peer.connect();
    // Captured 25 ms ago by the gateway's clock, which is a minute ahead.
    const capture = epochNow() + 60_000 - 25;
    peer.channel.answerSync(60_000, { frame: frameTimes(4_294_967_295, capture - 10) });
    session.frameShown(899);
    expect(session.latencyMs).toBeCloseTo(25, 0);
    expect(session.roundTripMs).toBeCloseTo(0, 0);
    expect(session.onScreenMs).toBeCloseTo(25, 0);
  });

  it("use the newest RTP time of the receiver where the frame has none", async () => {
    const peer = await connect();
    peer.receiver.getSynchronizationSources = () => [{ rtpTimestamp: 0 }];
    peer.channel.answerSync(0, { frame: frameTimes(0, epochNow() - 40) });
    session.frameShown(undefined);
    expect(session.latencyMs).toBeCloseTo(40, 0);
  });

  it("tell where the time of a picture went, and how it is delivered", async () => {
    const peer = await connect();
    session.frameShown(9_000);
    const delivery = { quality: "low", resent: 2, dropped: 0, estimateKbps: 300 };
    const frame = frameTimes(9_000, epochNow() - 30, 5);
    peer.channel.answerSync(0, { frame, delivery });
    expect(session.trace?.totalMs).toBeCloseTo(30, 0);
    expect(session.trace?.stages.decode).toBe(5);
    expect(session.delivery).toMatchObject({ ...delivery, roundTripMs: null });
    peer.channel.answerSync();
    expect(session.delivery).toBeNull();
  });

  it("pass motion on, and survive what they do not understand", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const peer = await connect();
    peer.channel.receive({ type: "future" });
    peer.channel.receive({ type: "future" });
    peer.channel.receive({ type: "motion", camera: "front", captureMs: 1, level: "LOW", percent: 2 });
    expect(motions).toEqual(["LOW"]);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe("driving", () => {
  const listener = () => {
    const heard: string[] = [];
    return { heard, changed: vi.fn(), hear: (type: string) => heard.push(type) };
  };
  const drive = () => {
    const { heard, changed, hear } = listener();
    session.drive({ changed, heard: ({ type }) => hear(type) });
    return { heard, changed };
  };

  it("costs nothing unless it is asked for", async () => {
    const peer = await connect();
    expect(peer.controlOptions).toBeNull();
    expect(session.transport).toBeNull();
  });

  it("opens a channel that sends nothing twice and waits for nothing", async () => {
    drive();
    const peer = await start();
    expect(peer.controlOptions).toEqual({ ordered: false, maxRetransmits: 0 });
  });

  it("may begin later, on the connection that is there", async () => {
    const peer = await connect();
    drive();
    drive();
    expect(peer.controlOptions).not.toBeNull();
    expect(peers).toHaveLength(1);
  });

  it("knows of the car from the start, although it is told on change only", async () => {
    const peer = await connect();
    peer.channel.receive(carNews({ driven: true }));
    drive();
    expect(session.transport?.lease.car?.driven).toBe(true);
  });

  it("sends commands by the one way and requests by the other", async () => {
    const { heard, changed } = drive();
    const peer = await connect();
    const { transport } = session;
    expect(transport?.isOpen).toBe(true);
    expect(transport?.command({ type: "stop" })).toBe(false);
    peer.control.onopen?.();
    expect(changed).toHaveBeenCalled();
    expect(transport?.command({ type: "stop" })).toBe(true);
    expect(transport?.request({ type: "requestLease" })).toBe(true);
    expect(peer.control.sent).toEqual([{ type: "stop" }]);
    expect(peer.channel.sentOf("requestLease")).toHaveLength(1);
    peer.channel.receive(carNews());
    peer.control.receive(drivenNews());
    peer.channel.receive({ type: "error", problem: "urn:peerlens:problem:forbidden", detail: "" });
    expect(heard).toEqual(["car", "driven", "error"]);
  });

  it("ends with the connection, and says so", async () => {
    const { changed } = drive();
    const peer = await connect();
    peer.control.onopen?.();
    const { transport } = session;
    changed.mockClear();
    session.close();
    expect(changed).toHaveBeenCalled();
    expect(transport?.isOpen).toBe(false);
    expect(transport?.command({ type: "stop" })).toBe(false);
    expect(transport?.request({ type: "stop" })).toBe(false);
  });
});

it("says bye and stops everything when closed", async () => {
  const peer = await connect();
  session.close("left");
  session.close("again");
  expect(session.state).toBe("closed");
  expect(negotiation.closedWith).toBe("left");
  expect(peer.isClosed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

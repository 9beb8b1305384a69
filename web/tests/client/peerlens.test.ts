import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Peerlens } from "../../src/client/peerlens";
import { TokenStore } from "../../src/client/token";
import { fakePeers, type FakePeer } from "../support/FakePeer";
import { FakeSocket } from "../support/FakeSocket";

const FRONT = { id: "front", name: "Front", state: "live" };

let sockets: FakeSocket[];
let pictureSockets: FakeSocket[];
let peers: FakePeer[];
let asked: { url: string; authorization: string | null }[];
let respond: () => Response;
let tokens: TokenStore;
let peerlens: Peerlens;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
  sockets = [];
  pictureSockets = [];
  asked = [];
  respond = () => new Response("jpeg");
  tokens = new TokenStore(null);
  peerlens = build("signaling");
});

afterEach(() => {
  peerlens.pause();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function build(mode: "signaling" | "whep"): Peerlens {
  const fake = fakePeers();
  peers = fake.peers;
  return new Peerlens({
    endpoints: {
      signalingUrl: "wss://example.org/ws",
      controlUrl: "wss://example.org/ws/control",
      viewerUrl: "wss://example.org/ws/viewer",
      httpUrl: "https://example.org",
    },
    tokens,
    mode,
    createSocket: (url) => {
      const socket = new FakeSocket();
      (url.endsWith("/ws") ? sockets : pictureSockets).push(socket);
      return socket;
    },
    createPeerConnection: fake.create,
    fetch: ((url: string, init: RequestInit) => {
      asked.push({ url, authorization: new Headers(init.headers).get("Authorization") });
      return Promise.resolve(respond());
    }) as typeof fetch,
  });
}

function newest(): FakeSocket {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("no socket yet");
  return socket;
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const state = () => peerlens.watcher("front").view.value.tile.state;

/** Answers the newest offer, connects, and shows a first picture. */
async function goLive(): Promise<FakePeer> {
  await settle();
  const session = newest().sentOf("offer").at(-1)?.session;
  newest().receive({ type: "answer", session, sdp: "v=0" });
  await settle();
  const peer = peers.at(-1);
  if (peer === undefined) throw new Error("no peer connection was made");
  peer.channel.answers = true;
  peer.connect();
  peer.framesDecoded += 1;
  await vi.advanceTimersByTimeAsync(250);
  return peer;
}

it("watches as soon as there is a link, from the first hold to the last release", async () => {
  peerlens.start();
  const releases = [peerlens.hold("front"), peerlens.hold("front")];
  newest().welcome({ cameras: [FRONT] });
  await goLive();
  expect(state()).toBe("live");
  expect(newest().sentOf("offer")).toHaveLength(1);
  releases[0]?.();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(newest().sentOf("bye")).toEqual([]);
  releases[1]?.();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(newest().sentOf("bye")).toHaveLength(1);
  expect(state()).toBe("idle");
});

it("keeps the picture when the next holder comes within a second", async () => {
  peerlens.start();
  newest().welcome({ cameras: [FRONT] });
  const release = peerlens.hold("front");
  await goLive();
  release();
  await vi.advanceTimersByTimeAsync(500);
  peerlens.hold("front");
  await vi.advanceTimersByTimeAsync(500);
  expect(newest().sentOf("bye")).toEqual([]);
  expect(newest().sentOf("offer")).toHaveLength(1);
});

it("plays on, and keeps the card, while the server restarts and knows no cameras yet", async () => {
  peerlens.start();
  newest().welcome({ cameras: [FRONT] });
  peerlens.hold("front");
  const peer = await goLive();
  newest().closeFromServer(1001);
  await vi.advanceTimersByTimeAsync(400);
  newest().welcome({ cameras: [] });
  peer.framesDecoded += 1;
  await vi.advanceTimersByTimeAsync(500);
  expect(peerlens.cameras.value?.map(({ id }) => id)).toEqual(["front"]);
  expect(state()).toBe("live");
  expect(newest().sentOf("offer")).toEqual([]);
});

it("forgets a camera that stays away", async () => {
  peerlens.start();
  newest().welcome({ cameras: [FRONT] });
  newest().receive({ type: "cameras", cameras: [] });
  expect(peerlens.cameras.value).toHaveLength(1);
  newest().receive({ type: "pong", id: 1 });
  for (let passed = 0; passed < 32; passed += 4) {
    await vi.advanceTimersByTimeAsync(4_000);
    newest().receive({ type: "pong", id: 1 });
  }
  expect(peerlens.cameras.value).toEqual([]);
});

it("leaves everything when the page is put away, and comes back", async () => {
  peerlens.start();
  newest().welcome({ cameras: [FRONT] });
  peerlens.hold("front");
  const peer = await goLive();
  const socket = newest();
  peerlens.pause();
  expect(peer.isClosed).toBe(true);
  expect(socket.sentOf("bye")).toHaveLength(1);
  expect(socket.closedWith).toBe(1000);
  peerlens.resume();
  newest().welcome({ cameras: [FRONT] });
  await goLive();
  expect(state()).toBe("live");
});

it("doubts the link to the server when the gateway falls silent", async () => {
  peerlens.start();
  newest().welcome({ cameras: [FRONT], heartbeatS: 60 });
  peerlens.hold("front");
  (await goLive()).channel.answers = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(newest().sentOf("ping")).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(sockets).toHaveLength(2);
});

it("begins anew with a token that a person typed", () => {
  peerlens.start();
  newest().open();
  newest().closeFromServer(4401);
  expect(peerlens.hasToken).toBe(false);
  peerlens.authorize("right");
  newest().open();
  expect(newest().sent).toEqual([{ type: "hello", v: 1, token: "right" }]);
  expect(peerlens.hasToken).toBe(true);
});

describe("WHEP", () => {
  beforeEach(() => {
    peerlens = build("whep");
    tokens.set("secret");
  });

  it("needs no signaling", async () => {
    respond = () => new Response("v=0", { status: 201, headers: { Location: "/front/whep/s" } });
    peerlens.hold("front");
    await vi.advanceTimersByTimeAsync(10);
    expect(asked.map(({ url }) => url)).toContain("https://example.org/front/whep?relay=false");
    expect(asked.every(({ authorization }) => authorization === "Bearer secret")).toBe(true);
  });

  it("tries again soon, because nobody announces the return", async () => {
    respond = () => new Response(null, { status: 404 });
    peerlens.hold("front");
    await vi.advanceTimersByTimeAsync(10);
    const before = asked.length;
    expect(peerlens.watcher("front").view.value.tile.reason).toBe("unknown-camera");
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.length).toBeGreaterThan(before);
  });
});

describe("the ladder", () => {
  const TURN = { urls: ["turn:t"], username: "u", credential: "p" };

  it("offers the direct way first, then the one through TURN, then takes pictures", async () => {
    peerlens.start();
    newest().welcome({ cameras: [FRONT], iceServers: [TURN] });
    peerlens.hold("front");
    await vi.advanceTimersByTimeAsync(900);
    expect(newest().sentOf("offer").map(({ relay }) => relay)).toEqual([undefined, true]);
    expect(pictureSockets).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    pictureSockets[0]?.open();
    expect(pictureSockets[0]?.sent[0]).toMatchObject({ type: "join", camera: "front" });
  });

  it("makes no offer through TURN where the server has none", async () => {
    peerlens.start();
    newest().welcome({ cameras: [FRONT], iceServers: [{ urls: ["stun:s"] }] });
    peerlens.hold("front");
    await vi.advanceTimersByTimeAsync(900);
    expect(newest().sentOf("offer")).toHaveLength(1);
  });

  it("takes the newest servers for each attempt", async () => {
    peerlens.start();
    newest().welcome({ cameras: [FRONT], iceServers: [{ urls: ["stun:old"] }] });
    newest().receive({ type: "iceServers", iceServers: [{ urls: ["stun:new"] }, TURN] });
    peerlens.hold("front");
    await vi.advanceTimersByTimeAsync(900);
    expect(peers.map(({ configuration }) => configuration.iceServers)).toEqual([
      [{ urls: ["stun:new"] }],
      [TURN],
    ]);
  });
});

describe("the camera's own stream", () => {
  const answer = (streamUrl: string) => () =>
    Response.json({ carId: "car1", streamUrl, quality: "auto" });

  it("is looked up under the car that the camera rides on", async () => {
    peerlens.start();
    newest().welcome({ cameras: [{ ...FRONT, car: "car1" }] });
    respond = answer("http://192.168.0.20:8080/stream");
    await expect(peerlens.streamUrl("front")).resolves.toBe("http://192.168.0.20:8080/stream");
    expect(asked.map(({ url }) => url)).toEqual(["https://example.org/api/cars/car1/camera"]);
  });

  it.each(["/front/stream", "javascript:alert(1)", ""])("is none of the camera's: %s", async (url) => {
    respond = answer(url);
    await expect(peerlens.streamUrl("front")).resolves.toBeNull();
  });

  it("may not be known", async () => {
    respond = () => Response.json({ error: "Camera not found" }, { status: 404 });
    await expect(peerlens.streamUrl("front")).resolves.toBeNull();
  });
});

describe("snapshot", () => {
  it("is fetched with the token", async () => {
    tokens.set("secret");
    const picture = await peerlens.snapshot("front");
    await expect(picture.text()).resolves.toBe("jpeg");
    expect(asked).toEqual([
      { url: "https://example.org/front/snapshot.jpg", authorization: "Bearer secret" },
    ]);
  });

  it("is refused when there is none", async () => {
    respond = () => new Response(null, { status: 503 });
    await expect(peerlens.snapshot("front")).rejects.toMatchObject({ slug: "refused" });
  });
});

it("tells of events by whichever way they come", async () => {
  const told: unknown[] = [];
  peerlens.changes.subscribe(() => told.push(peerlens.changes.value?.event.id));
  peerlens.start();
  peerlens.hold("front");
  newest().welcome({ cameras: [FRONT] });
  const peer = await goLive();
  const event = { camera: "front", startMs: 1, level: "LOW", percent: 2 };
  newest().receive({ type: "event", event: { ...event, id: "e1" } });
  peer.channel.receive({ type: "event", event: { ...event, id: "e2" } });
  expect(told).toEqual(["e1", "e2"]);
  expect(peerlens.isHeld("front")).toBe(true);
  expect(peerlens.isHeld("back")).toBe(false);
});

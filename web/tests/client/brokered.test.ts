import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Brokered } from "../../src/client/brokered";
import type { IceCandidate } from "../../src/client/negotiation";
import { Signaling } from "../../src/client/signaling";
import { FakeSocket } from "../support/FakeSocket";

const HOST = { candidate: "candidate:1 1 udp 1 10.0.0.2 5 typ host", sdpMid: "0", sdpMLineIndex: 0 };

let sockets: FakeSocket[];
let signaling: Signaling;
let candidates: (IceCandidate | null)[];
let ends: string[];
const listener = {
  candidate: (candidate: IceCandidate | null) => candidates.push(candidate),
  ended: (slug: string, detail: string) => ends.push(`${slug}: ${detail}`),
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
  sockets = [];
  candidates = [];
  ends = [];
  signaling = new Signaling({
    token: () => null,
    createSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
  });
  signaling.start();
  newest().welcome({ iceServers: [{ urls: ["stun:stun.example.org"] }] });
});

afterEach(() => {
  signaling.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function newest(): FakeSocket {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("no socket yet");
  return socket;
}

function sessionOf(socket: FakeSocket): string {
  return socket.sentOf("offer").at(-1)?.session as string;
}

it("sends the offer, then the candidates that were found before it", async () => {
  const negotiation = new Brokered(signaling, "front", "direct");
  negotiation.candidate(HOST);
  const answer = negotiation.offer("v=0 offer", listener);
  negotiation.candidate(null);
  const session = sessionOf(newest());
  expect(session).toMatch(/^[0-9a-f]{32}$/);
  expect(newest().sent.slice(1)).toEqual([
    { type: "offer", session, camera: "front", sdp: "v=0 offer" },
    { type: "candidate", session, ...HOST },
    { type: "candidate", session, candidate: null },
  ]);
  newest().receive({ type: "answer", session, sdp: "v=0 answer" });
  await expect(answer).resolves.toBe("v=0 answer");
});

it("makes up another session each time", () => {
  const ids = [1, 2].map(() => {
    void new Brokered(signaling, "front", "direct").offer("v=0", listener).catch(() => undefined);
    return sessionOf(newest());
  });
  expect(ids[0]).not.toBe(ids[1]);
});

it("gives the relays of the welcome", async () => {
  const servers = await new Brokered(signaling, "front", "direct").iceServers();
  expect(servers.map(({ urls }) => urls)).toEqual([["stun:stun.example.org"]]);
});

it("hears remote candidates and their end", async () => {
  const answer = new Brokered(signaling, "front", "direct").offer("v=0", listener);
  const session = sessionOf(newest());
  newest().receive({ type: "answer", session, sdp: "v=0" });
  await answer;
  newest().receive({ type: "candidate", session, ...HOST });
  newest().receive({ type: "candidate", session, candidate: "" });
  expect(candidates).toEqual([HOST, null]);
});

it("is refused by an error that names its session", async () => {
  const answer = new Brokered(signaling, "front", "direct").offer("v=0", listener);
  newest().receive({
    type: "error",
    problem: "urn:peerlens:problem:unknown-camera",
    detail: "no camera front",
    session: sessionOf(newest()),
  });
  await expect(answer).rejects.toMatchObject({ slug: "unknown-camera", detail: "no camera front" });
});

it("hears when the gateway leaves", async () => {
  const answer = new Brokered(signaling, "front", "direct").offer("v=0", listener);
  const session = sessionOf(newest());
  newest().receive({ type: "answer", session, sdp: "v=0" });
  await answer;
  newest().receive({ type: "bye", session, reason: "camera removed" });
  expect(ends).toEqual(["bye: camera removed"]);
});

it("gives up on an unanswered offer when its link is lost", async () => {
  const answer = new Brokered(signaling, "front", "direct").offer("v=0", listener);
  newest().closeFromServer(1001);
  await expect(answer).rejects.toMatchObject({ slug: "timeout" });
});

it("does not mind the loss of the link once answered", async () => {
  const negotiation = new Brokered(signaling, "front", "direct");
  const answer = negotiation.offer("v=0", listener);
  newest().receive({ type: "answer", session: sessionOf(newest()), sdp: "v=0" });
  await answer;
  newest().closeFromServer(1001);
  vi.advanceTimersByTime(2_000);
  newest().welcome();
  expect(ends).toEqual([]);
  // The new link knows nothing of the session, so it hears nothing of it.
  negotiation.candidate(HOST);
  negotiation.close("left");
  expect(newest().sent.map(({ type }) => type)).toEqual(["hello"]);
});

it("says bye once", () => {
  const negotiation = new Brokered(signaling, "front", "direct");
  void negotiation.offer("v=0", listener);
  negotiation.close("left");
  negotiation.close("again");
  expect(newest().sentOf("bye")).toEqual([
    { type: "bye", session: sessionOf(newest()), reason: "left" },
  ]);
});

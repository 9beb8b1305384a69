import { afterEach, expect, it, vi } from "vitest";
import { call, judgeCalls, pathOf, type CallReading } from "../../../src/client/doctor/call";

const SEEN: CallReading = {
  kind: "direct",
  camera: "front",
  connectedMs: 90,
  pictureMs: 140,
  path: "host/host",
  stage: null,
  detail: "",
};
const UNCONNECTED = {
  connectedMs: null,
  pictureMs: null,
  path: null,
  stage: "connection" as const,
  detail: "the connection is checking",
};

afterEach(() => {
  vi.useRealTimers();
});

function found(...readings: CallReading[]): [string, string][] {
  return judgeCalls(readings).map(({ id, level }) => [id, level]);
}

it("is content with a picture, and tells how long it took", () => {
  expect(found(SEEN, { ...SEEN, kind: "turn" })).toEqual([
    ["call.direct", "ok"],
    ["call.turn", "ok"],
  ]);
  expect(judgeCalls([SEEN])[0]?.what).toContain("140\u00a0ms, over host/host");
});

it("notes a missing direct path only where TURN makes up for it", () => {
  const direct = { ...SEEN, ...UNCONNECTED };
  expect(found(direct, { ...SEEN, kind: "turn" })).toEqual([
    ["call.no-direct-path", "note"],
    ["call.turn", "ok"],
  ]);
  expect(found(direct)).toEqual([["call.no-path", "problem"]]);
  expect(found(direct, { ...direct, kind: "turn" })).toEqual([
    ["call.no-path", "problem"],
    ["call.no-relayed-path", "problem"],
  ]);
});

it("tells a refusal from a connection without pictures", () => {
  const refused = { ...SEEN, ...UNCONNECTED, stage: "answer" as const, detail: "no camera" };
  expect(found(refused)).toEqual([["call.refused", "problem"]]);
  const black = { ...SEEN, pictureMs: null, stage: "picture" as const };
  expect(found(black)).toEqual([["call.no-picture", "problem"]]);
});

it("does not count the wait for a server that gives no address", async () => {
  vi.useFakeTimers();
  const frames = { type: "inbound-rtp", kind: "video", framesDecoded: 1 };
  const peer = {
    iceGatheringState: "gathering",
    connectionState: "connected",
    localDescription: { sdp: "v=0" },
    addTransceiver: () => undefined,
    createOffer: () => Promise.resolve({}),
    setLocalDescription: () => Promise.resolve(),
    setRemoteDescription: () => Promise.resolve(),
    getStats: () => Promise.resolve(new Map([["V", frames]])),
    close: () => undefined,
  } as unknown as RTCPeerConnection;
  const called = call({
    kind: "turn",
    camera: "front",
    iceServers: [],
    createPeerConnection: () => peer,
    exchange: () => Promise.resolve("v=0"),
    timeoutMs: 8_000,
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect((await called).pictureMs).toBeLessThan(1_000);
});

it("reads the path off the statistics", () => {
  const report = new Map<string, Record<string, unknown>>([
    ["T", { type: "transport", selectedCandidatePairId: "P" }],
    ["P", { type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R" }],
    ["L", { type: "local-candidate", candidateType: "relay", relayProtocol: "tls" }],
    ["R", { type: "remote-candidate", candidateType: "relay" }],
  ]);
  expect(pathOf(report)).toBe("relay/relay (TURN over TLS)");
  expect(pathOf(new Map())).toBeNull();
  // Firefox has no transport, but marks the pair.
  report.delete("T");
  report.set("P", { ...report.get("P"), nominated: true, state: "succeeded" });
  report.set("L", { type: "local-candidate", candidateType: "host" });
  expect(pathOf(report)).toBe("host/relay");
});

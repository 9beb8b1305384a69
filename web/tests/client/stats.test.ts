import { describe, expect, it } from "vitest";
import { StatsReader, type Report } from "../../src/client/stats";

interface Overrides {
  readonly local?: object;
  readonly remote?: object;
  readonly inbound?: object;
}

/** As Chromium reports. */
function report({ local = {}, remote = {}, inbound = {} }: Overrides = {}): Report {
  return new Map<string, Record<string, unknown>>([
    ["T", { type: "transport", selectedCandidatePairId: "P2" }],
    ["P1", { type: "candidate-pair", state: "failed", localCandidateId: "X" }],
    [
      "P2",
      {
        type: "candidate-pair",
        state: "succeeded",
        localCandidateId: "L",
        remoteCandidateId: "R",
        currentRoundTripTime: 0.004,
      },
    ],
    ["L", { type: "local-candidate", candidateType: "host", address: "10.0.0.2", port: 5, ...local }],
    ["R", { type: "remote-candidate", candidateType: "host", address: "fd00::1", port: 7, ...remote }],
    ["C", { type: "codec", mimeType: "video/H264" }],
    ["A", { type: "inbound-rtp", kind: "audio", framesDecoded: 99 }],
    [
      "I",
      {
        type: "inbound-rtp",
        kind: "video",
        codecId: "C",
        bytesReceived: 0,
        framesDecoded: 0,
        packetsLost: 2,
        packetsReceived: 100,
        frameWidth: 640,
        frameHeight: 480,
        ...inbound,
      },
    ],
  ]);
}

describe("path", () => {
  const path = (overrides: Overrides) => new StatsReader().read(report(overrides), 0).path;

  it.each(["host", "srflx", "prflx"])("is direct from a %s candidate", (candidateType) => {
    expect(path({ local: { candidateType } })).toEqual({
      path: "direct",
      label: `direct (${candidateType})`,
    });
  });

  it.each(["udp", "tcp", "tls"])("is a relay over TURN %s", (relayProtocol) => {
    expect(path({ local: { candidateType: "relay", relayProtocol } })).toEqual({
      path: `turn-${relayProtocol}`,
      label: `relay (TURN ${relayProtocol})`,
    });
  });

  it("is a relay when only the far end uses one", () => {
    expect(path({ remote: { candidateType: "relay" } })?.path).toBe("turn-udp");
  });

  it("is unknown before a pair is selected", () => {
    expect(new StatsReader().read(new Map(), 0).path).toBeNull();
  });

  it("is found where the pair itself is marked, as in Firefox", () => {
    const entries = new Map(report());
    entries.delete("T");
    entries.set("P2", { ...entries.get("P2"), selected: true });
    expect(new StatsReader().read(entries, 0).path?.path).toBe("direct");
  });
});

it("measures rates over about a second", () => {
  const reader = new StatsReader();
  const at = (ms: number) =>
    reader.read(report({ inbound: { bytesReceived: ms * 100, framesDecoded: ms / 40 } }), ms);
  expect(at(0).fps).toBeNull();
  expect(at(500).fps).toBe(25);
  expect(at(1_000).bitrateKbps).toBe(800);
  expect(at(1_500).fps).toBe(25);
});

it("measures by the browser's own time of counting", () => {
  const reader = new StatsReader();
  reader.read(report({ inbound: { timestamp: 50_000, framesDecoded: 0 } }), 0);
  const inbound = { timestamp: 50_500, framesDecoded: 15 };
  expect(reader.read(report({ inbound }), 900).fps).toBe(30);
});

it("says when the browser hides an address", () => {
  const hidden = report({ local: { address: "" } });
  expect(new StatsReader().read(hidden, 0).localAddress).toBe("");
});

it("shows rates falling to zero when nothing comes any more", () => {
  const reader = new StatsReader();
  for (const ms of [0, 500, 1_000, 1_500, 2_000, 2_500]) {
    reader.read(report({ inbound: { framesDecoded: 30 } }), ms);
  }
  expect(reader.read(report({ inbound: { framesDecoded: 30 } }), 3_000).fps).toBe(0);
});

it("reads the rest", () => {
  expect(new StatsReader().read(report(), 0)).toMatchObject({
    codec: "H264",
    width: 640,
    height: 480,
    packetsLost: 2,
    packetsReceived: 100,
    roundTripMs: 4,
    localAddress: "10.0.0.2:5",
    remoteAddress: "[fd00::1]:7",
  });
});

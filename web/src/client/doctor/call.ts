/** A call to one camera, as the page makes it, over one kind of path. */

import type { CreatePeerConnection } from "../session";
import type { Report } from "../stats";
import { finding, ok, type Finding } from "./finding";
import { ms } from "./server";

export type CallKind = "direct" | "turn";

/** `stage` is what failed; null when a picture came. */
export interface CallReading {
  readonly kind: CallKind;
  readonly camera: string;
  readonly connectedMs: number | null;
  readonly pictureMs: number | null;
  readonly path: string | null;
  readonly stage: "answer" | "connection" | "picture" | null;
  readonly detail: string;
}

export interface CallOptions {
  readonly kind: CallKind;
  readonly camera: string;
  readonly iceServers: readonly RTCIceServer[];
  readonly createPeerConnection: CreatePeerConnection;
  /** Takes the offer's SDP to the gateway and gives the answer's; rejects with a readable Error. */
  readonly exchange: (offer: string) => Promise<string>;
  readonly timeoutMs: number;
}

/** Candidates that take longer than this are left out of the offer. */
const GATHER_MS = 2_500;
const POLL_MS = 40;

/** Calls, waits for the first picture, and hangs up; never rejects. */
export async function call(options: CallOptions): Promise<CallReading> {
  const { kind, camera } = options;
  const peer = options.createPeerConnection({
    iceServers: [...options.iceServers],
    iceTransportPolicy: kind === "turn" ? "relay" : "all",
    bundlePolicy: "max-bundle",
  });
  let began = performance.now();
  const since = () => performance.now() - began;
  let connectedMs: number | null = null;
  const reading = (rest: Partial<CallReading>): CallReading => ({
    kind,
    camera,
    connectedMs,
    pictureMs: null,
    path: null,
    stage: null,
    detail: "",
    ...rest,
  });
  try {
    peer.addTransceiver("video", { direction: "recvonly" });
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    // Only here all addresses are waited for, those of a dead server too: that is no one's delay.
    began = performance.now();
    try {
      const sdp = await options.exchange(peer.localDescription?.sdp ?? "");
      await peer.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      return reading({ stage: "answer", detail: error instanceof Error ? error.message : String(error) });
    }
    while (since() < options.timeoutMs && peer.connectionState !== "failed") {
      if (peer.connectionState === "connected") connectedMs ??= since();
      // RTCStatsReport is a read-only map; the DOM library types its values as any.
      const report = (await peer.getStats()) as unknown as Report;
      if (framesOf(report) > 0) return reading({ pictureMs: since(), path: pathOf(report) });
      await pause(POLL_MS);
    }
    const stage = connectedMs === null ? "connection" : "picture";
    return reading({ stage, detail: `the connection is ${peer.connectionState}` });
  } catch (error) {
    return reading({ stage: "connection", detail: String(error) });
  } finally {
    peer.close();
  }
}

async function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GATHER_MS);
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    };
  });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function framesOf(report: Report): number {
  for (const entry of report.values()) {
    if (entry.type === "inbound-rtp" && entry.kind === "video") {
      return typeof entry.framesDecoded === "number" ? entry.framesDecoded : 0;
    }
  }
  return 0;
}

/** The kinds of the two candidates in use, ours first, and how ours gets to its relay. */
export function pathOf(report: Report): string | null {
  const entries = [...report.values()];
  const chosen = entries.find(({ type }) => type === "transport")?.selectedCandidatePairId;
  const pair =
    (typeof chosen === "string" ? report.get(chosen) : undefined) ??
    entries.find(({ type, nominated, state }) => type === "candidate-pair" && nominated === true && state === "succeeded");
  if (pair === undefined) return null;
  const local = report.get(String(pair.localCandidateId));
  const remote = report.get(String(pair.remoteCandidateId));
  const via = typeof local?.relayProtocol === "string" ? ` (TURN over ${local.relayProtocol.toUpperCase()})` : "";
  return `${name(local)}/${name(remote)}${via}`;
}

function name(candidate: Readonly<Record<string, unknown>> | undefined): string {
  return typeof candidate?.candidateType === "string" ? candidate.candidateType : "unknown";
}

/** Without any path it is a problem that there is no direct one; else it is worth a note. */
export function judgeCalls(readings: readonly CallReading[]): readonly Finding[] {
  const connects = readings.some(({ connectedMs }) => connectedMs !== null);
  return readings.map((reading) => judgeCall(reading, connects));
}

function judgeCall(reading: CallReading, connects: boolean): Finding {
  const { kind, camera, connectedMs, pictureMs, path, detail } = reading;
  const words = kind === "direct" ? "directly" : "through TURN";
  const figures = {
    camera,
    connectedMs: rounded(connectedMs),
    pictureMs: rounded(pictureMs),
    path,
  };
  if (pictureMs !== null) {
    const how = path === null ? "" : `, over ${path}`;
    const what = `${camera} can be seen ${words}: the first picture after ${ms(pictureMs)}${how}`;
    return ok(`call.${kind}`, what, figures);
  }
  if (reading.stage === "answer") {
    return finding(
      "problem",
      "call.refused",
      {
        what: `The call to ${camera} gets no answer: ${detail}`,
        why: "Video cannot begin",
        do: "See whether the camera’s gateway runs and is connected to the server",
      },
      figures,
    );
  }
  if (reading.stage === "picture") {
    return finding(
      "problem",
      "call.no-picture",
      {
        what: `The call to ${camera} connects ${words}, but no picture comes`,
        why: "The camera may be away, or something on the way drops what is larger than a greeting",
        do: "See what the camera’s page says; a VPN with a small MTU can be the reason",
      },
      figures,
    );
  }
  if (kind === "turn") return noRelayedPath(camera, figures);
  return connects ? noDirectPath(camera, figures) : noPath(camera, figures);
}

type CallFigures = Finding["figures"];

function noDirectPath(camera: string, figures: CallFigures): Finding {
  return finding(
    "note",
    "call.no-direct-path",
    {
      what: `There is no direct path to ${camera} from this network`,
      why: "Video takes a detour, if there is one: it costs some delay, and somebody’s traffic",
      do: "Nothing, if TURN works; a network that lets UDP out would be better",
    },
    figures,
  );
}

function noPath(camera: string, figures: CallFigures): Finding {
  return finding(
    "problem",
    "call.no-path",
    {
      what: `There is no path for video to ${camera} from this network`,
      why: "Viewers here get single pictures instead of video, if anything",
      do: "Try another network; whoever runs the server can set up TURN, and run “peerlens doctor” there",
    },
    figures,
  );
}

function noRelayedPath(camera: string, figures: CallFigures): Finding {
  return finding(
    "problem",
    "call.no-relayed-path",
    {
      what: `The call to ${camera} does not connect through TURN`,
      why: "Viewers without a direct path get single pictures instead of video",
      do: "Whoever runs the server: run “peerlens doctor” there, and see what it says about TURN",
    },
    figures,
  );
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

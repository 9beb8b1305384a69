/** What `RTCPeerConnection.getStats()` says about the one video that a session receives. */

import type { Path } from "./path";

export interface StreamPath {
  readonly path: Path;
  /** In the words of ICE, e.g. `direct (host)` or `relay (TURN udp)`. */
  readonly label: string;
}

/** Rates are over the time since the reading before. Unknown is null. */
export interface StreamStats {
  readonly path: StreamPath | null;
  /** `host:port`; empty where the browser hides it. */
  readonly localAddress: string | null;
  readonly remoteAddress: string | null;
  readonly roundTripMs: number | null;
  readonly fps: number | null;
  readonly bitrateKbps: number | null;
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly packetsReceived: number | null;
  readonly packetsLost: number | null;
  readonly jitterMs: number | null;
  readonly jitterBufferMs: number | null;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

/** One report: its statistics objects by id. */
export type Report = ReadonlyMap<string, Readonly<Record<string, unknown>>>;
type Entry = Readonly<Record<string, unknown>>;

interface Counters {
  readonly atMs: number;
  readonly bytes: number;
  readonly frames: number;
  readonly bufferDelayS: number;
  readonly bufferEmitted: number;
}

/** Rates are measured over about this long. */
const WINDOW_MS = 1_000;

/** Reads one report after the other; keeps what rates need. */
export class StatsReader {
  #history: readonly Counters[] = [];

  read(report: Report, nowMs: number): StreamStats {
    const entries = [...report.values()];
    const inbound: Entry =
      entries.find((e) => e.type === "inbound-rtp" && e.kind === "video") ?? {};
    const pair = selectedPair(report, entries);
    const local = entry(report, pair?.localCandidateId);
    const remote = entry(report, pair?.remoteCandidateId);
    const now: Counters = {
      // The browser's own time of counting; reading takes a while and varies.
      atMs: known(inbound.timestamp) ?? nowMs,
      bytes: count(inbound.bytesReceived),
      frames: count(inbound.framesDecoded),
      bufferDelayS: count(inbound.jitterBufferDelay),
      bufferEmitted: count(inbound.jitterBufferEmittedCount),
    };
    const before = this.#history[0];
    this.#history = [...this.#history.filter((c) => now.atMs - c.atMs < WINDOW_MS), now];
    const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
    const emitted = before === undefined ? 0 : now.bufferEmitted - before.bufferEmitted;
    const per = (to: number, from: number | undefined) =>
      from === undefined || seconds <= 0 ? null : Math.max(0, to - from) / seconds;
    const bytesPerS = per(now.bytes, before?.bytes);
    const roundTripS = known(pair?.currentRoundTripTime);
    const jitterS = known(inbound.jitter);
    return {
      path: pathOf(local, remote),
      localAddress: address(local),
      remoteAddress: address(remote),
      roundTripMs: roundTripS === null ? null : roundTripS * 1000,
      fps: per(now.frames, before?.frames),
      bitrateKbps: bytesPerS === null ? null : (bytesPerS * 8) / 1000,
      framesDecoded: now.frames,
      framesDropped: count(inbound.framesDropped),
      packetsReceived: count(inbound.packetsReceived),
      packetsLost: count(inbound.packetsLost),
      jitterMs: jitterS === null ? null : jitterS * 1000,
      jitterBufferMs:
        before === undefined || emitted <= 0
          ? null
          : ((now.bufferDelayS - before.bufferDelayS) / emitted) * 1000,
      codec: codecName(entry(report, inbound.codecId)),
      width: known(inbound.frameWidth),
      height: known(inbound.frameHeight),
    };
  }
}

function selectedPair(report: Report, entries: readonly Entry[]): Entry | null {
  const transport = entries.find((e) => e.type === "transport");
  const named = entry(report, transport?.selectedCandidatePairId);
  if (named !== null) return named;
  const pairs = entries.filter((e) => e.type === "candidate-pair");
  // Firefox marks the pair itself.
  return (
    pairs.find((e) => e.selected === true) ??
    pairs.find((e) => e.nominated === true && e.state === "succeeded") ??
    null
  );
}

function pathOf(local: Entry | null, remote: Entry | null): StreamPath | null {
  if (local === null) return null;
  const kind = string(local.candidateType);
  if (kind === "relay") {
    const protocol = string(local.relayProtocol) ?? string(local.protocol) ?? "udp";
    return { path: turnPath(protocol), label: `relay (TURN ${protocol})` };
  }
  if (remote?.candidateType === "relay") {
    return { path: "turn-udp", label: "relay (TURN, far end)" };
  }
  return { path: "direct", label: kind === null ? "direct" : `direct (${kind})` };
}

/** `protocol` is that between this browser and the TURN server. */
function turnPath(protocol: string): Path {
  if (protocol === "tls") return "turn-tls";
  return protocol === "tcp" ? "turn-tcp" : "turn-udp";
}

function entry(report: Report, id: unknown): Entry | null {
  return typeof id === "string" ? (report.get(id) ?? null) : null;
}

function address(candidate: Entry | null): string | null {
  if (candidate === null) return null;
  const host = string(candidate.address) ?? string(candidate.ip);
  const port = known(candidate.port);
  // Browsers keep addresses to themselves until the page may use a camera or microphone.
  if (host === null || host === "") return "";
  const shown = host.includes(":") ? `[${host}]` : host;
  return port === null ? shown : `${shown}:${String(port)}`;
}

function codecName(codec: Entry | null): string | null {
  const mime = string(codec?.mimeType);
  return mime === null ? null : mime.replace(/^video\//i, "");
}

function string(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function known(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function count(value: unknown): number {
  return known(value) ?? 0;
}

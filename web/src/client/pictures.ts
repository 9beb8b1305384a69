/**
 * Pictures through the server: JPEGs over one WebSocket, no more than there is room for. Single
 * use, as every attempt.
 */

import type { Attempt, AttemptState } from "./attempt";
import { epochNow, RemoteClock } from "./clock";
import { decode, encode } from "./codec";
import { problemSlug, ProtocolError, Refused } from "./errors";
import { LatencyMeter } from "./latency";
import {
  gatewayToPictureViewer,
  pictureViewerToGateway,
  VERSION,
  type FromPictures,
  type ToPictures,
} from "./messages";
import type { PictureScreen, Size } from "./pictureScreen";
import { PictureStats } from "./pictureStats";
import { FINAL_CLOSES, type Socket } from "./signaling";
import type { StreamStats } from "./stats";

/** How many pictures a page asks for before they come, and how soon for the next one. */
export interface Pace {
  readonly ahead: number;
  readonly restMs: number;
}

/**
 * One is shown while the others are on their way: with fewer, a long link stands still between
 * pictures, and TCP, which learns its rate from that, sends each one slowly. The server sends no
 * picture before the network has taken the last, so they do not queue.
 */
export const FULL_PACE: Pace = { ahead: 4, restMs: 0 };
/** For small pictures, many at once. */
export const EASY_PACE: Pace = { ahead: 1, restMs: 150 };

export interface PicturesOptions {
  readonly camera: string;
  readonly token: () => string | null;
  readonly createSocket: () => Socket;
  readonly screen: PictureScreen;
  readonly pace: () => Pace;
  /** The state or the numbers have changed. */
  readonly changed: () => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const SYNC_EVERY_MS = 1_000;
/** When there is reason to doubt the link. */
const PROBE_EVERY_MS = 300;
const OVERDUE_MS = 600;
/** A picture that stays this long is not live. */
const STALL_MS = 1_500;
/** Without a word for this long the link is dead, beside round trips ... */
const SILENCE_MS = 1_400;
/** ... and where large pictures take long, three of their times; but never longer than this. */
const GAPS = 3;
const MOST_SILENCE_MS = 8_000;
/** How long pictures take is not known before the first one. */
const FIRST_SILENCE_MS = 4_000;
const GAP_FADES = 0.9;
const TICK_MS = 100;
const PUBLISH_EVERY_TICKS = 5;
/** As with sessions: the answer may wait in this page's own queue. */
const SILENT_LOOKS = 2;
const CAPTURE_BYTES = 8;

export class Pictures implements Attempt {
  readonly way = "relay";
  readonly path = "relay";
  readonly trace = null;
  readonly delivery = null;
  readonly startedMs = epochNow();
  readonly #options: PicturesOptions;
  /** Of whoever stamps the pictures. */
  readonly #clock = new RemoteClock();
  readonly #latency = new LatencyMeter();
  readonly #stats = new PictureStats();
  #state: AttemptState = "connecting";
  #failure: Refused | null = null;
  #problem: Refused | null = null;
  #socket: Socket | null = null;
  #isHeard = false;
  #heardMs = 0;
  /** The longest time between two words lately. */
  #gapMs = 0;
  #syncedMs = 0;
  #shown: { readonly captureMs: number; readonly atMs: number } | null = null;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  readonly #rests = new Set<ReturnType<typeof setTimeout>>();
  #ticks = 0;
  #silentLooks = 0;

  constructor(options: PicturesOptions) {
    this.#options = options;
  }

  get state(): AttemptState {
    return this.#state;
  }

  get failure(): Refused | null {
    return this.#failure;
  }

  get isAnswered(): boolean {
    return this.#isHeard;
  }

  get hasWay(): boolean {
    return this.isConnected;
  }

  get isConnected(): boolean {
    return this.#isHeard && this.#socket !== null;
  }

  get stats(): StreamStats {
    return this.#stats.read(this.roundTripMs, epochNow());
  }

  get latencyMs(): number | null {
    return this.#latency.medianMs(epochNow());
  }

  /** It grows until there is a newer one. A negative age is not known: the clocks are unequal. */
  get onScreenMs(): number | null {
    const { offsetMs } = this.#clock;
    if (this.#shown === null || offsetMs === null) return null;
    const ageMs = epochNow() + offsetMs - this.#shown.captureMs;
    return ageMs < 0 ? null : ageMs;
  }

  get roundTripMs(): number | null {
    return this.#clock.roundTripMs;
  }

  start(): void {
    this.#deadline = setTimeout(() => {
      this.#fail("timeout", "no picture in time");
    }, CONNECT_TIMEOUT_MS);
    let socket: Socket;
    try {
      socket = this.#options.createSocket();
    } catch (error) {
      this.#fail("failed", String(error));
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      const { camera, token, pace } = this.#options;
      this.#heardMs = epochNow();
      this.#send({ type: "join", camera, v: VERSION, token: token() });
      for (let asked = 0; asked < pace().ahead; asked += 1) this.#send({ type: "next" });
      this.#sync();
      this.#ticker = setInterval(() => {
        this.#tick();
      }, TICK_MS);
    };
    socket.onmessage = (event) => {
      this.#heard(epochNow());
      if (event.data instanceof ArrayBuffer) this.#take(event.data);
      else this.#receive(event.data);
    };
    socket.onclose = (event) => {
      const slug = FINAL_CLOSES.get(event.code) ?? "failed";
      this.#end("failed", this.#problem ?? new Refused(slug, event.reason));
    };
  }

  probe(): void {
    if (epochNow() - this.#heardMs > PROBE_EVERY_MS) this.#sync();
  }

  close(): void {
    this.#end("closed", null);
  }

  #heard(nowMs: number): void {
    this.#gapMs = Math.max(this.#isHeard ? nowMs - this.#heardMs : 0, this.#gapMs * GAP_FADES);
    this.#heardMs = nowMs;
    if (this.#isHeard) return;
    this.#isHeard = true;
    this.#options.changed();
  }

  #take(data: ArrayBuffer): void {
    const captureMs = data.byteLength > CAPTURE_BYTES ? new DataView(data).getFloat64(0) : NaN;
    if (!Number.isFinite(captureMs)) {
      this.#fail("invalid-field", "not a time and a picture");
      return;
    }
    const jpeg = new Blob([new Uint8Array(data, CAPTURE_BYTES)], { type: "image/jpeg" });
    this.#options.screen.take(jpeg, (size) => {
      if (this.#socket === null) return;
      if (size === null) this.#stats.dropped();
      else this.#show(captureMs, jpeg.size, size);
      this.#askForNext();
    });
  }

  #show(captureMs: number, bytes: number, { width, height }: Size): void {
    const nowMs = epochNow();
    const { offsetMs } = this.#clock;
    clearTimeout(this.#deadline);
    this.#shown = { captureMs, atMs: nowMs };
    this.#stats.shown(bytes, width, height, nowMs);
    if (offsetMs !== null) this.#latency.shown(nowMs + offsetMs - captureMs, nowMs);
    if (this.#state !== "live") this.#become("live");
  }

  #askForNext(): void {
    const { restMs } = this.#options.pace();
    if (restMs === 0) {
      this.#send({ type: "next" });
      return;
    }
    const rest = setTimeout(() => {
      this.#rests.delete(rest);
      this.#send({ type: "next" });
    }, restMs);
    this.#rests.add(rest);
  }

  #receive(data: unknown): void {
    let message: FromPictures;
    try {
      if (typeof data !== "string") throw new ProtocolError("expected text or a picture");
      message = decode(data, gatewayToPictureViewer);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail(error.slug, error.message);
      return;
    }
    if (message.type === "ping") this.#send({ type: "pong", id: message.id });
    else if (message.type === "synced") this.#clock.add(message, epochNow());
    else if (message.type === "error") {
      this.#problem = new Refused(problemSlug(message.problem), message.detail);
    }
  }

  #tick(): void {
    const nowMs = epochNow();
    const idleMs = nowMs - this.#heardMs;
    const everyMs = idleMs > OVERDUE_MS ? PROBE_EVERY_MS : SYNC_EVERY_MS;
    if (nowMs - this.#syncedMs >= everyMs) this.#sync();
    const isSilent = this.#isHeard && idleMs > this.#patienceMs;
    this.#silentLooks = isSilent ? this.#silentLooks + 1 : 0;
    if (this.#silentLooks >= SILENT_LOOKS) {
      this.#fail("timeout", "the link fell silent");
      return;
    }
    const isStill = this.#shown !== null && nowMs - this.#shown.atMs > STALL_MS;
    if (this.#state === "live" && isStill) this.#become("stalled");
    this.#ticks += 1;
    if (this.#ticks % PUBLISH_EVERY_TICKS === 0) this.#options.changed();
  }

  /** How long the link may say nothing although it was asked. */
  get #patienceMs(): number {
    const usualMs =
      (this.#shown === null ? FIRST_SILENCE_MS : SILENCE_MS) + this.#clock.threeTripsMs;
    return Math.min(MOST_SILENCE_MS, Math.max(usualMs, GAPS * this.#gapMs));
  }

  #sync(): void {
    this.#syncedMs = epochNow();
    this.#send({ type: "sync", sentMs: this.#syncedMs });
  }

  #send(message: ToPictures): void {
    try {
      this.#socket?.send(encode(message, pictureViewerToGateway));
    } catch {
      // Not open yet, or closing: its end will tell.
    }
  }

  #fail(slug: string, detail: string): void {
    this.#end("failed", new Refused(slug, detail));
  }

  #end(state: "failed" | "closed", failure: Refused | null): void {
    if (this.#state === "failed" || this.#state === "closed") return;
    clearInterval(this.#ticker);
    clearTimeout(this.#deadline);
    for (const rest of this.#rests) clearTimeout(rest);
    this.#rests.clear();
    this.#failure = failure;
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(1000);
    }
    this.#become(state, failure?.message);
  }

  #become(state: AttemptState, why = ""): void {
    console.debug("pictures = %s -> %s %s", this.#state, state, why);
    this.#state = state;
    this.#options.changed();
  }
}

/** One peer connection that watches one camera. Single use: to reconnect, build a new one. */

import type { AttemptState } from "./attempt";
import { epochNow } from "./clock";
import { CONTROL_OPTIONS, ControlChannel } from "./drive/control";
import { Lease } from "./drive/lease";
import { PeerTransport, type Transport, type TransportListener } from "./drive/transport";
import { Refused } from "./errors";
import { EventsChannel } from "./events";
import { hasTurn, stunServers, turnServers } from "./iceServers";
import { LatencyMeter } from "./latency";
import type { CameraInfo, CarNews, Delivery, EventChanged, FromGateway, Motion, Synced } from "./messages";
import type { IceCandidate, Negotiation } from "./negotiation";
import type { Path } from "./path";
import { StatsReader, type Report, type StreamStats } from "./stats";
import { LatencyTracer, type LatencyTrace } from "./trace";

/** Makes a peer connection; tests put their own in its place. */
export type CreatePeerConnection = (configuration: RTCConfiguration) => RTCPeerConnection;

export interface SessionListener {
  /** The state, the stream, the camera or the numbers have changed. */
  changed(): void;
  motion(motion: Motion): void;
  /** An event of the camera began, changed or ended. */
  event?(event: EventChanged): void;
  /** What the gateway says about its camera. */
  camera(camera: CameraInfo): void;
}

export interface SessionOptions {
  /** Straight to the gateway, or through TURN servers and nothing else. */
  readonly way: "direct" | "turn";
  readonly negotiation: Negotiation;
  readonly createPeerConnection: CreatePeerConnection;
  readonly listener: SessionListener;
}

/** From the start to a connection that carries media. */
export const CONNECT_TIMEOUT_MS = 10_000;
export const STALL_MS = 1_500;
/** No picture for this long while the camera works: time to ask whether the gateway is there. */
export const OVERDUE_MS = 600;
/** What is still on its way when the gateway says that its camera is gone. */
const AWAY_STALL_MS = 400;
/** Connected, the camera works, and still no picture: something between is broken. */
export const NO_PICTURE_MS = 8_000;
/** An answer this new leaves no doubt. */
const HEARD_MS = 400;
/** A picture this new needs no other sign of life. */
const FRESH_MS = 500;
const TICK_MS = 100;
const STATS_EVERY_TICKS = 5;
/** Looks in a row: the answer may wait in this page's own queue while the first one is taken. */
const SILENT_LOOKS = 2;

export class Session {
  readonly way: "direct" | "turn";
  readonly startedMs = epochNow();
  readonly #options: SessionOptions;
  readonly #latency = new LatencyMeter();
  readonly #tracer = new LatencyTracer();
  readonly #reader = new StatsReader();
  #state: AttemptState = "connecting";
  #failure: Refused | null = null;
  #stream: MediaStream | null = null;
  #stats: StreamStats | null = null;
  #delivery: Delivery | null = null;
  #camera: CameraInfo | null = null;
  #peer: RTCPeerConnection | null = null;
  #receiver: RTCRtpReceiver | null = null;
  #events: EventsChannel | null = null;
  /** It is told on change only: heard from the start, for whoever comes to drive later. */
  readonly #lease = new Lease();
  #driving: TransportListener | null = null;
  #control: ControlChannel | null = null;
  #transport: Transport | null = null;
  #remote: (IceCandidate | null)[] | null = [];
  #hasWay = false;
  #connectedMs: number | null = null;
  #frameMs = -Infinity;
  #shownMs = -Infinity;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #ticks = 0;
  #silentLooks = 0;
  #isReading = false;
  #isClose = false;

  constructor(options: SessionOptions) {
    this.way = options.way;
    this.#options = options;
  }

  get state(): AttemptState {
    return this.#state;
  }

  get failure(): Refused | null {
    return this.#failure;
  }

  /** Set once the answer is in; it has one video track. */
  get stream(): MediaStream | null {
    return this.#stream;
  }

  get stats(): StreamStats | null {
    return this.#stats;
  }

  /** On which path its pictures come, once that is known. */
  get path(): Path | null {
    return this.way === "direct" ? "direct" : (this.#stats?.path?.path ?? null);
  }

  get isAnswered(): boolean {
    return this.#stream !== null;
  }

  /** Whether a way to the gateway is found; the connection on it follows. */
  get hasWay(): boolean {
    return this.#hasWay && !this.#isOver();
  }

  /** Whether the connection stands, with or without pictures. */
  get isConnected(): boolean {
    return this.#connectedMs !== null && !this.#isOver();
  }

  /** Median age of the pictures shown in the last second, in ms; null when it is not known. */
  get latencyMs(): number | null {
    return this.#latency.medianMs(epochNow());
  }

  /** Age, now, of the picture on screen, in ms; null when there is none or it is not known. */
  get onScreenMs(): number | null {
    return this.#latency.onScreenMs(epochNow());
  }

  /** The way to the car; null unless it was asked for. */
  get transport(): Transport | null {
    return this.#transport;
  }

  /** Whether it was ever connected. */
  get wasConnected(): boolean {
    return this.#connectedMs !== null;
  }

  /** Where the time of these pictures goes; null when none was traced lately. */
  get trace(): LatencyTrace | null {
    return this.#tracer.trace(epochNow());
  }

  /** What the gateway measures of this connection, as it last told. */
  get delivery(): Delivery | null {
    return this.#delivery;
  }

  /** To the gateway and back on the data channel; null before the first exchange. */
  get roundTripMs(): number | null {
    return this.#events?.clock.roundTripMs ?? null;
  }

  start(): void {
    this.#deadline = setTimeout(() => {
      this.#fail("timeout", "no connection in time");
    }, CONNECT_TIMEOUT_MS);
    this.#negotiate().catch((error: unknown) => {
      if (error instanceof Refused) this.#end("failed", error);
      else this.#fail("failed", String(error));
    });
  }

  /** A new picture is on screen. `rtpTimestamp` where the browser tells. */
  frameShown(rtpTimestamp: number | undefined): void {
    if (this.#isOver()) return;
    const nowMs = epochNow();
    const rtp = rtpTimestamp ?? this.#receiver?.getSynchronizationSources()[0]?.rtpTimestamp;
    const offsetMs = this.#events?.clock.offsetMs ?? null;
    if (rtp !== undefined) this.#latency.frame(rtp, nowMs, offsetMs);
    // Only what the frame itself says: the receiver may be a frame ahead of the screen.
    if (rtpTimestamp !== undefined) this.#tracer.shown(rtpTimestamp, nowMs, offsetMs);
    this.#shownMs = nowMs;
    this.#sawFrame(nowMs);
  }

  /** Somebody looks at the numbers now, or no longer. */
  lookClosely(isClose: boolean): void {
    this.#isClose = isClose;
    this.#events?.lookClosely(isClose);
  }

  /**
   * Opens the `control` channel beside the other, also later: that needs no new negotiation.
   * Null: nobody listens any more.
   */
  drive(listener: TransportListener | null): void {
    this.#driving = listener;
    this.#openControl();
  }

  /** Makes sure soon that the far end is still there, unless pictures say so already. */
  probe(): void {
    if (epochNow() - this.#frameMs > FRESH_MS) this.#events?.probe();
  }

  close(reason = "closed by the viewer"): void {
    this.#end("closed", null, reason);
  }

  /** A method rather than a getter: its answer changes while code awaits. */
  #isOver(): boolean {
    return this.#state === "failed" || this.#state === "closed";
  }

  async #negotiate(): Promise<void> {
    const { negotiation, createPeerConnection } = this.#options;
    const iceServers = await negotiation.iceServers();
    if (this.#isOver()) return;
    if (this.way === "turn" && !hasTurn(iceServers)) {
      throw new Refused("no-turn-server", "this server knows no TURN server");
    }
    const peer = this.#created(() =>
      createPeerConnection({
        bundlePolicy: "max-bundle",
        ...(this.way === "direct"
          ? { iceServers: stunServers(iceServers) }
          : { iceServers: turnServers(iceServers), iceTransportPolicy: "relay" }),
      }),
    );
    this.#peer = peer;
    this.#receiver = peer.addTransceiver("video", { direction: "recvonly" }).receiver;
    preferLowLatency(this.#receiver);
    this.#events = new EventsChannel(peer.createDataChannel("events", { ordered: true }), {
      message: (message) => {
        this.#heard(message);
      },
      closed: () => {
        this.#fail("bye", "the gateway closed the connection");
      },
    });
    this.#events.lookClosely(this.#isClose);
    this.#openControl();
    peer.ontrack = (event) => {
      this.#stream = event.streams[0] ?? new MediaStream([event.track]);
      this.#options.listener.changed();
    };
    peer.onicecandidate = ({ candidate }) => {
      // An empty string ends one generation, null ends them all: the second says enough.
      if (candidate?.candidate === "") return;
      negotiation.candidate(candidate);
    };
    peer.oniceconnectionstatechange = () => {
      if (peer.iceConnectionState !== "connected") return;
      this.#hasWay = true;
      this.#options.listener.changed();
    };
    peer.onconnectionstatechange = () => {
      this.#connectionChanged(peer.connectionState);
    };
    // Out with the offer: the candidates follow as they are found.
    const offer = await peer.createOffer();
    await peer.setLocalDescription(offer);
    if (this.#isOver()) return;
    const sdp = await negotiation.offer(peer.localDescription?.sdp ?? offer.sdp ?? "", {
      candidate: (candidate) => {
        this.#addRemote(candidate);
      },
      ended: (slug, detail) => {
        this.#fail(slug, detail);
      },
    });
    if (this.#isOver()) return;
    await peer.setRemoteDescription({ type: "answer", sdp });
    const early = this.#remote ?? [];
    this.#remote = null;
    for (const candidate of early) this.#addRemote(candidate);
  }

  /** Some browsers have the name only. */
  #created(create: () => RTCPeerConnection): RTCPeerConnection {
    try {
      return create();
    } catch (error) {
      throw new Refused("no-webrtc", String(error));
    }
  }

  #openControl(): void {
    if (this.#driving === null || this.#control !== null || this.#isOver()) return;
    if (this.#peer === null || this.#events === null) return;
    const channel = this.#peer.createDataChannel("control", CONTROL_OPTIONS);
    this.#control = new ControlChannel(channel, {
      driven: (driven) => {
        this.#heardOfCar(driven);
      },
      changed: () => {
        this.#driving?.changed();
      },
    });
    this.#transport = new PeerTransport(this.#events, this.#control, this.#lease);
  }

  #heardOfCar(news: CarNews): void {
    this.#lease.heard(news, performance.now());
    if (this.#transport !== null) this.#driving?.heard(news, this.#transport);
  }

  #addRemote(candidate: IceCandidate | null): void {
    if (this.#remote !== null) {
      this.#remote.push(candidate);
      return;
    }
    if (this.#isOver() || this.#peer === null) return;
    // One candidate that this browser cannot use is no reason to give up on the others.
    this.#peer.addIceCandidate(candidate ?? undefined).catch((error: unknown) => {
      console.debug("session < candidate refused: %s", String(error));
    });
  }

  #connectionChanged(state: RTCPeerConnectionState): void {
    if (this.#isOver()) return;
    if (state === "failed" || state === "closed") {
      this.#fail("timeout", `the connection ${state}`);
      return;
    }
    if (state === "disconnected") this.probe();
    if (state !== "connected" || this.#connectedMs !== null) return;
    clearTimeout(this.#deadline);
    this.#hasWay = true;
    this.#connectedMs = epochNow();
    this.#ticker = setInterval(() => {
      this.#tick();
    }, TICK_MS);
    this.#options.listener.changed();
  }

  #heard(message: FromGateway): void {
    if (message.type === "synced") this.#synced(message);
    else if (message.type === "event") this.#options.listener.event?.(message);
    else if (message.type === "motion") this.#options.listener.motion(message);
    else if (message.type === "camera") this.#heardOfCamera(message.camera);
    else this.#heardOfCar(message);
  }

  #synced({ frame, delivery }: Synced): void {
    if (frame !== null) {
      this.#latency.told(frame, epochNow());
      this.#tracer.told(frame, this.#events?.clock.offsetMs ?? null);
    }
    this.#delivery = delivery;
  }

  #heardOfCamera(camera: CameraInfo): void {
    // The wait for a picture begins when the camera can give one.
    if (camera.state === "live" && this.#camera?.state !== "live" && this.#connectedMs !== null) {
      this.#connectedMs = epochNow();
    }
    this.#camera = camera;
    this.#options.listener.camera(camera);
  }

  #tick(): void {
    const nowMs = epochNow();
    this.#doubt(nowMs);
    this.#silentLooks = this.#events?.isSilent(nowMs) === true ? this.#silentLooks + 1 : 0;
    if (this.#silentLooks >= SILENT_LOOKS) {
      this.#fail("timeout", "the gateway fell silent");
      return;
    }
    if (this.#state === "live" && nowMs - this.#frameMs > this.#stallMs) this.#become("stalled");
    const canGivePictures = this.#camera === null || this.#camera.state === "live";
    const waitingSinceMs = Math.max(this.#frameMs, this.#connectedMs ?? nowMs);
    if (canGivePictures && nowMs - waitingSinceMs > Math.max(NO_PICTURE_MS, this.#stallMs)) {
      this.#fail("timeout", "connected, but no picture came");
      return;
    }
    this.#ticks += 1;
    // A first picture that is not presented shows in the statistics only.
    const isDue = this.#ticks % STATS_EVERY_TICKS === 1 || this.#state === "connecting";
    if (isDue) void this.#readStats();
  }

  /** Pictures are overdue, and the gateway has not spoken lately either: ask whether it is there. */
  #doubt(nowMs: number): void {
    if (this.#events === null || nowMs - this.#frameMs <= this.#overdueMs) return;
    if (this.#events.idleMs(nowMs) > HEARD_MS) this.#events.probe();
  }

  get #stallMs(): number {
    return isAway(this.#camera) ? AWAY_STALL_MS : Math.max(STALL_MS, this.#threeFramesMs);
  }

  get #overdueMs(): number {
    return Math.max(OVERDUE_MS, this.#threeFramesMs);
  }

  /** Slow cameras (time-lapse) are not stalled between two of their pictures. */
  get #threeFramesMs(): number {
    const fps = this.#camera?.fps ?? null;
    return fps === null || fps <= 0 ? 0 : 3_000 / fps;
  }

  async #readStats(): Promise<void> {
    if (this.#peer === null || this.#isReading) return;
    this.#isReading = true;
    try {
      // RTCStatsReport is a read-only map; the DOM library types its values as any.
      const report = (await this.#peer.getStats()) as unknown as Report;
      if (this.#isOver()) return;
      const before = this.#stats?.framesDecoded ?? 0;
      this.#stats = this.#reader.read(report, epochNow());
      // Where pictures are not presented (hidden tab, no frame callbacks), decoding tells; where
      // they are, it would only tell late.
      const isPresented = epochNow() - this.#shownMs < STALL_MS;
      if (!isPresented && this.#stats.framesDecoded > before) this.#sawFrame(epochNow());
      this.#options.listener.changed();
    } catch (error) {
      console.debug("session < no statistics: %s", String(error));
    } finally {
      this.#isReading = false;
    }
  }

  #sawFrame(nowMs: number): void {
    this.#frameMs = nowMs;
    if (this.#state === "connecting" || this.#state === "stalled") this.#become("live");
  }

  #fail(slug: string, detail: string): void {
    this.#end("failed", new Refused(slug, detail));
  }

  #end(state: "failed" | "closed", failure: Refused | null, reason?: string): void {
    if (this.#isOver()) return;
    clearTimeout(this.#deadline);
    clearInterval(this.#ticker);
    this.#failure = failure;
    this.#events?.stop();
    this.#control?.stop();
    this.#options.negotiation.close(reason ?? failure?.detail ?? "");
    if (this.#peer !== null) {
      this.#peer.ontrack = null;
      this.#peer.onicecandidate = null;
      this.#peer.oniceconnectionstatechange = null;
      this.#peer.onconnectionstatechange = null;
      this.#peer.close();
    }
    this.#become(state, failure?.message ?? reason);
  }

  #become(state: AttemptState, why = ""): void {
    console.debug("session = %s -> %s %s", this.#state, state, why);
    this.#state = state;
    this.#options.listener.changed();
    if (this.#isOver()) this.#driving?.changed();
  }
}

function isAway(camera: CameraInfo | null): boolean {
  return camera !== null && ["stalled", "offline", "error"].includes(camera.state);
}

/** Asks the browser not to buffer; each name is known to some browsers only. */
function preferLowLatency(receiver: RTCRtpReceiver): void {
  const hints = receiver as RTCRtpReceiver & { playoutDelayHint?: number | null };
  if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
  if ("playoutDelayHint" in receiver) hints.playoutDelayHint = 0;
}

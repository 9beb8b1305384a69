/** Keeps one camera on screen: opens a session, and another one when that fails, for ever. */

import { Backoff } from "./backoff";
import { epochNow } from "./clock";
import type { Transport, TransportListener } from "./drive/transport";
import { Refused } from "./errors";
import { watchFrames } from "./frames";
import type { CameraInfo, Delivery, Motion } from "./messages";
import { MotionTracker, type MotionView } from "./motion";
import type { Negotiation } from "./negotiation";
import { Source, type Observable } from "./observable";
import { Session, type CreatePeerConnection } from "./session";
import type { SignalingState } from "./signaling";
import type { StreamStats } from "./stats";
import { tileOf, type Tile } from "./tile";
import type { LatencyTrace } from "./trace";

/** What people see; a new object at each change. */
export interface WatchView {
  readonly tile: Tile;
  readonly info: CameraInfo | null;
  readonly stats: StreamStats | null;
  readonly latencyMs: number | null;
  readonly trace: LatencyTrace | null;
  /** What the gateway measures of this connection. */
  readonly delivery: Delivery | null;
  /** Round trip to the gateway on the data channel. */
  readonly roundTripMs: number | null;
  readonly motion: MotionView | null;
  /** Size of the picture in pixels, once known. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** How many sessions it took so far. */
  readonly attempts: number;
  /** How many of them, in a row and up to now, found no way to the gateway. */
  readonly pathless: number;
}

export interface WatcherOptions {
  readonly camera: string;
  /** A way to negotiate, or null when there is none right now. */
  readonly negotiate: () => Negotiation | null;
  /** Null when none is needed. */
  readonly signaling: () => SignalingState | null;
  readonly createPeerConnection: CreatePeerConnection | null;
  /** Called when a session was lost without a word: the network may have changed. */
  readonly onSilence?: () => void;
  readonly backoff?: Backoff;
}

/** A session this young is given its chance before a nudge replaces it. */
const YOUNG_MS = 500;
/** Refusals that only a change elsewhere ends; signaling announces it, so do not hammer. */
const PATIENT: ReadonlySet<string> = new Set([
  "gateway-offline",
  "unknown-camera",
  "no-common-codec",
  "unauthorized",
  "forbidden",
]);
const PATIENT_MS = 10_000;
/** How a session ends that was negotiated, or tried to be, and then found no way. */
const PATHLESS: ReadonlySet<string> = new Set(["timeout", "failed", "bye"]);

export class Watcher {
  readonly camera: string;
  readonly #options: WatcherOptions;
  readonly #backoff: Backoff;
  readonly #view: Source<WatchView>;
  readonly #motion: MotionTracker;
  #isWatched = false;
  #session: Session | null = null;
  #failure: Refused | null = null;
  #info: CameraInfo | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #pathless = 0;
  #video: HTMLVideoElement | null = null;
  #detach: () => void = () => undefined;
  #size: WatchView["size"] = null;
  #isBlocked = false;
  readonly #onlookers = new Set<object>();
  #driving: TransportListener | null = null;

  constructor(options: WatcherOptions) {
    this.camera = options.camera;
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
    this.#motion = new MotionTracker(() => {
      this.#publish();
    });
    this.#view = new Source(this.#look());
  }

  get view(): Observable<WatchView> {
    return this.#view;
  }

  start(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#open();
  }

  stop(): void {
    if (!this.#isWatched) return;
    this.#isWatched = false;
    clearTimeout(this.#retry);
    const session = this.#session;
    this.#session = null;
    session?.close();
    this.#failure = null;
    this.#pathless = 0;
    this.#motion.clear();
    this.#publish();
  }

  /** Takes what signaling says about the camera; a camera that came back is tried at once. */
  heard(info: CameraInfo | null): void {
    const wasAway = isAway(this.#info);
    const hadInfo = this.#info !== null;
    this.#info = info;
    if (wasAway && !isAway(info) && (hadInfo || this.#failure !== null)) this.nudge();
    this.#publish();
  }

  /** There is reason to try now, or to doubt what seems to work: the network changed, say. */
  nudge(): void {
    if (!this.#isWatched) return;
    if (this.#session === null) {
      this.#backoff.reset();
      this.#open();
    } else if (this.#session.isConnected) {
      this.#session.probe();
    } else if (epochNow() - this.#session.startedMs > YOUNG_MS) {
      this.#backoff.reset();
      this.#replace();
    }
    this.#publish();
  }

  /** Looks again at what the tile depends on. */
  refresh(): void {
    this.#publish();
  }

  /** Somebody looks at the numbers, until the returned function is called: keep them fresh. */
  lookClosely(): () => void {
    const onlooker = {};
    this.#onlookers.add(onlooker);
    this.#session?.lookClosely(true);
    return () => {
      this.#onlookers.delete(onlooker);
      this.#session?.lookClosely(this.#onlookers.size > 0);
    };
  }

  /** Opens the way to the car as well, until the returned function is called. */
  drive(listener: TransportListener): () => void {
    this.#driving = listener;
    this.#session?.drive(listener);
    return () => {
      if (this.#driving !== listener) return;
      this.#driving = null;
      this.#session?.drive(null);
    };
  }

  /** The way to the car of the session that is on; null while there is none. */
  get transport(): Transport | null {
    return this.#session?.transport ?? null;
  }

  /** Age, now, of the picture on screen, in ms; null when there is none or it is not known. */
  get onScreenMs(): number | null {
    return this.#isBlocked ? null : (this.#session?.onScreenMs ?? null);
  }

  /** Shows the camera in `video`, until the returned function is called. */
  attach(video: HTMLVideoElement): () => void {
    this.#detach();
    this.#video = video;
    const unwatch = watchFrames(video, ({ rtpTimestamp, width, height }) => {
      const session = this.#session;
      if (session === null || video.srcObject !== session.stream) return;
      if (this.#size?.width !== width || this.#size.height !== height) {
        this.#size = { width, height };
      }
      session.frameShown(rtpTimestamp);
    });
    // Phones pause videos of their own accord, after a call or another app for example.
    const resume = () => {
      if (this.#isWatched && !document.hidden) this.play();
    };
    video.addEventListener("pause", resume);
    const detach = () => {
      if (this.#video !== video) return;
      unwatch();
      video.removeEventListener("pause", resume);
      video.srcObject = null;
      this.#video = null;
      this.#detach = () => undefined;
    };
    this.#detach = detach;
    this.#show();
    return detach;
  }

  /** Starts the picture; call it from a click when the browser wants one. */
  play(): void {
    const video = this.#video;
    if (video?.srcObject == null) return;
    video.play().then(
      () => {
        this.#block(false);
      },
      (error: unknown) => {
        // AbortError only says that a newer stream took this one's place.
        if (error instanceof DOMException && error.name === "NotAllowedError") this.#block(true);
      },
    );
  }

  #open(): void {
    const { createPeerConnection } = this.#options;
    clearTimeout(this.#retry);
    if (!this.#isWatched || this.#session !== null || createPeerConnection === null) return;
    const negotiation = this.#options.negotiate();
    // Without a server there is nothing to do; its return nudges.
    if (negotiation === null) {
      this.#publish();
      return;
    }
    this.#attempts += 1;
    const session: Session = new Session({
      negotiation,
      createPeerConnection,
      listener: {
        changed: () => {
          this.#changed(session);
        },
        motion: (motion: Motion) => {
          if (session === this.#session) this.#motion.heard(motion);
        },
        camera: (info) => {
          if (session !== this.#session) return;
          this.#info = info;
          this.#publish();
        },
      },
    });
    this.#session = session;
    session.lookClosely(this.#onlookers.size > 0);
    if (this.#driving !== null) session.drive(this.#driving);
    session.start();
    this.#publish();
  }

  #replace(): void {
    const session = this.#session;
    this.#session = null;
    session?.close("replaced");
    this.#open();
  }

  #changed(session: Session): void {
    if (session !== this.#session) return;
    if (session.wasConnected) this.#pathless = 0;
    if (session.state === "failed") {
      this.#session = null;
      if (!session.wasConnected && PATHLESS.has(session.failure?.slug ?? "")) this.#pathless += 1;
      this.#failed(session.failure ?? new Refused("failed", ""));
    } else {
      if (session.isConnected) this.#failure = null;
      if (session.state === "live") this.#backoff.reset();
      this.#show();
    }
    this.#publish();
  }

  #failed(failure: Refused): void {
    this.#failure = failure;
    this.#motion.clear();
    if (failure.slug === "timeout") this.#options.onSilence?.();
    const isAnnounced = this.#options.signaling() !== null && PATIENT.has(failure.slug);
    const delayMs = isAnnounced ? PATIENT_MS : this.#backoff.next();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(
      () => {
        this.#open();
      },
      Math.max(delayMs, failure.retryAfterMs ?? 0),
    );
  }

  /** Puts the newest stream into the video; the last picture stays, marked, until then. */
  #show(): void {
    const stream = this.#session?.stream ?? null;
    if (this.#video === null || stream === null || this.#video.srcObject === stream) return;
    this.#video.srcObject = stream;
    this.play();
  }

  #block(isBlocked: boolean): void {
    if (this.#isBlocked === isBlocked) return;
    this.#isBlocked = isBlocked;
    this.#publish();
  }

  #publish(): void {
    this.#view.set(this.#look());
  }

  #look(): WatchView {
    const session = this.#session;
    const stats = session?.stats ?? null;
    const isLive = session?.state === "live" && !this.#isBlocked;
    const decoded =
      stats?.width == null || stats.height === null
        ? null
        : { width: stats.width, height: stats.height };
    return {
      tile: tileOf({
        isWatched: this.#isWatched,
        isSupported: this.#options.createPeerConnection !== null,
        isBlocked: this.#isBlocked,
        session,
        failure: this.#failure,
        info: this.#info,
        signaling: this.#options.signaling(),
      }),
      info: this.#info,
      stats,
      latencyMs: isLive ? session.latencyMs : null,
      trace: isLive ? session.trace : null,
      delivery: isLive ? session.delivery : null,
      roundTripMs: session?.clock?.roundTripMs ?? null,
      motion: isLive ? this.#motion.view : null,
      size: this.#size ?? decoded,
      attempts: this.#attempts,
      pathless: this.#pathless,
    };
  }
}

function isAway(info: CameraInfo | null): boolean {
  return info === null || info.state === "offline" || info.state === "error";
}

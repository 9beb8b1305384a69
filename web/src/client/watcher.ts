/** Keeps one camera on screen by the best way there is, for ever; and the way to its car. */

import { Climber, type Tried } from "./climber";
import { CarWay, type CarWayOptions } from "./drive/carWay";
import type { Transport, TransportListener } from "./drive/transport";
import type { Refused } from "./errors";
import type { CameraInfo, Delivery, EventChanged } from "./messages";
import { MotionTracker, type MotionView } from "./motion";
import type { Negotiation } from "./negotiation";
import { Source, type Observable } from "./observable";
import type { Path, Way } from "./path";
import { EASY_PACE, FULL_PACE, Pictures, type PicturesOptions } from "./pictures";
import { PictureScreen, type Canvas, type Size } from "./pictureScreen";
import { Session, type CreatePeerConnection } from "./session";
import type { SignalingState } from "./signaling";
import type { StreamStats } from "./stats";
import { tileOf, type Tile } from "./tile";
import type { LatencyTrace } from "./trace";
import { VideoScreen } from "./videoScreen";

/** What people see; a new object at each change. */
export interface WatchView {
  readonly tile: Tile;
  readonly info: CameraInfo | null;
  /** On which path the pictures on screen come; null while there are none. */
  readonly path: Path | null;
  /** In which of the two the picture is. */
  readonly shows: "video" | "canvas";
  readonly stats: StreamStats | null;
  readonly latencyMs: number | null;
  readonly trace: LatencyTrace | null;
  /** What the gateway measures of this connection. */
  readonly delivery: Delivery | null;
  /** Round trip to the gateway, by the connection that the pictures come on. */
  readonly roundTripMs: number | null;
  readonly motion: MotionView | null;
  /** Size of the picture in pixels, once known. */
  readonly size: Size | null;
  /** How many attempts it took so far, and what became of the newest ones. */
  readonly attempts: number;
  readonly tried: readonly Tried[];
}

type Attempt = Session | Pictures;

export interface WatcherOptions {
  readonly camera: string;
  /** Which ways there are right now. */
  readonly can: () => Readonly<Record<Way, boolean>>;
  /** Null when there is none right now. */
  readonly negotiate: (way: "direct" | "turn") => Negotiation | null;
  /** Null where the browser has no WebRTC. */
  readonly createPeerConnection: CreatePeerConnection | null;
  readonly createPictures: (
    options: Pick<PicturesOptions, "screen" | "pace" | "changed">,
  ) => Pictures;
  readonly decode: (jpeg: Blob) => Promise<ImageBitmap>;
  readonly createRelay: CarWayOptions["createRelay"];
  /** Null when none is needed. */
  readonly signaling: () => SignalingState | null;
  /** To the server and back. */
  readonly roundTripMs: () => number;
  /** Called when what was shown is lost without a word: the network may have changed. */
  readonly onSilence?: () => void;
  /** An event of the camera began, changed or ended. */
  readonly onEvent?: (event: EventChanged) => void;
  readonly random?: () => number;
}

/** So long after its loss the last picture stays, marked as such: a better one is on its way. */
const RECOVERY_MS = 10_000;

export class Watcher {
  readonly camera: string;
  readonly #options: WatcherOptions;
  readonly #view: Source<WatchView>;
  readonly #motion: MotionTracker;
  readonly #climber: Climber<Attempt>;
  readonly #car: CarWay;
  readonly #video: VideoScreen;
  readonly #pictures: PictureScreen;
  #isWatched = false;
  #isSmall = false;
  #failure: Refused | null = null;
  #info: CameraInfo | null = null;
  #shows: WatchView["shows"] = "video";
  #size: Size | null = null;
  #isBlocked = false;
  #lost: ReturnType<typeof setTimeout> | null = null;
  readonly #onlookers = new Set<object>();

  constructor(options: WatcherOptions) {
    this.camera = options.camera;
    this.#options = options;
    this.#motion = new MotionTracker(() => {
      this.#publish();
    });
    this.#pictures = new PictureScreen(options.decode);
    this.#video = new VideoScreen({
      started: (stream) => {
        this.#uncover(stream);
      },
      shown: (stream, { rtpTimestamp, width, height }) => {
        this.#framed(stream, rtpTimestamp, { width, height });
      },
      blocked: (isBlocked) => {
        this.#block(isBlocked);
      },
    });
    this.#car = new CarWay({
      createRelay: options.createRelay,
      changed: () => {
        this.#climber.decide();
      },
    });
    this.#climber = new Climber<Attempt>({
      open: (way, changed) => this.#open(way, changed),
      conditions: () => ({
        can: options.can(),
        isSupported: options.createPeerConnection !== null,
        roundTripMs: options.roundTripMs(),
        isHeld: this.#car.isHeld,
        isCameraAway: isAway(this.#info),
      }),
      // A gateway that is there by the roster has only just come: nobody will tell of it again.
      isAnnounced: () => options.signaling() !== null && isGone(this.#info),
      random: options.random,
      listener: {
        changed: () => {
          this.#changed();
        },
        show: (attempt) => {
          this.#show(attempt);
        },
        ended: (attempt, wasShown) => {
          this.#ended(attempt, wasShown);
        },
      },
    });
    this.#view = new Source(this.#look());
  }

  get view(): Observable<WatchView> {
    return this.#view;
  }

  start(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#climber.start();
    this.#publish();
  }

  stop(): void {
    if (!this.#isWatched) return;
    this.#isWatched = false;
    this.#climber.stop();
    this.#video.leave();
    this.#pictures.clear();
    this.#failure = null;
    this.#found();
    this.#motion.clear();
    this.#follow();
    this.#publish();
  }

  /** Takes what signaling says about the camera; a camera that came back is tried at once. */
  heard(info: CameraInfo | null): void {
    const wasAway = isGone(this.#info);
    const hadInfo = this.#info !== null;
    this.#info = info;
    if (wasAway && !isGone(info) && (hadInfo || this.#failure !== null)) this.nudge();
    this.#publish();
  }

  /** There is reason to try now, or to doubt what seems to work: the network changed, say. */
  nudge(): void {
    this.#climber.nudge();
    this.#publish();
  }

  /** Looks again at what everything depends on. */
  refresh(): void {
    this.#climber.decide();
    this.#publish();
  }

  /** Somebody looks at the numbers, until the returned function is called: keep them fresh. */
  lookClosely(): () => void {
    const onlooker = {};
    const tell = () => {
      for (const session of this.#sessions) session.lookClosely(this.#onlookers.size > 0);
    };
    this.#onlookers.add(onlooker);
    tell();
    return () => {
      this.#onlookers.delete(onlooker);
      tell();
    };
  }

  /** Opens the way to the car as well, until the returned function is called. */
  drive(listener: TransportListener): () => void {
    this.#car.listener = listener;
    this.#follow();
    return () => {
      if (this.#car.listener !== listener) return;
      this.#car.listener = null;
      this.#follow();
    };
  }

  /** The way to the car beside what is shown; null while there is none. */
  get transport(): Transport | null {
    return this.#car.transport;
  }

  /** Age, now, of the picture on screen, in ms; null when there is none or it is not known. */
  get onScreenMs(): number | null {
    const { shown } = this.#climber;
    return shown === null || this.#isStopped(shown) ? null : shown.onScreenMs;
  }

  /** Shows the camera in one of the two, until the returned function is called. */
  attach(video: HTMLVideoElement, canvas: Canvas, isSmall = false): () => void {
    this.#isSmall = isSmall;
    const detachVideo = this.#video.attach(video);
    const detachCanvas = this.#pictures.attach(canvas);
    return () => {
      detachVideo();
      detachCanvas();
    };
  }

  /** Starts the picture; call it from a click when the browser wants one. */
  play(): void {
    this.#video.play();
  }

  get #sessions(): Session[] {
    return this.#climber.attempts.filter((attempt) => attempt instanceof Session);
  }

  /** The browser wants a click before it plays this. */
  #isStopped(attempt: Attempt): boolean {
    return this.#isBlocked && attempt instanceof Session;
  }

  #open(way: Way, changed: () => void): Attempt | null {
    const { createPeerConnection, createPictures, negotiate } = this.#options;
    if (way === "relay") {
      const pace = () => (this.#isSmall ? EASY_PACE : FULL_PACE);
      return createPictures({ screen: this.#pictures, pace, changed });
    }
    const negotiation = negotiate(way);
    if (negotiation === null || createPeerConnection === null) return null;
    const session: Session = new Session({
      way,
      negotiation,
      createPeerConnection,
      listener: {
        changed,
        motion: (motion) => {
          if (session === this.#climber.lead) this.#motion.heard(motion);
        },
        event: (event) => {
          this.#options.onEvent?.(event);
        },
        camera: (info) => {
          if (session !== this.#climber.lead) return;
          this.#info = info;
          this.#publish();
        },
      },
    });
    session.lookClosely(this.#onlookers.size > 0);
    return session;
  }

  #changed(): void {
    if (this.#climber.attempts.some(({ isConnected }) => isConnected)) this.#failure = null;
    this.#prepare();
    this.#follow();
    this.#publish();
  }

  /** While nothing is shown, the video has the stream that is likely to be the first. */
  #prepare(): void {
    const { lead, shown } = this.#climber;
    if (shown !== null || !(lead instanceof Session)) return;
    const first = lead.stream === null ? this.#sessions.find(({ stream }) => stream !== null) : lead;
    if (first !== undefined) this.#put(first);
  }

  #show(attempt: Attempt): void {
    this.#found();
    if (attempt instanceof Pictures) {
      this.#shows = "canvas";
      this.#motion.clear();
      this.#climber.seen(attempt);
    } else if (attempt.stream !== this.#video.stream) this.#put(attempt);
    else if (this.#video.hasStarted) this.#uncover(attempt.stream);
  }

  /** The video has a picture: what lies over it may go. */
  #uncover(stream: MediaStream | null): void {
    const { shown } = this.#climber;
    if (!(shown instanceof Session) || shown.stream !== stream) return;
    this.#climber.seen(shown);
    if (this.#shows === "video") return;
    this.#shows = "video";
    this.#publish();
  }

  /** Until the video has a picture of it, the last one stays where it cannot flicker. */
  #put({ stream }: Session): void {
    const { element } = this.#video;
    if (stream === null || stream === this.#video.stream) return;
    if (this.#shows === "video" && element !== null && this.#pictures.hold(element)) {
      this.#shows = "canvas";
      this.#publish();
    }
    this.#video.show(stream);
  }

  #framed(stream: MediaStream, rtpTimestamp: number | undefined, size: Size): void {
    const session = this.#sessions.find((each) => each.stream === stream);
    if (session === undefined) return;
    if (this.#size?.width !== size.width || this.#size.height !== size.height) this.#size = size;
    session.frameShown(rtpTimestamp);
    this.#uncover(stream);
  }

  #ended(attempt: Attempt, wasShown: boolean): void {
    if (this.#climber.shown === null) this.#failure = attempt.failure;
    if (wasShown) {
      this.#motion.clear();
      this.#found();
      this.#lost = setTimeout(() => {
        this.#found();
        this.#publish();
      }, RECOVERY_MS);
    }
    const isSilent = attempt.failure?.slug === "timeout";
    if (isSilent && this.#climber.shown === null) this.#options.onSilence?.();
  }

  #found(): void {
    clearTimeout(this.#lost ?? undefined);
    this.#lost = null;
  }

  #follow(): void {
    this.#car.follow(this.#climber.lead, this.#sessions, this.#isWatched);
  }

  #block(isBlocked: boolean): void {
    const { shown } = this.#climber;
    // What was there before goes on without anybody's hands.
    if (isBlocked && shown !== null && this.#climber.unseen(shown)) return;
    if (this.#isBlocked === isBlocked) return;
    this.#isBlocked = isBlocked;
    this.#publish();
  }

  #publish(): void {
    this.#view.set(this.#look());
  }

  #look(): WatchView {
    const { lead, shown, tried, count } = this.#climber;
    const stats = lead?.stats ?? null;
    const isBlocked = lead !== null && this.#isStopped(lead);
    const isLive = lead?.state === "live" && !isBlocked;
    const decoded =
      stats?.width == null || stats.height === null
        ? null
        : { width: stats.width, height: stats.height };
    const can = this.#options.can();
    return {
      tile: tileOf({
        isWatched: this.#isWatched,
        isSupported: this.#options.createPeerConnection !== null || can.relay,
        isBlocked,
        session: lead,
        isRecovering: this.#lost !== null,
        failure: this.#failure,
        info: this.#info,
        signaling: this.#options.signaling(),
      }),
      info: this.#info,
      path: shown?.path ?? null,
      shows: this.#shows,
      stats,
      latencyMs: isLive ? lead.latencyMs : null,
      trace: isLive ? lead.trace : null,
      delivery: isLive ? lead.delivery : null,
      roundTripMs: lead?.roundTripMs ?? null,
      motion: isLive && lead instanceof Session ? this.#motion.view : null,
      size: lead instanceof Pictures ? (decoded ?? this.#size) : (this.#size ?? decoded),
      attempts: count,
      tried,
    };
  }
}

/** It gives no pictures, and says so. */
function isAway(info: CameraInfo | null): boolean {
  return info?.state === "stalled" || info?.state === "offline" || info?.state === "error";
}

function isGone(info: CameraInfo | null): boolean {
  return info === null || info.state === "offline" || info.state === "error";
}

/** The client as pages use it: the link to the server, the cameras, and who is being watched. */

import { Brokered } from "./brokered";
import { epochNow } from "./clock";
import type { Endpoints } from "./config";
import { Relay } from "./drive/relay";
import { Http, refusal } from "./http";
import { hasTurn } from "./iceServers";
import type { CameraInfo, EventChanged } from "./messages";
import type { Negotiation } from "./negotiation";
import { Source, type Observable } from "./observable";
import type { Way } from "./path";
import { Pictures } from "./pictures";
import { Roster } from "./roster";
import type { CreatePeerConnection } from "./session";
import { Signaling, type Socket } from "./signaling";
import { EventArchive } from "./timeline/eventArchive";
import { EventFeed } from "./timeline/eventFeed";
import type { EventFilter } from "./timeline/filter";
import type { TokenStore } from "./token";
import { Watcher } from "./watcher";
import { Whep } from "./whep";
import { MotionAccess } from "./zones/motionAccess";

export interface PeerlensOptions {
  readonly endpoints: Endpoints;
  readonly tokens: TokenStore;
  /** How sessions are negotiated. */
  readonly mode: "signaling" | "whep";
  readonly createSocket: (url: string) => Socket;
  /** Null where the browser has no WebRTC. */
  readonly createPeerConnection: CreatePeerConnection | null;
  readonly fetch: typeof fetch;
}

interface Shared {
  readonly watcher: Watcher;
  holders: number;
  linger: ReturnType<typeof setTimeout> | undefined;
}

/** From the grid to a camera's own page the picture goes on. */
const LINGER_MS = 1_000;

export class Peerlens {
  readonly signaling: Signaling;
  readonly http: Http;
  readonly archive: EventArchive;
  readonly motion: MotionAccess;
  readonly #options: PeerlensOptions;
  readonly #roster = new Roster();
  readonly #cameras = new Source<readonly CameraInfo[] | null>(null);
  readonly #watchers = new Map<string, Shared>();
  readonly #changes = new Source<EventChanged | null>(null);
  readonly #link = new Source(0);
  #rosterTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PeerlensOptions) {
    this.#options = options;
    const { endpoints, fetch, tokens } = options;
    this.http = new Http({ url: endpoints.httpUrl, token: () => tokens.token, fetch });
    this.archive = new EventArchive(this.http);
    this.motion = new MotionAccess(this.http);
    this.signaling = new Signaling({
      token: () => options.tokens.token,
      createSocket: () => options.createSocket(options.endpoints.signalingUrl),
    });
    this.signaling.cameras.subscribe(() => {
      this.#roster.update(this.signaling.cameras.value ?? [], epochNow());
      this.#updateCameras();
    });
    this.signaling.events.subscribe(() => {
      this.#changes.set(this.signaling.events.value);
    });
    this.signaling.status.subscribe(() => {
      const isNew = this.signaling.link !== this.#link.value;
      this.#link.set(this.signaling.link);
      for (const { watcher } of this.#watchers.values()) {
        if (isNew) watcher.nudge();
        else watcher.refresh();
      }
    });
  }

  /** Every camera there is, by name; null until the server has said so. */
  get cameras(): Observable<readonly CameraInfo[] | null> {
    return this.#cameras;
  }

  /** The newest change of an event, by whichever way it came; the same one may come by both. */
  get changes(): Observable<EventChanged | null> {
    return this.#changes;
  }

  /** The events of `filter`, for one list on the page. */
  feed(filter: EventFilter): EventFeed {
    const { archive } = this;
    return new EventFeed(
      {
        page: (wanted, cursor) => archive.page(wanted, cursor),
        remove: (id) => archive.remove(id),
        changes: this.#changes,
        link: this.#link,
      },
      filter,
    );
  }

  /** What a check-up needs to look for itself. */
  get parts(): PeerlensOptions {
    return this.#options;
  }

  start(): void {
    this.signaling.start();
  }

  /** Leaves everything, as when the page is put away; `resume` comes back. */
  pause(): void {
    for (const { watcher } of this.#watchers.values()) watcher.stop();
    this.signaling.stop();
  }

  resume(): void {
    this.signaling.start();
    for (const { watcher, holders } of this.#watchers.values()) if (holders > 0) watcher.start();
  }

  /** The network or the page came back: do not wait for timers. */
  nudge(): void {
    this.signaling.nudge();
    for (const { watcher } of this.#watchers.values()) watcher.nudge();
  }

  /** Whether the server was shown a token. */
  get hasToken(): boolean {
    return this.#options.tokens.token !== null;
  }

  /** Takes a token that a person typed, and begins anew with it. */
  authorize(token: string): void {
    this.#options.tokens.set(token);
    this.signaling.restart();
    for (const { watcher } of this.#watchers.values()) watcher.nudge();
  }

  /** The one watcher of `camera`; it does nothing until somebody holds it. */
  watcher(camera: string): Watcher {
    return (this.#watchers.get(camera) ?? this.#share(camera)).watcher;
  }

  /** Watches `camera` until the returned function is called; holders share one session. */
  hold(camera: string): () => void {
    const shared = this.#watchers.get(camera) ?? this.#share(camera);
    shared.holders += 1;
    clearTimeout(shared.linger);
    shared.watcher.start();
    return () => {
      shared.holders -= 1;
      if (shared.holders > 0) return;
      shared.linger = setTimeout(() => {
        shared.watcher.stop();
      }, LINGER_MS);
    };
  }

  /** Whether somebody looks at its picture here. */
  isHeld(camera: string): boolean {
    return (this.#watchers.get(camera)?.holders ?? 0) > 0;
  }

  /**
   * The address where `camera` shows its own stream to its own network; null when the server
   * knows none. Rejects with `Refused`.
   */
  async streamUrl(camera: string): Promise<string | null> {
    const car = this.#infoOf(camera)?.car ?? camera;
    const response = await this.http.send(`api/cars/${encodeURIComponent(car)}/camera`);
    if (response.status === 404) return null;
    if (!response.ok) throw await refusal(response);
    return localStreamUrl(await response.json());
  }

  /** The camera's newest complete JPEG. Rejects with `Refused`. */
  async snapshot(camera: string): Promise<Blob> {
    return (await this.http.ask(`${encodeURIComponent(camera)}/snapshot.jpg`)).blob();
  }

  #share(camera: string): Shared {
    const { mode, createPeerConnection, createSocket, endpoints, tokens } = this.#options;
    const token = () => tokens.token;
    const watcher = new Watcher({
      camera,
      createPeerConnection,
      can: () => this.#can,
      negotiate: (way) => this.#negotiate(camera, way),
      createPictures: (options) =>
        new Pictures({
          ...options,
          camera,
          token,
          createSocket: () => createSocket(endpoints.viewerUrl),
        }),
      decode: (jpeg) => createImageBitmap(jpeg),
      createRelay: (listener) =>
        new Relay(
          { camera, token, createSocket: () => createSocket(endpoints.controlUrl) },
          listener,
        ),
      roundTripMs: () => this.signaling.roundTripMs ?? 0,
      onSilence: () => {
        this.signaling.nudge();
      },
      onEvent: (change) => {
        this.#changes.set(change);
      },
      signaling: () => (mode === "signaling" ? this.signaling.status.value.state : null),
    });
    watcher.heard(this.#infoOf(camera));
    const shared: Shared = { watcher, holders: 0, linger: undefined };
    this.#watchers.set(camera, shared);
    return shared;
  }

  get #can(): Readonly<Record<Way, boolean>> {
    const { mode, createPeerConnection } = this.#options;
    const { state, welcome } = this.signaling.status.value;
    const isPossible = createPeerConnection !== null && (mode === "whep" || welcome !== null);
    return {
      direct: isPossible,
      // Without a word from the server only the WHEP endpoint itself can tell.
      turn: isPossible && (welcome === null || hasTurn(welcome.iceServers)),
      relay: state !== "refused",
    };
  }

  #negotiate(camera: string, way: "direct" | "turn"): Negotiation | null {
    const { mode, endpoints, tokens } = this.#options;
    const welcome = this.signaling.status.value.welcome;
    if (mode === "whep") {
      return new Whep({
        url: `${endpoints.httpUrl}/${encodeURIComponent(camera)}/whep`,
        way,
        token: () => tokens.token,
        fetch: this.#options.fetch,
        iceServers: welcome?.iceServers ?? null,
      });
    }
    return welcome === null ? null : new Brokered(this.signaling, camera, way);
  }

  #infoOf(camera: string): CameraInfo | null {
    return this.#cameras.value?.find(({ id }) => id === camera) ?? null;
  }

  #updateCameras(): void {
    const nowMs = epochNow();
    const isLive = (id: string) =>
      this.#watchers.get(id)?.watcher.view.value.tile.state === "live";
    this.#cameras.set(this.#roster.cameras(nowMs, isLive));
    for (const [camera, { watcher }] of this.#watchers) watcher.heard(this.#infoOf(camera));
    clearTimeout(this.#rosterTimer);
    const nextMs = this.#roster.nextChangeMs(nowMs);
    if (nextMs === null) return;
    this.#rosterTimer = setTimeout(() => {
      this.#updateCameras();
    }, nextMs - nowMs);
  }
}

/** A path is the server's own stream, not the camera's. */
function localStreamUrl(answer: unknown): string | null {
  const { streamUrl } = (answer ?? {}) as { readonly streamUrl?: unknown };
  return typeof streamUrl === "string" && /^https?:\/\//i.test(streamUrl) ? streamUrl : null;
}

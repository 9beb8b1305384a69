/**
 * The WebSocket to the signaling server: introduces itself, keeps the link alive, and comes back
 * for ever, except after the closes where a person or a new program has to act first.
 */

import { Backoff } from "./backoff";
import { decode, encode } from "./codec";
import { problemSlug, ProtocolError } from "./errors";
import {
  browserToSignaling,
  signalingToBrowser,
  VERSION,
  type CameraInfo,
  type EventChanged,
  type FromSignaling,
  type SessionMessage,
  type ToSignaling,
  type Welcome,
} from "./messages";
import { Source, type Observable } from "./observable";

/**
 * idle -> connecting -> connected -> connecting (the link is lost, being retried)
 * connecting, connected -> refused (waits for `restart`); any -> idle by `stop`
 */
export type SignalingState = "idle" | "connecting" | "connected" | "refused";

export interface SignalingStatus {
  readonly state: SignalingState;
  /** What the server gave this page, while connected. */
  readonly welcome: Welcome | null;
  /** Why the last link ended: the problem's last part, and words for people. */
  readonly problem: string | null;
  readonly detail: string | null;
  readonly closeCode: number | null;
}

/** What this needs of a `WebSocket`. */
export type Socket = Pick<
  WebSocket,
  "onopen" | "onmessage" | "onclose" | "send" | "close" | "bufferedAmount" | "binaryType"
>;

export interface SignalingOptions {
  readonly token: () => string | null;
  readonly createSocket: () => Socket;
  readonly backoff?: Backoff;
}

/** Closes after which trying again by itself would not help. */
export const FINAL_CLOSES: ReadonlyMap<number, string> = new Map([
  [4400, "invalid-field"],
  [4401, "unauthorized"],
  [4403, "forbidden"],
  [4409, "superseded"],
  [4426, "unsupported-version"],
]);
const WELCOME_TIMEOUT_MS = 10_000;
/** Pings without an answer that mean a dead link. */
const UNANSWERED_PINGS = 2;
/** How long an answer may take when somebody has a reason to doubt the link. */
const DOUBT_MS = 2_000;

const IDLE: SignalingStatus = {
  state: "idle",
  welcome: null,
  problem: null,
  detail: null,
  closeCode: null,
};

export class Signaling {
  readonly #options: SignalingOptions;
  readonly #backoff: Backoff;
  readonly #status = new Source<SignalingStatus>(IDLE);
  readonly #cameras = new Source<readonly CameraInfo[] | null>(null);
  readonly #events = new Source<EventChanged | null>(null);
  readonly #sessions = new Map<string, (message: SessionMessage) => void>();
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #doubt: ReturnType<typeof setTimeout> | undefined;
  #pingId = 0;
  #askedMs = 0;
  #roundTripMs: number | null = null;
  #unanswered = 0;
  #link = 0;
  #lastError: { readonly problem: string; readonly detail: string } | null = null;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
  }

  get status(): Observable<SignalingStatus> {
    return this.#status;
  }

  /** The newest change of an event. */
  get events(): Observable<EventChanged | null> {
    return this.#events;
  }

  /** The list that the server sent last; null before the first. */
  get cameras(): Observable<readonly CameraInfo[] | null> {
    return this.#cameras;
  }

  /** Counts the links; sessions negotiated over an earlier link are unknown to the server. */
  get link(): number {
    return this.#link;
  }

  /** To the server and back, at the newest question; null before the first answer. */
  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  start(): void {
    if (this.#status.value.state === "idle") this.#connect();
  }

  stop(): void {
    this.#drop(1000);
    clearTimeout(this.#timer);
    this.#status.set(IDLE);
  }

  /** Begins anew, also after a refusal: with a new token, or when a person asks. */
  restart(): void {
    this.stop();
    this.#backoff.reset();
    this.#connect();
  }

  /** There is reason to try now, or to doubt the link: the network changed, say. */
  nudge(): void {
    const { state } = this.#status.value;
    if (state === "connecting" && this.#socket === null) {
      clearTimeout(this.#timer);
      this.#connect();
    } else if (state === "connected" && this.#doubt === undefined) {
      this.#doubt = setTimeout(() => {
        this.#lost("the link fell silent");
      }, DOUBT_MS);
      this.#beat();
    }
  }

  /** Sends one message; false when there is no link. */
  send(message: ToSignaling): boolean {
    if (this.#status.value.state !== "connected" || this.#socket === null) return false;
    this.#socket.send(encode(message, browserToSignaling));
    return true;
  }

  /** Hands the messages of `session` to `receive`, until the returned function is called. */
  attach(session: string, receive: (message: SessionMessage) => void): () => void {
    this.#sessions.set(session, receive);
    return () => {
      this.#sessions.delete(session);
    };
  }

  #connect(): void {
    this.#become({ ...this.#status.value, state: "connecting", welcome: null });
    this.#lastError = null;
    let socket: Socket;
    try {
      socket = this.#options.createSocket();
    } catch (error) {
      this.#refuse("invalid-field", String(error), null);
      return;
    }
    this.#socket = socket;
    socket.onopen = () => {
      this.#askedMs = performance.now();
      socket.send(
        encode({ type: "hello", v: VERSION, token: this.#options.token() }, browserToSignaling),
      );
    };
    socket.onmessage = (event) => {
      this.#receive(event.data);
    };
    socket.onclose = (event) => {
      this.#closed(event.code, event.reason);
    };
    this.#timer = setTimeout(() => {
      this.#lost("the server did not answer");
    }, WELCOME_TIMEOUT_MS);
  }

  #receive(data: unknown): void {
    let message: FromSignaling;
    try {
      if (typeof data !== "string") throw new ProtocolError("expected a text frame");
      message = decode(data, signalingToBrowser);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#drop(4400, error.slug);
      this.#refuse(error.slug, error.message, 4400);
      return;
    }
    if (message.type === "welcome") this.#welcome(message);
    else if (message.type === "cameras") this.#cameras.set(message.cameras);
    else if (message.type === "event") this.#events.set(message);
    else if (message.type === "iceServers") this.#renew(message.iceServers);
    else if (message.type === "ping") this.send({ type: "pong", id: message.id });
    else if (message.type === "pong") this.#answered();
    else if (message.session !== null) this.#sessions.get(message.session)?.(message);
    else if (message.type === "error") {
      this.#lastError = { problem: problemSlug(message.problem), detail: message.detail };
    }
  }

  /** What the welcome said of them is about to end. */
  #renew(iceServers: Welcome["iceServers"]): void {
    const { welcome } = this.#status.value;
    if (welcome === null) return;
    this.#become({ ...this.#status.value, welcome: { ...welcome, iceServers } });
  }

  #welcome(welcome: Welcome): void {
    clearTimeout(this.#timer);
    if (welcome.v !== VERSION) {
      this.#drop(4426, "unsupported-version");
      this.#refuse("unsupported-version", `the server speaks version ${String(welcome.v)}`, 4426);
      return;
    }
    this.#backoff.reset();
    this.#link += 1;
    this.#answered();
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      this.#beat();
    }, welcome.heartbeatS * 1000);
    this.#cameras.set(welcome.cameras);
    this.#become({ ...IDLE, state: "connected", welcome });
  }

  #answered(): void {
    this.#unanswered = 0;
    this.#roundTripMs = performance.now() - this.#askedMs;
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
  }

  #beat(): void {
    if (this.#unanswered >= UNANSWERED_PINGS) {
      this.#lost("the link fell silent");
      return;
    }
    this.#unanswered += 1;
    this.#pingId = (this.#pingId + 1) % 0x1_0000_0000;
    this.#askedMs = performance.now();
    this.send({ type: "ping", id: this.#pingId });
  }

  #lost(detail: string): void {
    this.#drop(4408, "timeout");
    this.#retry("timeout", detail, 4408);
  }

  #closed(code: number, reason: string): void {
    this.#release();
    const slug = FINAL_CLOSES.get(code);
    const { problem = slug ?? null, detail = reason } = this.#lastError ?? {};
    if (slug === undefined) this.#retry(problem, detail, code);
    else this.#refuse(problem ?? slug, detail, code);
  }

  #refuse(problem: string, detail: string, closeCode: number | null): void {
    clearTimeout(this.#timer);
    this.#become({ state: "refused", welcome: null, problem, detail, closeCode });
  }

  #retry(problem: string | null, detail: string, closeCode: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#connect();
    }, this.#backoff.next());
    this.#become({ state: "connecting", welcome: null, problem, detail, closeCode });
  }

  /** Lets go of the socket without waiting for the other side, which may be gone. */
  #drop(code: number, reason = ""): void {
    const socket = this.#socket;
    this.#release();
    // Browsers let a page close with 1000 or 3000-4999 only.
    socket?.close(code, reason);
  }

  #release(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
    if (this.#socket === null) return;
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket = null;
  }

  #become(status: SignalingStatus): void {
    const before = this.#status.value.state;
    if (before !== status.state) {
      console.debug("signaling = %s -> %s %s", before, status.state, status.detail ?? "");
    }
    this.#status.set(status);
  }
}

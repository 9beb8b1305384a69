/** Negotiation through the signaling server. */

import { problemSlug, Refused } from "./errors";
import type { IceServer, SessionMessage } from "./messages";
import type { IceCandidate, Negotiation, NegotiationListener } from "./negotiation";
import type { Signaling } from "./signaling";

const REASON_LENGTH = 500;

export class Brokered implements Negotiation {
  readonly #signaling: Signaling;
  readonly #camera: string;
  readonly #way: "direct" | "turn";
  readonly #session = randomId();
  readonly #link: number;
  readonly #waiting: (IceCandidate | null)[] = [];
  #offered = false;
  #closed = false;
  #release: (() => void)[] = [];
  #answered: { resolve(sdp: string): void; reject(error: Refused): void } | null = null;
  #listener: NegotiationListener | null = null;

  /** `way`: whether the gateway is to go through TURN as well. */
  constructor(signaling: Signaling, camera: string, way: "direct" | "turn") {
    this.#signaling = signaling;
    this.#camera = camera;
    this.#way = way;
    this.#link = signaling.link;
  }

  iceServers(): Promise<readonly IceServer[]> {
    return Promise.resolve(this.#signaling.status.value.welcome?.iceServers ?? []);
  }

  offer(sdp: string, listener: NegotiationListener): Promise<string> {
    this.#listener = listener;
    return new Promise((resolve, reject) => {
      this.#answered = { resolve, reject };
      this.#release = [
        this.#signaling.attach(this.#session, (message) => {
          this.#receive(message);
        }),
        this.#signaling.status.subscribe(() => {
          this.#linkChanged();
        }),
      ];
      this.#offered = this.#isLinked && this.#signaling.send({
        type: "offer",
        session: this.#session,
        camera: this.#camera,
        sdp,
        ...(this.#way === "turn" ? { relay: true } : {}),
      });
      if (!this.#offered) this.#fail("timeout", "the server cannot be reached");
      for (const candidate of this.#waiting.splice(0)) this.candidate(candidate);
    });
  }

  candidate(candidate: IceCandidate | null): void {
    if (this.#closed) return;
    if (!this.#offered) {
      this.#waiting.push(candidate);
      return;
    }
    if (!this.#isLinked) return;
    this.#signaling.send({
      type: "candidate",
      session: this.#session,
      candidate: candidate?.candidate ?? null,
      sdpMid: candidate?.sdpMid ?? null,
      sdpMLineIndex: candidate?.sdpMLineIndex ?? null,
    });
  }

  close(reason: string): void {
    if (this.#closed) return;
    if (this.#offered && this.#isLinked) {
      this.#signaling.send({
        type: "bye",
        session: this.#session,
        reason: reason.slice(0, REASON_LENGTH),
      });
    }
    this.#end();
  }

  get #isLinked(): boolean {
    return (
      this.#signaling.link === this.#link && this.#signaling.status.value.state === "connected"
    );
  }

  #receive(message: SessionMessage): void {
    if (message.type === "answer") {
      this.#answered?.resolve(message.sdp);
      this.#answered = null;
    } else if (message.type === "candidate") {
      const { candidate, sdpMid, sdpMLineIndex } = message;
      const isLast = candidate === null || candidate === "";
      this.#listener?.candidate(isLast ? null : { candidate, sdpMid, sdpMLineIndex });
    } else if (message.type === "bye") {
      this.#fail("bye", message.reason ?? "");
    } else {
      this.#fail(problemSlug(message.problem), message.detail);
    }
  }

  /** Without its link an unanswered offer stays unanswered; an answered one needs no link. */
  #linkChanged(): void {
    if (!this.#isLinked && this.#answered !== null) {
      this.#fail("timeout", "the link to the server was lost");
    }
  }

  #fail(slug: string, detail: string): void {
    const listener = this.#listener;
    const answered = this.#answered;
    this.#end();
    if (answered !== null) answered.reject(new Refused(slug, detail));
    else listener?.ended(slug, detail);
  }

  #end(): void {
    this.#closed = true;
    this.#answered = null;
    this.#listener = null;
    for (const release of this.#release.splice(0)) release();
  }
}

/** 128 random bits. `crypto.randomUUID` is missing on plain-HTTP pages, this is not. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

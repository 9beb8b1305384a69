/** How a session exchanges descriptions and candidates with the gateway, whatever carries them. */

import type { IceServer } from "./messages";

export interface IceCandidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
}

/** What comes from the other side after the offer was sent. */
export interface NegotiationListener {
  /** Null: there are no more. */
  candidate(candidate: IceCandidate | null): void;
  /** The other side left or refused. */
  ended(slug: string, detail: string): void;
}

/** Single use: one offer. */
export interface Negotiation {
  iceServers(): Promise<readonly IceServer[]>;
  /** Sends the offer and gives the answer's SDP. Rejects with `Refused`. */
  offer(sdp: string, listener: NegotiationListener): Promise<string>;
  /** Sends a local candidate, once the offer is out; null: there are no more. */
  candidate(candidate: IceCandidate | null): void;
  /** Leaves the session; idempotent. */
  close(reason: string): void;
}

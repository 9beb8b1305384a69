import type { Refused } from "../../src/client/errors";
import type {
  IceCandidate,
  Negotiation,
  NegotiationListener,
} from "../../src/client/negotiation";
import type { IceServer } from "../../src/client/messages";

/** A negotiation whose far end is the test. */
export class FakeNegotiation implements Negotiation {
  readonly servers: IceServer[] = [];
  readonly candidates: (IceCandidate | null)[] = [];
  offered: string | null = null;
  closedWith: string | null = null;
  listener: NegotiationListener | null = null;
  answer: (sdp: string) => void = () => undefined;
  refuse: (error: Refused) => void = () => undefined;

  iceServers() {
    return Promise.resolve(this.servers);
  }

  offer(sdp: string, listener: NegotiationListener) {
    this.offered = sdp;
    this.listener = listener;
    return new Promise<string>((resolve, reject) => {
      this.answer = resolve;
      this.refuse = reject;
    });
  }

  candidate(candidate: IceCandidate | null): void {
    this.candidates.push(candidate);
  }

  close(reason: string): void {
    this.closedWith = reason;
  }
}

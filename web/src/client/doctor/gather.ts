/** Gathering candidates with chosen servers: how STUN and TURN are asked from a page. */

import type { CreatePeerConnection } from "../session";

export interface Gathered {
  readonly type: string;
  readonly address: string;
  readonly port: number;
  /** The server that gave it; empty where the browser does not say. */
  readonly url: string;
  readonly atMs: number;
}

export interface GatherError {
  readonly url: string;
  readonly code: number;
  readonly text: string;
}

/** `isComplete`: the browser was done before the time was over. */
export interface GatherReading {
  readonly candidates: readonly Gathered[];
  readonly errors: readonly GatherError[];
  readonly isComplete: boolean;
}

/** `enough` ends it early. */
export async function gather(
  create: CreatePeerConnection,
  configuration: RTCConfiguration,
  timeoutMs: number,
  enough: (candidates: readonly Gathered[]) => boolean = () => false,
): Promise<GatherReading> {
  const peer = create(configuration);
  const candidates: Gathered[] = [];
  const errors: GatherError[] = [];
  const began = performance.now();
  try {
    peer.createDataChannel("doctor");
    const done = new Promise<boolean>((resolve) => {
      setTimeout(() => {
        resolve(false);
      }, timeoutMs);
      peer.onicecandidate = ({ candidate }) => {
        if (candidate === null) {
          resolve(true);
          return;
        }
        const { type, address, port } = candidate;
        if (type === null || port === null) return;
        const url = (candidate as { readonly url?: string | null }).url ?? "";
        const atMs = performance.now() - began;
        candidates.push({ type, address: address ?? "", port, url, atMs });
        if (enough(candidates)) resolve(true);
      };
      peer.onicecandidateerror = ({ url, errorCode, errorText }) => {
        errors.push({ url, code: errorCode, text: errorText });
      };
    });
    await peer.setLocalDescription(await peer.createOffer());
    return { isComplete: await done, candidates, errors };
  } finally {
    peer.onicecandidate = null;
    peer.onicecandidateerror = null;
    peer.close();
  }
}

/** Two WebSockets of the server, tried by hand: what came of it, without any retrying. */

import { epochNow, RemoteClock } from "../clock";
import { decode, encode } from "../codec";
import { problemSlug, ProtocolError } from "../errors";
import {
  browserToSignaling,
  gatewayToPictureViewer,
  pictureViewerToGateway,
  signalingToBrowser,
  VERSION,
  type CameraInfo,
  type IceServer,
} from "../messages";
import type { Socket } from "../signaling";
import type { LinkReading, PicturesReading } from "./server";

export interface Link {
  readonly reading: LinkReading;
  readonly cameras: readonly CameraInfo[];
  readonly iceServers: readonly IceServer[];
}

/** The first exchange waits for the server to have let us in, so it tells little. */
const SYNCS = 3;
const NOTHING = { cameras: [], iceServers: [] };

/** Says hello on `/ws`; never rejects. */
export function tryLink(
  createSocket: () => Socket,
  token: string | null,
  timeoutMs: number,
): Promise<Link> {
  const began = performance.now();
  return attempt<Link>(createSocket, timeoutMs, { reading: { kind: "silent" }, ...NOTHING }, (socket, end) => {
    socket.onopen = () => {
      socket.send(encode({ type: "hello", v: VERSION, token }, browserToSignaling));
    };
    socket.onclose = ({ code }) => {
      end({ reading: { kind: "closed", code }, ...NOTHING });
    };
    socket.onmessage = ({ data }) => {
      const message = decode(String(data), signalingToBrowser);
      if (message.type === "welcome") {
        const { role, cameras } = message;
        const tookMs = performance.now() - began;
        end({
          reading: { kind: "welcome", tookMs, role, cameras: cameras.length },
          cameras,
          iceServers: message.iceServers,
        });
      } else if (message.type === "error") {
        const slug = problemSlug(message.problem);
        end({ reading: { kind: "refused", slug, detail: message.detail }, ...NOTHING });
      }
    };
  });
}

/** Asks for one picture on `/ws/viewer`, and compares the clocks; never rejects. */
export function tryPictures(
  createSocket: () => Socket,
  camera: string,
  token: string | null,
  timeoutMs: number,
): Promise<PicturesReading> {
  const began = performance.now();
  const clock = new RemoteClock();
  let pictureMs: number | null = null;
  const reading = (detail: string | null): PicturesReading => ({
    camera,
    pictureMs,
    detail,
    offsetMs: clock.offsetMs,
  });
  const silent = { camera, pictureMs: null, detail: null, offsetMs: null };
  return attempt<PicturesReading>(createSocket, timeoutMs, silent, (socket, end) => {
    let synced = 0;
    const sync = () => {
      synced += 1;
      socket.send(encode({ type: "sync", sentMs: epochNow() }, pictureViewerToGateway));
    };
    const endIfAll = () => {
      if (pictureMs !== null && clock.offsetMs !== null && synced === SYNCS) end(reading(null));
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      socket.send(encode({ type: "join", camera, v: VERSION, token }, pictureViewerToGateway));
      socket.send(encode({ type: "next" }, pictureViewerToGateway));
      sync();
    };
    socket.onclose = ({ code }) => {
      end(reading(`closed with ${String(code)}`));
    };
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") {
        pictureMs ??= performance.now() - began;
      } else {
        const message = decode(data, gatewayToPictureViewer);
        if (message.type === "synced") {
          clock.add(message, epochNow());
          if (synced < SYNCS) sync();
        } else if (message.type === "error") end(reading(message.detail));
      }
      endIfAll();
    };
  });
}

/** Opens a socket, lets `use` end with a result, and closes it; `late` is what time alone brings. */
function attempt<T>(
  createSocket: () => Socket,
  timeoutMs: number,
  late: T,
  use: (socket: Socket, end: (result: T) => void) => void,
): Promise<T> {
  return new Promise((resolve) => {
    let socket: Socket;
    try {
      socket = createSocket();
    } catch {
      resolve(late);
      return;
    }
    const end = (result: T) => {
      clearTimeout(timer);
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(1000);
      resolve(result);
    };
    const timer = setTimeout(() => {
      end(late);
    }, timeoutMs);
    use(socket, end);
    const { onmessage } = socket;
    socket.onmessage = (event) => {
      try {
        onmessage?.call(socket as WebSocket, event);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        end(late);
      }
    };
  });
}

/** Pictures without a peer connection: JPEGs over a WebSocket, no more than there is room for. */

import { Backoff } from "../backoff";
import { epochNow } from "../clock";
import { decode, encode } from "../codec";
import { ProtocolError } from "../errors";
import {
  gatewayToPictureViewer,
  pictureViewerToGateway,
  VERSION,
  type FromPictures,
  type ToPictures,
} from "../messages";
import { FINAL_CLOSES, type Socket } from "../signaling";
import { PictureScreen, type Canvas, type PictureScreenOptions } from "./pictureScreen";

/** Asked for before they come: one is shown while the next one is on its way. */
const AHEAD = 2;
const PING_EVERY_MS = 2_000;
/** Without a word for this long the link is dead; a large picture may take its time. */
const SILENCE_MS = 8_000;
/** A picture that stays this long is not live. */
const STALL_MS = 1_500;
const CAPTURE_BYTES = 8;
const ID_END = 2 ** 32;

export interface PicturesOptions extends PictureScreenOptions {
  readonly camera: string;
  readonly token: () => string | null;
  readonly createSocket: () => Socket;
  readonly backoff?: Backoff;
}

/** What people see of them. */
export type PicturesState = "none" | "live" | "stalled";

export class Pictures {
  readonly #options: PicturesOptions;
  readonly #backoff: Backoff;
  readonly #screen: PictureScreen;
  #socket: Socket | null = null;
  #heardMs = 0;
  #pingId = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor(options: PicturesOptions) {
    this.#options = options;
    // A camera that is away stays so for a while, and some servers have no pictures at all.
    this.#backoff = options.backoff ?? new Backoff({ capMs: 5_000 });
    this.#screen = new PictureScreen(options);
  }

  get state(): PicturesState {
    const { shownMs } = this.#screen;
    if (shownMs === null) return "none";
    return epochNow() - shownMs < STALL_MS ? "live" : "stalled";
  }

  /** Age, now, of the picture on screen, in ms; null when there is none or it is not known. */
  get onScreenMs(): number | null {
    return this.#screen.onScreenMs;
  }

  /** Shows the camera in `canvas`, until the returned function is called. */
  attach(canvas: Canvas): () => void {
    return this.#screen.attach(canvas);
  }

  start(): void {
    clearTimeout(this.#timer);
    if (this.#socket === null) this.#connect();
  }

  /** `start` begins anew. */
  close(): void {
    clearTimeout(this.#timer);
    this.#drop();
    this.#screen.clear();
    this.#backoff.reset();
  }

  #connect(): void {
    const socket = this.#options.createSocket();
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    this.#heardMs = performance.now();
    socket.onopen = () => {
      const { camera, token } = this.#options;
      this.#send({ type: "join", camera, v: VERSION, token: token() });
      for (let asked = 0; asked < AHEAD; asked += 1) this.#send({ type: "next" });
    };
    socket.onmessage = (event) => {
      this.#heardMs = performance.now();
      if (event.data instanceof ArrayBuffer) this.#show(event.data, socket);
      else this.#receive(event.data);
    };
    socket.onclose = (event) => {
      this.#lost(FINAL_CLOSES.has(event.code));
    };
    this.#heartbeat = setInterval(() => {
      this.#beat();
    }, PING_EVERY_MS);
  }

  #show(data: ArrayBuffer, socket: Socket): void {
    const captureMs = data.byteLength > CAPTURE_BYTES ? new DataView(data).getFloat64(0) : NaN;
    if (!Number.isFinite(captureMs)) {
      console.warn("pictures < refused: not a time and a picture");
      this.#lost(true);
      return;
    }
    const jpeg = new Blob([new Uint8Array(data, CAPTURE_BYTES)], { type: "image/jpeg" });
    this.#backoff.reset();
    this.#screen.take({ captureMs, jpeg }, () => {
      if (this.#socket === socket) this.#send({ type: "next" });
    });
  }

  #receive(data: unknown): void {
    let message: FromPictures;
    try {
      if (typeof data !== "string") throw new ProtocolError("expected text or a picture");
      message = decode(data, gatewayToPictureViewer);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      console.warn("pictures < refused: %s", error.message);
      this.#lost(true);
      return;
    }
    if (message.type === "ping") this.#send({ type: "pong", id: message.id });
    else if (message.type === "error") console.warn("pictures < %s", message.detail);
  }

  #beat(): void {
    if (performance.now() - this.#heardMs > SILENCE_MS) {
      this.#lost(false);
      return;
    }
    this.#pingId = (this.#pingId + 1) % ID_END;
    this.#send({ type: "ping", id: this.#pingId });
  }

  #send(message: ToPictures): void {
    try {
      this.#socket?.send(encode(message, pictureViewerToGateway));
    } catch {
      // Not open yet, or closing: its end will tell.
    }
  }

  /** The last picture stays, and grows old. */
  #lost(isFinal: boolean): void {
    this.#drop();
    clearTimeout(this.#timer);
    if (isFinal) return;
    this.#timer = setTimeout(() => {
      this.#connect();
    }, this.#backoff.next());
  }

  #drop(): void {
    clearInterval(this.#heartbeat);
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(1000);
  }
}

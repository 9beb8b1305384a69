import { Relay } from "../../src/client/drive/relay";
import type { TransportListener } from "../../src/client/drive/transport";
import { epochNow } from "../../src/client/clock";
import type { IceServer } from "../../src/client/messages";
import type { Way } from "../../src/client/path";
import { Pictures } from "../../src/client/pictures";
import type { SignalingState } from "../../src/client/signaling";
import { Watcher } from "../../src/client/watcher";
import { FakeCanvas } from "./FakeCanvas";
import { FakeNegotiation } from "./FakeNegotiation";
import { fakePeers, type FakePeer } from "./FakePeer";
import { FakeSocket } from "./FakeSocket";
import { FakeVideo } from "./FakeVideo";

const TURN: IceServer = { urls: ["turn:t"], username: "u", credential: "p" };

/** A watcher whose server, gateway and screen are the test's. Nothing but `direct` at first. */
export class FakeWatcher {
  can: Record<Way, boolean> = { direct: true, turn: false, relay: false };
  signaling: SignalingState = "connected";
  readonly negotiations: FakeNegotiation[] = [];
  readonly peers: FakePeer[];
  readonly pictureSockets: FakeSocket[] = [];
  readonly controlSockets: FakeSocket[] = [];
  readonly canvas = new FakeCanvas();
  readonly video = new FakeVideo();
  silences = 0;
  readonly watcher: Watcher;

  constructor(hasWebRtc = true) {
    const fake = fakePeers();
    this.peers = fake.peers;
    this.watcher = new Watcher({
      camera: "front",
      can: () => (this.signaling === "connected" ? this.can : { ...this.can, direct: false, turn: false }),
      negotiate: (way) => {
        if (this.signaling !== "connected") return null;
        const negotiation = new FakeNegotiation();
        if (way === "turn") negotiation.servers.push(TURN);
        this.negotiations.push(negotiation);
        return negotiation;
      },
      createPeerConnection: hasWebRtc ? fake.create : null,
      createPictures: (options) =>
        new Pictures({
          ...options,
          camera: "front",
          token: () => null,
          createSocket: () => this.#socket(this.pictureSockets),
        }),
      decode: this.canvas.decode,
      createRelay: (listener: TransportListener) =>
        new Relay(
          {
            camera: "front",
            token: () => null,
            createSocket: () => this.#socket(this.controlSockets),
          },
          listener,
        ),
      signaling: () => this.signaling,
      roundTripMs: () => 0,
      onSilence: () => {
        this.silences += 1;
      },
      random: () => 1,
    });
    this.watcher.attach(this.video.element, this.canvas);
  }

  /** The newest. */
  get peer(): FakePeer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error("no session was opened");
    return peer;
  }

  get pictures(): FakeSocket {
    const socket = this.pictureSockets.at(-1);
    if (socket === undefined) throw new Error("nobody asked for pictures");
    return socket;
  }

  get control(): FakeSocket {
    const socket = this.controlSockets.at(-1);
    if (socket === undefined) throw new Error("the relay was not asked for");
    return socket;
  }

  /** A picture comes through the server, captured just now, and is shown. */
  async see(size = 1): Promise<void> {
    const data = new ArrayBuffer(8 + size);
    new DataView(data).setFloat64(0, epochNow());
    this.pictures.receiveBinary(data);
    await this.canvas.decoded();
  }

  #socket(sockets: FakeSocket[]): FakeSocket {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  }
}

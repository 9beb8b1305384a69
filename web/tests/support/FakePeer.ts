import type { CreatePeerConnection } from "../../src/client/session";

/** A data channel whose far end is the test. */
export class FakeChannel {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  bufferedAmount = 0;
  /** Answers every `sync` at once. */
  answers = false;

  send(data: unknown): void {
    this.sent.push(JSON.parse(String(data)) as Record<string, unknown>);
    if (this.answers && this.sent.at(-1)?.type === "sync") this.answerSync();
  }

  receive(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  sentOf(type: string): Record<string, unknown>[] {
    return this.sent.filter((message) => message.type === type);
  }

  /** Answers the newest `sync` at once, by a clock that is `offsetMs` ahead; `more` goes along. */
  answerSync(offsetMs = 0, more: object = {}): void {
    const sentMs = this.sent.at(-1)?.sentMs as number;
    const remoteMs = sentMs + offsetMs;
    this.receive({ type: "synced", sentMs, receivedMs: remoteMs, repliedMs: remoteMs, ...more });
  }
}

/** As much of `RTCPeerConnection` as a session uses, driven by the test. */
export class FakePeer {
  /** The `events` channel. */
  readonly channel = new FakeChannel();
  readonly control = new FakeChannel();
  controlOptions: unknown = null;
  readonly receiver = {
    jitterBufferTarget: null as number | null,
    playoutDelayHint: null as number | null,
    getSynchronizationSources: () => [] as { rtpTimestamp: number }[],
  };
  readonly stream = { id: "stream" } as unknown as MediaStream;
  readonly added: unknown[] = [];
  readonly transceivers: unknown[][] = [];
  channelOptions: unknown = null;
  connectionState: RTCPeerConnectionState = "new";
  localDescription: RTCSessionDescriptionInit | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  isClosed = false;
  framesDecoded = 0;
  ontrack: ((event: { streams: MediaStream[] }) => void) | null = null;
  onicecandidate: ((event: { candidate: object | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  iceConnectionState: RTCIceConnectionState = "new";
  oniceconnectionstatechange: (() => void) | null = null;
  /** The browser's own candidate of the pair in use; none: nothing is known of the path. */
  localCandidate: object | null = null;

  constructor(readonly configuration: RTCConfiguration) {}

  addTransceiver(...args: unknown[]) {
    this.transceivers.push(args);
    return { receiver: this.receiver };
  }

  createDataChannel(label: string, options: unknown) {
    if (label === "control") {
      this.controlOptions = options;
      return this.control;
    }
    this.channelOptions = options;
    return this.channel;
  }

  createOffer() {
    return Promise.resolve({ type: "offer" as const, sdp: "v=0 offer" });
  }

  setLocalDescription(description: RTCSessionDescriptionInit) {
    this.localDescription = description;
    return Promise.resolve();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit) {
    this.remoteDescription = description;
    this.ontrack?.({ streams: [this.stream] });
    return Promise.resolve();
  }

  addIceCandidate(candidate?: object) {
    this.added.push(candidate ?? null);
    return Promise.resolve();
  }

  getStats() {
    const inbound = { type: "inbound-rtp", kind: "video", framesDecoded: this.framesDecoded };
    const path = [
      ["pair", { type: "candidate-pair", selected: true, localCandidateId: "local" }],
      ["local", { type: "local-candidate", ...this.localCandidate }],
    ] as const;
    const known = this.localCandidate === null ? [] : path;
    return Promise.resolve(new Map<string, object>([["in", inbound], ...known]));
  }

  close(): void {
    this.isClosed = true;
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  /** Connected, with the events channel open. */
  connect(): void {
    this.become("connected");
    this.channel.onopen?.();
  }
}

/** Peers in the order in which they were made. */
export function fakePeers(): { peers: FakePeer[]; create: CreatePeerConnection } {
  const peers: FakePeer[] = [];
  return {
    peers,
    create: (configuration) => {
      const peer = new FakePeer(configuration);
      peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
  };
}

/** What a gateway tells of a frame that took `stepMs` in each of its four stages. */
export function frameTimes(rtpTimestamp: number, captureMs: number, stepMs = 0) {
  return {
    rtpTimestamp,
    captureMs,
    receivedMs: captureMs + stepMs,
    decodedMs: captureMs + 2 * stepMs,
    encodedMs: captureMs + 3 * stepMs,
    sentMs: captureMs + 4 * stepMs,
  };
}

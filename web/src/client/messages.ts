/** Every message of the contract, as in `protocol/messages.py`; `protocol/README.md` says more. */

import {
  boolean,
  integer,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  optional,
  pattern,
  required,
  text,
  type Input,
  type Output,
  type Shape,
} from "./fields";

export const VERSION = 1;

/** One message: its `type`, its `role` where the type needs one, and its fields. */
export interface Spec<T extends string = string, S extends Shape = Shape> {
  readonly type: T;
  readonly role: string | null;
  readonly shape: S;
}
/** A message as it is read. */
export type Message<X> = X extends Spec<infer T, infer S> ? { readonly type: T } & Output<S> : never;
/** A message as it may be written: optional fields may be left out. */
export type Draft<X> = X extends Spec<infer T, infer S> ? { readonly type: T } & Input<S> : never;

function message<T extends string, S extends Shape>(
  type: T,
  shape: S,
  role: string | null = null,
): Spec<T, S> {
  return { type, role, shape };
}

const id = pattern(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  "1-64 of A-Z a-z 0-9 . _ -, first alphanumeric",
);
const token = text(1, 512);
const sdp = text(1, 48_000);
const words = text(0, 500);
const url = text(1, 2_000);
const fraction = number(0, 1);
const epochMs = number(0, 1e14);
const uint32 = integer(0, 0xffff_ffff);
const pixels = integer(1, 16_384);
const count = integer(0, 2 ** 53);
const ms = number(0, 1e7);
const seconds = number(0.1, 600);
const axis = number(-1, 1);
const clockMs = number(0, 1e14);
const ttlMs = number(1, 1_000);
const clientRole = oneOf("viewer", "driver", "admin");
const version = optional(integer(), VERSION);
const motionLevel = oneOf("NONE", "LOW", "MEDIUM", "HIGH");
const driveState = oneOf("disarmed", "arming", "armed", "neutral", "stopped");
const driveReason = oneOf(
  "not-driving",
  "old",
  "expired",
  "board-offline",
  "stopped",
  "not-armed",
  "stale-video",
  "slow-video",
  "board-limit",
);
export type ClientRole = ReturnType<typeof clientRole>;
export type DriveState = ReturnType<typeof driveState>;
export type DriveReason = ReturnType<typeof driveReason>;

// Parts of messages

const iceServer = {
  urls: required(list(url, 1, 8)),
  username: maybe(text(0, 512)),
  credential: maybe(text(0, 512)),
};
const iceServers = optional(list(object(iceServer), 0, 16), []);
export type IceServer = Output<typeof iceServer>;

const cameraInfo = {
  id: required(id),
  name: required(text(1, 100)),
  state: required(oneOf("idle", "connecting", "live", "stalled", "offline", "error")),
  detail: maybe(words),
  width: maybe(pixels),
  height: maybe(pixels),
  fps: maybe(number(0, 1000)),
  viewers: optional(integer(0, 1_000_000), 0),
  motion: optional(boolean, false),
  car: maybe(id),
};
const cameraList = list(object(cameraInfo), 0, 256);
export type CameraInfo = Output<typeof cameraInfo>;
export type CameraState = CameraInfo["state"];

const region = {
  x: required(fraction),
  y: required(fraction),
  width: required(fraction),
  height: required(fraction),
};
export type Region = Output<typeof region>;

const frameTimes = {
  rtpTimestamp: required(uint32),
  captureMs: required(epochMs),
  receivedMs: required(epochMs),
  decodedMs: required(epochMs),
  encodedMs: required(epochMs),
  sentMs: required(epochMs),
};
export type FrameTimes = Output<typeof frameTimes>;

const delivery = {
  quality: required(oneOf("high", "medium", "low")),
  resent: required(count),
  dropped: required(count),
  roundTripMs: maybe(ms),
  lost: maybe(fraction),
  jitterMs: maybe(ms),
  estimateKbps: maybe(number(0, 1e9)),
  path: maybe(text(1, 64)),
};
export type Delivery = Output<typeof delivery>;

const heard = { atMs: required(clockMs), heldMs: required(ms) };
export type Heard = Output<typeof heard>;

const capabilities = {
  lights: optional(boolean, false),
  horn: optional(boolean, false),
  pan: optional(boolean, false),
  tilt: optional(boolean, false),
  reverse: optional(boolean, true),
};
export type BoardCapabilities = Output<typeof capabilities>;

const limits = {
  forward: optional(fraction, 1),
  reverse: optional(fraction, 1),
  failsafeMs: optional(number(100, 500), 250),
};

const health = {
  batteryV: maybe(number(0, 100)),
  batteryPercent: maybe(number(0, 100)),
  rssiDbm: maybe(number(-200, 50)),
};
export type BoardHealth = Output<typeof health>;

// First messages, and their answers

const Hello = message("hello", { v: version, token: maybe(token) });
const RegisterCamera = message(
  "register",
  {
    deviceId: required(id),
    streamUrl: maybe(url),
    v: version,
    token: maybe(token),
    model: maybe(text(1, 100)),
    firmware: maybe(text(1, 100)),
  },
  "camera",
);
const RegisterGateway = message(
  "register",
  {
    gatewayId: required(id),
    cameras: optional(cameraList, []),
    v: version,
    token: maybe(token),
    boards: optional(list(id, 0, 256), []),
  },
  "gateway",
);
const RegisterBoard = message(
  "register",
  {
    deviceId: required(id),
    v: version,
    token: maybe(token),
    capabilities: optional(object(capabilities), {
      lights: false,
      horn: false,
      pan: false,
      tilt: false,
      reverse: true,
    }),
    limits: optional(object(limits), { forward: 1, reverse: 1, failsafeMs: 250 }),
    model: maybe(text(1, 100)),
    firmware: maybe(text(1, 100)),
  },
  "board",
);
const Join = message("join", { camera: required(id), v: version, token: maybe(token) });
const Welcome = message("welcome", {
  peer: required(id),
  role: required(clientRole),
  heartbeatS: required(seconds),
  iceServers,
  cameras: optional(cameraList, []),
  v: version,
});
const Registered = message("registered", { heartbeatS: required(seconds), iceServers, v: version });
export type Welcome = Message<typeof Welcome>;

// Sessions: one browser watching one camera

const Offer = message("offer", {
  session: required(id),
  camera: required(id),
  sdp: required(sdp),
  relay: optional(boolean, false),
});
const RoutedOffer = message("offer", {
  ...Offer.shape,
  peer: required(id),
  role: required(clientRole),
  iceServers,
});
const Answer = message("answer", { session: required(id), sdp: required(sdp) });
const Candidate = message("candidate", {
  session: required(id),
  candidate: required(nullable(text(0, 1000))),
  sdpMid: maybe(text(0, 32)),
  sdpMLineIndex: maybe(integer(0, 31)),
});
const Bye = message("bye", { session: required(id), reason: maybe(words) });
export type Answer = Message<typeof Answer>;
export type Candidate = Message<typeof Candidate>;
export type Bye = Message<typeof Bye>;

// At any time

const Cameras = message("cameras", { cameras: required(cameraList) });
const IceServers = message("iceServers", { iceServers: required(list(object(iceServer), 0, 16)) });
const ErrorMessage = message("error", {
  problem: required(text(1, 200)),
  detail: required(words),
  session: maybe(id),
});
const Ping = message("ping", { id: required(uint32) });
const Pong = message("pong", { id: required(uint32) });
export type ErrorMessage = Message<typeof ErrorMessage>;

// The `events` data channel

const Sync = message("sync", { sentMs: required(epochMs) });
const Synced = message("synced", {
  sentMs: required(epochMs),
  receivedMs: required(epochMs),
  repliedMs: required(epochMs),
  frame: maybe(object(frameTimes)),
  delivery: maybe(object(delivery)),
});
const Motion = message("motion", {
  camera: required(id),
  captureMs: required(epochMs),
  level: required(motionLevel),
  percent: required(number(0, 100)),
  regions: optional(list(object(region), 0, 32), []),
});
const eventInfo = {
  id: required(id),
  camera: required(id),
  startMs: required(epochMs),
  level: required(motionLevel),
  percent: required(number(0, 100)),
  what: optional(oneOf("unknown", "person", "object", "light"), "unknown"),
  endMs: maybe(epochMs),
  confidence: maybe(fraction),
  regions: optional(list(object(region), 0, 32), []),
  zones: optional(list(text(1, 60), 0, 16), []),
  snapshot: optional(boolean, false),
  clip: optional(boolean, false),
  description: maybe(words),
};
/** Also the events of `/api/events`. */
export const event = object(eventInfo);
const EventChanged = message("event", {
  event: required(event),
  deleted: optional(boolean, false),
});
export type EventInfo = Output<typeof eventInfo>;
export type EventChanged = Message<typeof EventChanged>;
const CameraChanged = message("camera", { camera: required(object(cameraInfo)) });
export type Synced = Message<typeof Synced>;
export type Motion = Message<typeof Motion>;

// Driving: the lease and the state of the car, on the `events` channel

const RequestLease = message("requestLease", {});
const ReleaseLease = message("releaseLease", {});
const PassLease = message("passLease", {});
const RevokeLease = message("revokeLease", {});
const Stop = message("stop", {});
const ClearStop = message("clearStop", {});
const Car = message("car", {
  car: required(id),
  board: required(oneOf("offline", "online")),
  state: required(driveState),
  you: required(oneOf("watching", "queued", "driving")),
  mayDrive: required(boolean),
  slowAboveMs: required(ms),
  refuseAboveMs: required(ms),
  driven: optional(boolean, false),
  queue: optional(count, 0),
  place: maybe(count),
  leftMs: maybe(ms),
  session: maybe(id),
  capabilities: maybe(object(capabilities)),
  health: maybe(object(health)),
});
const leaseRequests = [
  RequestLease,
  ReleaseLease,
  PassLease,
  RevokeLease,
  Stop,
  ClearStop,
] as const;
export type Car = Message<typeof Car>;

// Driving: the `control` data channel

const Drive = message("drive", {
  session: required(id),
  seq: required(uint32),
  sentMs: required(clockMs),
  ttlMs: required(ttlMs),
  throttle: required(axis),
  steering: required(axis),
  heard: maybe(object(heard)),
  videoAgeMs: maybe(ms),
  brake: optional(boolean, false),
  lights: optional(boolean, false),
  horn: optional(boolean, false),
  pan: optional(axis, 0),
  tilt: optional(axis, 0),
});
const Driven = message("driven", {
  seq: required(uint32),
  sentMs: required(clockMs),
  atMs: required(clockMs),
  state: required(driveState),
  throttle: required(axis),
  steering: required(axis),
  reason: maybe(driveReason),
  boardMs: maybe(ms),
});
export type Driven = Message<typeof Driven>;

// Driving: gateway and control board

const Actuate = message("actuate", {
  seq: required(uint32),
  ttlMs: required(ttlMs),
  throttle: required(axis),
  steering: required(axis),
  heard: required(object(heard)),
  brake: optional(boolean, false),
  lights: optional(boolean, false),
  horn: optional(boolean, false),
  pan: optional(axis, 0),
  tilt: optional(axis, 0),
});
const Acted = message("acted", {
  seq: required(uint32),
  atMs: required(uint32),
  state: required(driveState),
  throttle: required(axis),
  steering: required(axis),
});
const Telemetry = message("telemetry", {
  atMs: required(uint32),
  state: required(driveState),
  health: optional(object(health), { batteryV: null, batteryPercent: null, rssiDbm: null }),
});

// Without a peer connection

const Next = message("next", {});
const Call = message("call", {
  call: required(id),
  kind: required(oneOf("board", "driver", "viewer")),
  target: required(id),
  role: maybe(clientRole),
});

// Directions

export const browserToSignaling = [Hello, Offer, Candidate, Bye, Ping, Pong] as const;
export const signalingToBrowser = [
  Welcome,
  Cameras,
  EventChanged,
  IceServers,
  Answer,
  Candidate,
  Bye,
  ErrorMessage,
  Ping,
  Pong,
] as const;
export const gatewayToSignaling = [
  RegisterGateway,
  Cameras,
  EventChanged,
  Answer,
  Candidate,
  Bye,
  ErrorMessage,
  Ping,
  Pong,
] as const;
export const signalingToGateway = [
  Registered,
  RoutedOffer,
  Candidate,
  Bye,
  Call,
  ErrorMessage,
  Ping,
  Pong,
] as const;
export const deviceToSignaling = [RegisterCamera, Ping, Pong] as const;
export const signalingToDevice = [Registered, ErrorMessage, Ping, Pong] as const;
export const browserToGateway = [Sync, ...leaseRequests] as const;
export const gatewayToBrowser = [Synced, Motion, EventChanged, CameraChanged, Car, ErrorMessage] as const;
export const driverToGateway = [Drive, Stop] as const;
export const gatewayToDriver = [Driven] as const;
export const boardToGateway = [RegisterBoard, Acted, Telemetry, Ping, Pong] as const;
export const gatewayToBoard = [
  Registered,
  Actuate,
  Stop,
  ClearStop,
  ErrorMessage,
  Ping,
  Pong,
] as const;
export const relayedToGateway = [Join, Sync, ...leaseRequests, Drive, Ping, Pong] as const;
export const gatewayToRelayed = [Synced, Car, Driven, ErrorMessage, Ping, Pong] as const;
export const pictureViewerToGateway = [Join, Next, Sync, Ping, Pong] as const;
/** Beside pictures, which are binary. */
export const gatewayToPictureViewer = [Synced, ErrorMessage, Ping, Pong] as const;

export type ToSignaling = Draft<(typeof browserToSignaling)[number]>;
export type FromSignaling = Message<(typeof signalingToBrowser)[number]>;
export type ToGateway = Draft<(typeof browserToGateway)[number]>;
export type FromGateway = Message<(typeof gatewayToBrowser)[number]>;
/** On `control`. */
export type ToCar = Draft<(typeof driverToGateway)[number]>;
export type Drive = Draft<typeof Drive>;
export type LeaseRequest = Draft<(typeof leaseRequests)[number]>;
/** What the gateway says to whoever drives or may. */
export type CarNews = Car | Driven | ErrorMessage;
export type ToRelay = Draft<(typeof relayedToGateway)[number]>;
export type FromRelay = Message<(typeof gatewayToRelayed)[number]>;
export type ToPictures = Draft<(typeof pictureViewerToGateway)[number]>;
export type FromPictures = Message<(typeof gatewayToPictureViewer)[number]>;
/** Messages that belong to one session. */
export type SessionMessage = Answer | Candidate | Bye | ErrorMessage;

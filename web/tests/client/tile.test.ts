import { describe, expect, it } from "vitest";
import type { CameraInfo } from "../../src/client/messages";
import { tileOf, type TileFacts } from "../../src/client/tile";

function info(state: CameraInfo["state"], detail: string | null = null): CameraInfo {
  return {
    id: "front",
    name: "Front",
    state,
    detail,
    width: null,
    height: null,
    fps: null,
    viewers: 0,
    motion: false,
    car: null,
  };
}

const FACTS: TileFacts = {
  isWatched: true,
  isSupported: true,
  isBlocked: false,
  session: null,
  isRecovering: false,
  failure: null,
  info: info("idle"),
  signaling: "connected",
};
const tile = (facts: Partial<TileFacts>) => {
  const { state, reason } = tileOf({ ...FACTS, ...facts });
  return `${state} ${reason}`;
};
const live = { state: "live", isConnected: true } as const;
const open = { state: "connecting", isConnected: true } as const;
const stalled = { state: "stalled", isConnected: true } as const;
const starting = { state: "connecting", isConnected: false } as const;
const lost = { slug: "timeout", detail: "" };

it("is idle while nobody watches", () => {
  expect(tile({ isWatched: false, info: info("offline") })).toBe("idle idle");
});

it("says when the browser cannot do it", () => {
  expect(tile({ isSupported: false })).toBe("error unsupported-browser");
});

it.each(["connecting", "refused", "idle"] as const)(
  "is live when pictures come, although signaling is %s",
  (signaling) => {
    expect(tile({ session: live, signaling, info: info("offline") })).toBe("live live");
  },
);

it("is not live while the browser waits for a person to press play", () => {
  expect(tile({ session: live, isBlocked: true })).toBe("connecting needs-play");
});

describe("connected, without pictures", () => {
  it.each([
    [open, "idle", "connecting camera-connecting"],
    [open, "connecting", "connecting camera-connecting"],
    [open, "live", "connecting camera-connecting"],
    [stalled, "live", "stalled no-new-picture"],
    [stalled, "stalled", "stalled camera-stalled"],
    [stalled, "offline", "offline camera-offline"],
    [open, "offline", "offline camera-offline"],
    [open, "error", "error camera-error"],
  ] as const)("%o and the camera %s", (session, state, expected) => {
    expect(tile({ session, info: info(state) })).toBe(expected);
  });
});

describe("not connected", () => {
  it.each([
    [{}, "connecting starting"],
    [{ session: starting }, "connecting starting"],
    [{ failure: lost }, "connecting reconnecting"],
    [{ failure: lost, session: starting }, "connecting reconnecting"],
    [{ signaling: "connecting" }, "connecting starting"],
    [{ signaling: "connecting", failure: lost }, "connecting server-unreachable"],
    [{ signaling: "refused" }, "error server-refused"],
    [{ signaling: null, failure: lost }, "connecting reconnecting"],
    [{ info: info("offline") }, "offline camera-offline"],
    [{ info: info("error") }, "error camera-error"],
    [{ failure: { slug: "gateway-offline", detail: "" } }, "offline gateway-offline"],
    [{ failure: { slug: "unknown-camera", detail: "" } }, "error unknown-camera"],
    [{ failure: { slug: "too-many-viewers", detail: "" } }, "error too-many-viewers"],
    [{ failure: { slug: "no-common-codec", detail: "" } }, "error no-common-codec"],
    [{ failure: { slug: "unauthorized", detail: "" } }, "error not-allowed"],
  ] as const)("%o", (facts, expected) => {
    expect(tile(facts)).toBe(expected);
  });

  it("does not flicker while a refused session is tried again", () => {
    const failure = { slug: "unknown-camera", detail: "" };
    expect(tile({ failure, session: starting })).toBe("error unknown-camera");
  });
});

it("passes on the other side's words", () => {
  const facts = { ...FACTS, session: open, info: info("error", "wrong password") };
  expect(tileOf(facts).detail).toBe("wrong password");
});

describe("a gateway that is away", () => {
  const away = { state: "offline", reason: "gateway-offline", detail: null };
  const listed = info("offline", "the gateway local is not connected");
  const refused = { slug: "gateway-offline", detail: "the gateway of front is not connected" };
  it.each([
    ["the list says so", { info: listed }],
    ["the list says so while a session ends", { info: listed, session: stalled }],
    ["a refusal says so", { failure: refused }],
    ["both say so", { info: listed, failure: refused }],
    [
      "the server restarted and does not know the camera yet",
      {
        info: info("offline", "the gateway is not connected"),
        failure: { slug: "unknown-camera", detail: "there is no camera front" },
      },
    ],
  ] as const)("is told in the same words when %s", (_, facts) => {
    expect(tileOf({ ...FACTS, ...facts })).toEqual(away);
  });

  it("is not mistaken for a camera that is away", () => {
    const facts = { ...FACTS, info: info("offline", "no route to host") };
    expect(tileOf(facts)).toEqual({
      state: "offline",
      reason: "camera-offline",
      detail: "no route to host",
    });
  });
});

it("says only once that a camera is unknown", () => {
  const failure = { slug: "unknown-camera", detail: "there is no camera front" };
  expect(tileOf({ ...FACTS, info: null, failure })).toEqual({
    state: "error",
    reason: "unknown-camera",
    detail: null,
  });
});

describe("after what was shown is lost", () => {
  const recovering = { isRecovering: true, failure: lost };

  it("keeps the last picture, marked, while another way is looked for", () => {
    expect(tile(recovering)).toBe("stalled recovering");
    expect(tile({ ...recovering, session: starting })).toBe("stalled recovering");
    expect(tile({ ...recovering, session: open, info: info("live") })).toBe("stalled recovering");
    expect(tile({ ...recovering, session: live })).toBe("live live");
  });

  it("says what else is wrong, where it is known", () => {
    const refused = { slug: "gateway-offline", detail: "" };
    expect(tile({ ...recovering, failure: refused })).toBe("offline gateway-offline");
    const away = info("offline", "the gateway home is not connected");
    expect(tile({ ...recovering, info: away })).toBe("offline gateway-offline");
  });
});

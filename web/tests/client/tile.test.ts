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
  };
}

const FACTS: TileFacts = {
  isWatched: true,
  isSupported: true,
  isBlocked: false,
  session: null,
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

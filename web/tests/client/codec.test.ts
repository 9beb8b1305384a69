import { describe, expect, it } from "vitest";
import { decode, encode, MAX_MESSAGE_BYTES } from "../../src/client/codec";
import { ProtocolError } from "../../src/client/errors";
import * as messages from "../../src/client/messages";

interface Vectors {
  readonly direction: string;
  readonly accept: readonly { name: string; text: string; message: Record<string, unknown> }[];
  readonly refuse: readonly { name: string; text: string; problem: string }[];
}

const DIRECTIONS: Readonly<Record<string, readonly messages.Spec[]>> = {
  browserToSignaling: messages.browserToSignaling,
  signalingToBrowser: messages.signalingToBrowser,
  gatewayToSignaling: messages.gatewayToSignaling,
  signalingToGateway: messages.signalingToGateway,
  deviceToSignaling: messages.deviceToSignaling,
  signalingToDevice: messages.signalingToDevice,
  browserToGateway: messages.browserToGateway,
  gatewayToBrowser: messages.gatewayToBrowser,
  driverToGateway: messages.driverToGateway,
  gatewayToDriver: messages.gatewayToDriver,
  boardToGateway: messages.boardToGateway,
  gatewayToBoard: messages.gatewayToBoard,
  relayedToGateway: messages.relayedToGateway,
  gatewayToRelayed: messages.gatewayToRelayed,
  pictureViewerToGateway: messages.pictureViewerToGateway,
  gatewayToPictureViewer: messages.gatewayToPictureViewer,
};

const files = import.meta.glob<Vectors>("../../../protocol/vectors/*.json", {
  eager: true,
  import: "default",
});

it("has vectors for every direction", () => {
  const found = Object.keys(files).map((path) => path.replace(/.*\/|\.json$/g, ""));
  expect(found.sort()).toEqual(Object.keys(DIRECTIONS).sort());
});

describe.each(Object.values(files))("$direction", (vectors) => {
  const direction = DIRECTIONS[vectors.direction] ?? [];

  it.each(vectors.accept)("accepts $name", ({ text, message }) => {
    // A role stands for the type of its message and is not a field.
    const { role, ...fields } = message;
    const isField = direction.some((s) => s.type === message.type && "role" in s.shape);
    const expected = isField && role !== undefined ? { role, ...fields } : fields;
    expect(decode(text, direction)).toMatchObject(expected);
  });

  it.each(vectors.refuse)("refuses $name", ({ text, problem }) => {
    expect(() => decode(text, direction)).toThrow(ProtocolError);
    expect(slugOf(() => decode(text, direction))).toBe(problem);
  });
});

describe("encode", () => {
  const written = (message: messages.ToSignaling) =>
    JSON.parse(encode(message, messages.browserToSignaling)) as unknown;

  it("leaves out what equals its default, except v", () => {
    expect(written({ type: "hello", token: null })).toEqual({ type: "hello", v: 1 });
    expect(written({ type: "hello", token: "t" })).toEqual({ type: "hello", v: 1, token: "t" });
  });

  it("keeps a null that means something", () => {
    expect(written({ type: "candidate", session: "s", candidate: null, sdpMid: null })).toEqual({
      type: "candidate",
      session: "s",
      candidate: null,
    });
  });

  it("writes what decode reads back", () => {
    const offer = { type: "offer", session: "s-1", camera: "front", sdp: "v=0\r\n", relay: false } as const;
    const text = encode(offer, messages.browserToSignaling);
    expect(decode(text, messages.browserToSignaling)).toEqual(offer);
  });
});

describe("decode", () => {
  it("counts bytes, not characters", () => {
    const text = `{"type":"error","problem":"p","detail":"${"é".repeat(MAX_MESSAGE_BYTES / 2)}"}`;
    expect(text.length).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(slugOf(() => decode(text, messages.signalingToBrowser))).toBe("malformed-message");
  });

  it("gives up on endless nesting without overflowing", () => {
    const text = `{"type":"ping","id":${"[".repeat(60_000)}`;
    expect(slugOf(() => decode(text, messages.signalingToBrowser))).toBe("malformed-message");
  });
});

function slugOf(action: () => unknown): string | null {
  try {
    action();
  } catch (error) {
    return error instanceof ProtocolError ? error.slug : String(error);
  }
  return null;
}

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { tryLink, tryPictures } from "../../../src/client/doctor/sockets";
import { FakeSocket } from "../../support/FakeSocket";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const WELCOME = {
  type: "welcome",
  v: 1,
  peer: "p1",
  role: "viewer",
  heartbeatS: 5,
  iceServers: [{ urls: ["stun:a.example"] }],
  cameras: [{ id: "front", name: "Front", state: "live" }],
};

it("says hello with the token, and leaves", async () => {
  const socket = new FakeSocket();
  const trying = tryLink(() => socket, "secret", 1_000);
  socket.open();
  expect(socket.sent).toEqual([{ type: "hello", v: 1, token: "secret" }]);
  socket.receive(WELCOME);
  const link = await trying;
  expect(link.reading).toMatchObject({ kind: "welcome", role: "viewer", cameras: 1 });
  expect(link.iceServers).toMatchObject([{ urls: ["stun:a.example"] }]);
  expect(socket.closedWith).toBe(1000);
});

it.each<[string, (socket: FakeSocket) => void, object]>([
  [
    "a refusal",
    (socket) => {
      socket.receive({ type: "error", problem: "urn:peerlens:problem:unauthorized", detail: "no" });
    },
    { kind: "refused", slug: "unauthorized", detail: "no" },
  ],
  [
    "a close",
    (socket) => {
      socket.closeFromServer(1006);
    },
    { kind: "closed", code: 1006 },
  ],
  [
    "nonsense",
    (socket) => {
      socket.receive("{");
    },
    { kind: "silent" },
  ],
  [
    "silence",
    () => {
      vi.advanceTimersByTime(1_000);
    },
    { kind: "silent" },
  ],
])("ends with %s", async (_, act, reading) => {
  const socket = new FakeSocket();
  const trying = tryLink(() => socket, null, 1_000);
  socket.open();
  act(socket);
  expect((await trying).reading).toEqual(reading);
  expect(socket.closedWith).toBe(1000);
});

it("takes a socket that cannot be made for silence", async () => {
  const trying = tryLink(
    () => {
      throw new Error("blocked");
    },
    null,
    1_000,
  );
  expect((await trying).reading).toEqual({ kind: "silent" });
});

function answerSync(socket: FakeSocket, aheadMs: number): void {
  const sync = socket.sent.at(-1);
  expect(sync?.type).toBe("sync");
  const sentMs = sync?.sentMs as number;
  const atMs = sentMs + aheadMs;
  socket.receive({ type: "synced", sentMs, receivedMs: atMs, repliedMs: atMs });
}

it("waits for a picture, and for three looks at the clock", async () => {
  const socket = new FakeSocket();
  const trying = tryPictures(() => socket, "front", "secret", 1_000);
  socket.open();
  expect(socket.sent.map(({ type }) => type)).toEqual(["join", "next", "sync"]);
  socket.receiveBinary(new ArrayBuffer(100));
  for (let count = 0; count < 3; count += 1) answerSync(socket, 5_000);
  const reading = await trying;
  expect(reading).toMatchObject({ camera: "front", detail: null });
  expect(reading.pictureMs).not.toBeNull();
  expect(reading.offsetMs).toBeCloseTo(5_000, -2);
});

it("tells why there are no pictures", async () => {
  const socket = new FakeSocket();
  const trying = tryPictures(() => socket, "front", null, 1_000);
  socket.open();
  socket.receive({ type: "error", problem: "urn:peerlens:problem:unknown-camera", detail: "no front" });
  expect(await trying).toMatchObject({ pictureMs: null, detail: "no front" });
});

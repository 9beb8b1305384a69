import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Backoff } from "../../../src/client/backoff";
import { Relay } from "../../../src/client/drive/relay";
import { MOST_BUFFERED_BYTES } from "../../../src/client/drive/transport";
import type { CarNews } from "../../../src/client/messages";
import { FakeSocket } from "../../support/FakeSocket";
import { carNews, drivenNews } from "../../support/FakeTransport";

let sockets: FakeSocket[];
let heard: CarNews[];
let relay: Relay;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  heard = [];
  relay = new Relay(
    {
      camera: "front",
      token: () => "secret",
      createSocket: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      backoff: new Backoff({ random: () => 1 }),
    },
    { changed: () => undefined, heard: (news) => heard.push(news) },
  );
});

afterEach(() => {
  relay.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function newest(): FakeSocket {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("no socket was made");
  return socket;
}

function open(): FakeSocket {
  relay.start();
  newest().open();
  newest().receive(carNews());
  return newest();
}

it("joins first, with the token, and is open once the other end speaks", () => {
  relay.start();
  newest().open();
  expect(newest().sent).toEqual([
    { type: "join", camera: "front", v: 1, token: "secret" },
    { type: "sync", sentMs: expect.any(Number) as number },
  ]);
  expect(relay.isOpen).toBe(false);
  expect(relay.command({ type: "stop" })).toBe(false);
  expect(relay.request({ type: "requestLease" })).toBe(false);
  newest().receive(carNews());
  expect(relay.isOpen).toBe(true);
  expect(relay.lease.car?.car).toBe("car1");
});

it("carries commands, requests and their answers", () => {
  const socket = open();
  expect(relay.request({ type: "requestLease" })).toBe(true);
  expect(relay.command({ type: "stop" })).toBe(true);
  socket.receive(drivenNews({ seq: 3 }));
  expect(socket.sent.slice(2).map(({ type }) => type)).toEqual(["requestLease", "stop"]);
  expect(heard.map(({ type }) => type)).toEqual(["car", "driven"]);
});

it("skips commands that would have to wait", () => {
  const socket = open();
  socket.bufferedAmount = MOST_BUFFERED_BYTES + 1;
  expect(relay.command({ type: "stop" })).toBe(false);
  expect(relay.request({ type: "stop" })).toBe(true);
});

it("keeps the link alive, and measures it", () => {
  const socket = open();
  expect(socket.sentOf("sync")).toHaveLength(1);
  vi.advanceTimersByTime(500);
  const sentMs = Number(socket.sentOf("sync")[1]?.sentMs);
  vi.advanceTimersByTime(40);
  // The gateway's clock is 5 s ahead; it took 10 ms to answer.
  const receivedMs = sentMs + 5_000 + 15;
  socket.receive({ type: "synced", sentMs, receivedMs, repliedMs: receivedMs + 10 });
  expect(relay.roundTripMs).toBeCloseTo(30);
  socket.receive({ type: "ping", id: 9 });
  expect(socket.sentOf("pong")).toEqual([{ type: "pong", id: 9 }]);
  socket.closeFromServer(1001);
  expect(relay.roundTripMs).toBeNull();
});

it("gives a silent link up, forgets the lease, and comes back", () => {
  const socket = open();
  socket.receive(carNews({ you: "driving", session: "s" }));
  vi.advanceTimersByTime(5_000);
  expect(socket.closedWith).toBe(1000);
  expect(relay.isOpen).toBe(false);
  expect(relay.lease.session).toBeNull();
  vi.advanceTimersByTime(200);
  expect(sockets).toHaveLength(2);
  open();
  expect(relay.isOpen).toBe(true);
});

it("does not come back where that would not help", () => {
  open().closeFromServer(4403);
  vi.advanceTimersByTime(60_000);
  expect(sockets).toHaveLength(1);
});

it("does not understand and leaves", () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  open().receive({ type: "future" });
  expect(relay.isOpen).toBe(false);
  expect(newest().closedWith).toBe(1000);
});

it("stops everything when closed", () => {
  const socket = open();
  relay.close();
  expect(socket.closedWith).toBe(1000);
  expect(relay.command({ type: "stop" })).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "../../../src/client/backoff";
import { epochNow } from "../../../src/client/clock";
import { Pictures } from "../../../src/client/drive/pictures";
import { FakeCanvas } from "../../support/FakeCanvas";
import { FakeSocket } from "../../support/FakeSocket";

let sockets: FakeSocket[];
let canvas: FakeCanvas;
let pictures: Pictures;
let offsetMs: number;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  offsetMs = 0;
  canvas = new FakeCanvas();
  pictures = new Pictures({
    camera: "front",
    token: () => "secret",
    createSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    decode: canvas.decode,
    offsetMs: () => offsetMs,
    backoff: new Backoff({ capMs: 5_000, random: () => 1 }),
  });
  pictures.attach(canvas);
});

afterEach(() => {
  pictures.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function newest(): FakeSocket {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("no socket was made");
  return socket;
}

function open(): FakeSocket {
  pictures.start();
  newest().open();
  return newest();
}

/** As the gateway sends it. */
function picture(size: number, captureMs = epochNow()): ArrayBuffer {
  const data = new ArrayBuffer(8 + size);
  new DataView(data).setFloat64(0, captureMs);
  return data;
}

async function see(size: number, ageMs = 0): Promise<void> {
  newest().receiveBinary(picture(size, epochNow() - ageMs));
  await canvas.decoded();
}

const asked = (socket: FakeSocket) => socket.sentOf("next").length;

it("joins first, with the token, and asks for two pictures", () => {
  expect(open().sent).toEqual([
    { type: "join", camera: "front", v: 1, token: "secret" },
    { type: "next" },
    { type: "next" },
  ]);
  expect(newest().binaryType).toBe("arraybuffer");
  pictures.start();
  expect(sockets).toHaveLength(1);
});

it("asks for one more whenever it has shown one, or skipped it", async () => {
  const socket = open();
  expect(pictures.state).toBe("none");
  await see(1);
  expect(canvas.drawn).toEqual([1]);
  expect(asked(socket)).toBe(3);
  expect(pictures.state).toBe("live");
  // Two come while the first of them is being decoded: the second one waits.
  for (const size of [2, 3, 4]) socket.receiveBinary(picture(size));
  expect(asked(socket)).toBe(4);
  await canvas.decoded();
  await canvas.decoded();
  expect(canvas.drawn).toEqual([1, 2, 4]);
  expect(asked(socket)).toBe(6);
});

it("reads time and picture as the gateway writes them", async () => {
  open();
  // struct.pack(">d", 1795200000123.25), and two bytes of a JPEG
  const bytes = [0x42, 0x7a, 0x1f, 0xa4, 0x22, 0x07, 0xb4, 0x00, 0xff, 0xd8];
  newest().receiveBinary(new Uint8Array(bytes).buffer);
  await canvas.decoded();
  expect(canvas.drawn).toEqual([2]);
  offsetMs = 1795200000123.25 + 40 - epochNow();
  expect(pictures.onScreenMs).toBeCloseTo(40);
});

it("is stalled when no new picture comes, and tells how old the last one grows", async () => {
  open();
  await see(1, 60);
  expect(pictures.onScreenMs).toBeCloseTo(60);
  vi.advanceTimersByTime(1_600);
  expect(pictures.state).toBe("stalled");
  expect(pictures.onScreenMs).toBeCloseTo(1_660);
  await see(2, 60);
  expect(pictures.state).toBe("live");
});

describe("the link", () => {
  it("is kept alive, and given up when it falls silent", async () => {
    const socket = open();
    await see(1);
    vi.advanceTimersByTime(2_000);
    const [ping] = socket.sentOf("ping");
    socket.receive({ type: "pong", id: ping?.id });
    socket.receive({ type: "ping", id: 9 });
    expect(socket.sentOf("pong")).toEqual([{ type: "pong", id: 9 }]);
    vi.advanceTimersByTime(8_000);
    expect(socket.closedWith).toBeNull();
    vi.advanceTimersByTime(2_000);
    expect(socket.closedWith).toBe(1000);
    // What is on screen stays there, and is as old as it is.
    expect(pictures.state).toBe("stalled");
    expect(pictures.onScreenMs).toBeCloseTo(12_000);
    vi.advanceTimersByTime(200);
    expect(sockets).toHaveLength(2);
    expect(asked(open())).toBe(2);
  });

  it("comes back ever more seldom, and at once after there were pictures", async () => {
    open();
    const waits = [200, 400, 800, 1_600, 3_200, 5_000, 5_000];
    for (const [attempt, waitMs] of waits.entries()) {
      newest().closeFromServer(attempt % 2 === 0 ? 4503 : 1006);
      vi.advanceTimersByTime(waitMs - 1);
      expect(sockets).toHaveLength(attempt + 1);
      vi.advanceTimersByTime(1);
      expect(sockets).toHaveLength(attempt + 2);
      newest().open();
    }
    await see(1);
    newest().closeFromServer(1001);
    vi.advanceTimersByTime(200);
    expect(sockets).toHaveLength(waits.length + 2);
  });

  it.each([4400, 4401, 4403])("does not come back after %i", (code) => {
    open().closeFromServer(code);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
  });

  it("does not ask on a new link for what was shown of the old one", async () => {
    const first = open();
    first.receiveBinary(picture(1));
    first.closeFromServer(1001);
    vi.advanceTimersByTime(200);
    newest().open();
    await canvas.decoded();
    expect(asked(newest())).toBe(2);
    expect(asked(first)).toBe(2);
  });

  it("tells why there are none", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const detail = "camera 'front' gives no picture";
    open().receive({ type: "error", problem: "urn:peerlens:problem:no-picture", detail });
    expect(warn.mock.calls.flat()).toContain(detail);
  });

  it.each([
    ["no picture", new ArrayBuffer(8)],
    ["nothing", new ArrayBuffer(0)],
    ["no time", picture(5, NaN)],
    ["no time either", picture(5, Infinity)],
  ])("does not understand and leaves: %s", (_, data) => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const socket = open();
    socket.receiveBinary(data);
    expect(socket.closedWith).toBe(1000);
    expect(canvas.decoding).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
  });

  it.each(["hello", '{"type":"future"}'])("does not understand and leaves: %s", (text) => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    open().receive(text);
    expect(newest().closedWith).toBe(1000);
  });
});

it("forgets everything when closed, and can begin anew", async () => {
  const first = open();
  await see(1);
  first.receiveBinary(picture(2));
  pictures.close();
  expect(first.closedWith).toBe(1000);
  expect(pictures.state).toBe("none");
  await canvas.decoded();
  expect(canvas.drawn).toEqual([1]);
  expect(pictures.onScreenMs).toBeNull();
  open();
  await see(3);
  expect(canvas.drawn).toEqual([1, 3]);
});

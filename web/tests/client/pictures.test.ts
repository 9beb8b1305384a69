import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { epochNow } from "../../src/client/clock";
import { EASY_PACE, FULL_PACE, Pictures, type Pace } from "../../src/client/pictures";
import { PictureScreen } from "../../src/client/pictureScreen";
import { DAMAGED, FakeCanvas } from "../support/FakeCanvas";
import { FakeSocket } from "../support/FakeSocket";

/** The far end's clock is ahead of this page's. */
const OFFSET_MS = 90_000;

let socket: FakeSocket;
let canvas: FakeCanvas;
let screen: PictureScreen;
let pictures: Pictures;
let pace: Pace;
let states: string[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
  socket = new FakeSocket();
  canvas = new FakeCanvas();
  pace = FULL_PACE;
  states = [];
  screen = new PictureScreen(canvas.decode);
  screen.attach(canvas);
  pictures = new Pictures({
    camera: "front",
    token: () => "secret",
    createSocket: () => socket,
    screen,
    pace: () => pace,
    changed: () => {
      if (states.at(-1) !== pictures.state) states.push(pictures.state);
    },
  });
});

afterEach(() => {
  pictures.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function open(): FakeSocket {
  pictures.start();
  socket.open();
  return socket;
}

function answerSync(): void {
  const sentMs = Number(socket.sentOf("sync").at(-1)?.sentMs);
  const atMs = epochNow() + OFFSET_MS;
  socket.receive({ type: "synced", sentMs, receivedMs: atMs, repliedMs: atMs });
}

/** As the far end sends it. */
function picture(size: number, captureMs = epochNow() + OFFSET_MS): ArrayBuffer {
  const data = new ArrayBuffer(8 + size);
  new DataView(data).setFloat64(0, captureMs);
  return data;
}

async function see(size: number, ageMs = 0): Promise<void> {
  socket.receiveBinary(picture(size, epochNow() + OFFSET_MS - ageMs));
  await canvas.decoded();
}

/** Lets time pass, with a far end that answers every question and sends a picture now and then. */
async function pass(ms: number, { everyMs = Infinity, answers = true } = {}): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    const asked = socket.sentOf("sync").length;
    await vi.advanceTimersByTimeAsync(50);
    if (answers && socket.sentOf("sync").length > asked) answerSync();
    if ((passed + 50) % everyMs === 0) await see(1);
  }
}

const asked = () => socket.sentOf("next").length;

it("joins first, with the token, asks for four pictures, and for the time", () => {
  expect(open().sent).toEqual([
    { type: "join", camera: "front", v: 1, token: "secret" },
    { type: "next" },
    { type: "next" },
    { type: "next" },
    { type: "next" },
    { type: "sync", sentMs: expect.any(Number) as number },
  ]);
  expect(socket.binaryType).toBe("arraybuffer");
  expect([pictures.hasWay, pictures.isConnected]).toEqual([false, false]);
  answerSync();
  expect([pictures.hasWay, pictures.isConnected]).toEqual([true, true]);
  expect(pictures.state).toBe("connecting");
});

it("asks for one more whenever it has shown one, or skipped it", async () => {
  open();
  await see(1);
  expect(canvas.drawn).toEqual([1]);
  expect(asked()).toBe(5);
  expect(pictures.state).toBe("live");
  // Two come while the first of them is being decoded: the second one waits.
  for (const size of [2, 3, 4]) socket.receiveBinary(picture(size));
  expect(asked()).toBe(6);
  await canvas.decoded();
  await canvas.decoded();
  expect(canvas.drawn).toEqual([1, 2, 4]);
  expect(asked()).toBe(8);
});

it("takes it easy where there are many small ones", async () => {
  pace = EASY_PACE;
  open();
  expect(asked()).toBe(1);
  answerSync();
  await see(1);
  expect(asked()).toBe(1);
  await pass(150);
  expect(asked()).toBe(2);
});

it("reads time and picture as the far end writes them", async () => {
  open();
  answerSync();
  vi.setSystemTime(1_795_200_000_000);
  // struct.pack(">d", 1795200000123.25), and two bytes of a JPEG
  const bytes = [0x42, 0x7a, 0x1f, 0xa4, 0x22, 0x07, 0xb4, 0x00, 0xff, 0xd8];
  socket.receiveBinary(new Uint8Array(bytes).buffer);
  await canvas.decoded();
  expect(canvas.drawn).toEqual([2]);
  expect(pictures.onScreenMs).toBeCloseTo(epochNow() + OFFSET_MS - 1_795_200_000_123.25);
});

describe("the age of what is on screen", () => {
  it("is by the clock of this very socket, and grows until there is a newer one", async () => {
    open();
    await see(1, 60);
    expect([pictures.onScreenMs, pictures.latencyMs]).toEqual([null, null]);
    answerSync();
    expect(pictures.onScreenMs).toBeCloseTo(60);
    await pass(500);
    expect(pictures.onScreenMs).toBeCloseTo(560);
    await see(2, 80);
    expect(pictures.onScreenMs).toBeCloseTo(80);
    expect(pictures.latencyMs).toBeCloseTo(80);
  });

  it("is not known while the clocks are compared too badly for one", async () => {
    open();
    answerSync();
    await see(1, -30);
    expect(pictures.onScreenMs).toBeNull();
  });
});

it("tells rate, size and what it costs", async () => {
  open();
  answerSync();
  await pass(2_000, { everyMs: 100 });
  socket.receiveBinary(picture(DAMAGED));
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await canvas.decoded();
  expect(pictures.stats).toMatchObject({
    path: { path: "relay" },
    fps: 10,
    bitrateKbps: 0.08,
    framesDecoded: 20,
    framesDropped: 1,
    codec: "JPEG",
    width: 640,
    height: 480,
  });
});

it("is stalled when no new picture comes, while the far end answers, and live again", async () => {
  open();
  answerSync();
  await see(1);
  await pass(1_500);
  expect(pictures.state).toBe("live");
  await pass(10_000);
  expect(pictures.state).toBe("stalled");
  await see(2);
  expect(states).toEqual(["connecting", "live", "stalled", "live"]);
});

describe("the link", () => {
  it("is asked once a second, and more often when nothing comes", async () => {
    open();
    answerSync();
    await pass(5_000, { everyMs: 100 });
    const usual = socket.sentOf("sync").length;
    expect(usual).toBeGreaterThanOrEqual(5);
    expect(usual).toBeLessThanOrEqual(7);
    await pass(1_000, { answers: false });
    expect(socket.sentOf("sync").length).toBeGreaterThanOrEqual(usual + 2);
    socket.receive({ type: "ping", id: 9 });
    expect(socket.sentOf("pong")).toEqual([{ type: "pong", id: 9 }]);
  });

  it("is dead within two seconds when it falls silent", async () => {
    open();
    answerSync();
    await pass(3_000, { everyMs: 100 });
    await pass(1_300, { answers: false });
    expect(pictures.state).toBe("live");
    await pass(500, { answers: false });
    expect(pictures.failure?.slug).toBe("timeout");
    expect(socket.closedWith).toBe(1000);
  });

  it("gets more time where pictures take long", async () => {
    open();
    answerSync();
    await pass(12_000, { everyMs: 1_200, answers: false });
    await pass(3_000, { answers: false });
    expect(pictures.state).toBe("stalled");
    await pass(1_500, { answers: false });
    expect(pictures.state).toBe("failed");
  });

  it("may take its time for the first picture", async () => {
    open();
    answerSync();
    await pass(3_500, { answers: false });
    await see(1);
    expect(pictures.state).toBe("live");
  });

  it("is given up when nothing comes in 10 s", async () => {
    open();
    await pass(9_900, { answers: false });
    expect(pictures.state).toBe("connecting");
    await pass(100, { answers: false });
    expect(pictures.failure?.slug).toBe("timeout");
  });

  it("fails with what the far end says", () => {
    const problem = "urn:peerlens:problem:no-picture";
    open().receive({ type: "error", problem, detail: "camera 'front' gives no picture" });
    socket.closeFromServer(4503);
    expect(pictures.failure).toMatchObject({
      slug: "no-picture",
      detail: "camera 'front' gives no picture",
    });
  });

  it.each([
    [4401, "unauthorized"],
    [4403, "forbidden"],
    [1006, "failed"],
  ])("fails after close %i as %s", (code, slug) => {
    open().closeFromServer(code);
    expect(pictures.failure?.slug).toBe(slug);
  });

  it.each([
    ["no picture", new ArrayBuffer(8)],
    ["nothing", new ArrayBuffer(0)],
    ["no time", picture(5, NaN)],
    ["no time either", picture(5, Infinity)],
  ])("does not understand and leaves: %s", (_, data) => {
    open().receiveBinary(data);
    expect(socket.closedWith).toBe(1000);
    expect(canvas.decoding).toBe(0);
    expect(pictures.failure?.slug).toBe("invalid-field");
  });

  it.each(["hello", '{"type":"future"}'])("does not understand and leaves: %s", (text) => {
    open().receive(text);
    expect(socket.closedWith).toBe(1000);
    expect(pictures.state).toBe("failed");
  });
});

it("leaves when closed, and does not ask for what was still being shown", async () => {
  open();
  await see(1);
  socket.receiveBinary(picture(2));
  const before = asked();
  pictures.close();
  expect(socket.closedWith).toBe(1000);
  await canvas.decoded();
  expect(asked()).toBe(before);
  expect(pictures.state).toBe("closed");
});

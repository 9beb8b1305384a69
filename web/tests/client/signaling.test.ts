import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "../../src/client/backoff";
import { Signaling } from "../../src/client/signaling";
import { FakeSocket } from "../support/FakeSocket";

const CAMERA = { id: "front", name: "Front", state: "live" };

let sockets: FakeSocket[];
let token: string | null;
let signaling: Signaling;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
  sockets = [];
  token = null;
  signaling = new Signaling({
    token: () => token,
    createSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    backoff: new Backoff({ random: () => 1 }),
  });
});

afterEach(() => {
  signaling.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function newest(): FakeSocket {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("no socket yet");
  return socket;
}

const state = () => signaling.status.value.state;

describe("introduction", () => {
  it("says hello with the token in the first message", () => {
    token = "secret";
    signaling.start();
    newest().open();
    expect(newest().sent).toEqual([{ type: "hello", v: 1, token: "secret" }]);
    expect(state()).toBe("connecting");
  });

  it("is connected once welcomed, and knows the cameras", () => {
    signaling.start();
    newest().welcome({ cameras: [CAMERA] });
    expect(state()).toBe("connected");
    expect(signaling.status.value.welcome?.role).toBe("viewer");
    expect(signaling.cameras.value?.map(({ id }) => id)).toEqual(["front"]);
    expect(newest().sent[0]).toEqual({ type: "hello", v: 1 });
  });

  it("follows the list of cameras", () => {
    signaling.start();
    newest().welcome({ cameras: [CAMERA] });
    newest().receive({ type: "cameras", cameras: [{ ...CAMERA, state: "offline" }] });
    expect(signaling.cameras.value?.[0]?.state).toBe("offline");
  });

  it("sends nothing before the welcome", () => {
    signaling.start();
    newest().open();
    expect(signaling.send({ type: "ping", id: 1 })).toBe(false);
    expect(newest().sentOf("ping")).toEqual([]);
  });

  it("gives up on a server that does not answer in 10 s, and tries again", () => {
    signaling.start();
    newest().open();
    vi.advanceTimersByTime(10_000);
    expect(newest().closedWith).toBe(4408);
    vi.advanceTimersByTime(200);
    expect(sockets).toHaveLength(2);
  });

  it("refuses another version", () => {
    signaling.start();
    newest().welcome({ v: 2 });
    expect(signaling.status.value).toMatchObject({ state: "refused", closeCode: 4426 });
    expect(newest().closedWith).toBe(4426);
  });
});

describe("heartbeat", () => {
  it("pings every heartbeatS seconds", () => {
    signaling.start();
    newest().welcome();
    for (const id of [1, 2, 3]) {
      vi.advanceTimersByTime(5_000);
      expect(newest().sentOf("ping").at(-1)).toEqual({ type: "ping", id });
      newest().receive({ type: "pong", id });
    }
    expect(state()).toBe("connected");
  });

  it("takes two unanswered pings as a dead link", () => {
    signaling.start();
    newest().welcome();
    vi.advanceTimersByTime(14_999);
    expect(state()).toBe("connected");
    vi.advanceTimersByTime(1);
    expect(state()).toBe("connecting");
    expect(newest().closedWith).toBe(4408);
    vi.advanceTimersByTime(200);
    expect(sockets).toHaveLength(2);
  });

  it("answers pings", () => {
    signaling.start();
    newest().welcome();
    newest().receive({ type: "ping", id: 7 });
    expect(newest().sentOf("pong")).toEqual([{ type: "pong", id: 7 }]);
  });
});

describe("coming back", () => {
  it.each([1000, 1001, 1006, 1009, 4408, 4429, 4503])("tries again after %i", (code) => {
    signaling.start();
    newest().welcome();
    newest().closeFromServer(code);
    expect(signaling.status.value).toMatchObject({ state: "connecting", closeCode: code });
    vi.advanceTimersByTime(200);
    expect(sockets).toHaveLength(2);
  });

  it("waits longer each time, 2 s at most, for ever", () => {
    signaling.start();
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      newest().closeFromServer(1006);
      const before = sockets.length;
      let waited = 0;
      while (sockets.length === before) {
        vi.advanceTimersByTime(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000]);
  });

  it("begins with short waits again after a welcome", () => {
    signaling.start();
    for (const wait of [200, 400]) {
      newest().closeFromServer(1006);
      vi.advanceTimersByTime(wait);
    }
    newest().welcome();
    newest().closeFromServer(1006);
    vi.advanceTimersByTime(200);
    expect(sockets).toHaveLength(4);
  });

  it("keeps the cameras that it knew", () => {
    signaling.start();
    newest().welcome({ cameras: [CAMERA] });
    newest().closeFromServer(1001);
    expect(signaling.cameras.value).toHaveLength(1);
  });

  it("does not wait when told that the network is back", () => {
    signaling.start();
    newest().closeFromServer(1006);
    signaling.nudge();
    expect(sockets).toHaveLength(2);
    signaling.nudge();
    expect(sockets).toHaveLength(2);
  });

  it("finds out within 3 s that a doubted link is dead", () => {
    signaling.start();
    newest().welcome();
    signaling.nudge();
    signaling.nudge();
    expect(newest().sentOf("ping")).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    expect(state()).toBe("connecting");
    expect(newest().closedWith).toBe(4408);
  });

  it("keeps a doubted link that answers", () => {
    signaling.start();
    newest().welcome({ heartbeatS: 60 });
    signaling.nudge();
    newest().receive({ type: "pong", id: 1 });
    vi.advanceTimersByTime(10_000);
    expect(state()).toBe("connected");
  });

  it("counts the links", () => {
    signaling.start();
    newest().welcome();
    expect(signaling.link).toBe(1);
    newest().closeFromServer(1001);
    vi.advanceTimersByTime(200);
    newest().welcome();
    expect(signaling.link).toBe(2);
  });

  it("stops when stopped", () => {
    signaling.start();
    newest().closeFromServer(1006);
    signaling.stop();
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(state()).toBe("idle");
  });
});

describe("refusal", () => {
  it.each([4400, 4401, 4403, 4409, 4426])("does not try again after %i", (code) => {
    signaling.start();
    newest().open();
    newest().closeFromServer(code, "said why");
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(signaling.status.value).toMatchObject({ state: "refused", closeCode: code });
  });

  it("says what the server's error said", () => {
    signaling.start();
    newest().open();
    newest().receive({
      type: "error",
      problem: "urn:peerlens:problem:unauthorized",
      detail: "a token is needed",
    });
    newest().closeFromServer(4401);
    expect(signaling.status.value).toMatchObject({
      problem: "unauthorized",
      detail: "a token is needed",
    });
  });

  it("begins anew with another token", () => {
    signaling.start();
    newest().open();
    newest().closeFromServer(4401);
    token = "right";
    signaling.restart();
    newest().open();
    expect(newest().sent).toEqual([{ type: "hello", v: 1, token: "right" }]);
  });

  it.each(['{"type":"nonsense"}', "not json", '{"type":"cameras"}'])(
    "stops when the server sends %s",
    (text) => {
      signaling.start();
      newest().welcome();
      newest().receive(text);
      expect(signaling.status.value).toMatchObject({ state: "refused", closeCode: 4400 });
      expect(newest().closedWith).toBe(4400);
    },
  );
});

it("hands session messages to whoever attached", () => {
  signaling.start();
  newest().welcome();
  const received: string[] = [];
  const detach = signaling.attach("s1", (message) => received.push(message.type));
  newest().receive({ type: "answer", session: "s1", sdp: "v=0" });
  newest().receive({ type: "candidate", session: "s2", candidate: null });
  newest().receive({ type: "error", problem: "unknown-camera", detail: "", session: "s1" });
  detach();
  newest().receive({ type: "bye", session: "s1" });
  expect(received).toEqual(["answer", "error"]);
});

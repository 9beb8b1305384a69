import { beforeEach, describe, expect, it } from "vitest";
import { Ladder, type Conditions, type Move } from "../../src/client/ladder";
import type { Path, Way } from "../../src/client/path";

const ALL: Conditions = {
  can: { direct: true, turn: true, relay: true },
  isSupported: true,
  roundTripMs: 10,
  isHeld: false,
  isCameraAway: false,
};

let ladder: Ladder;
let nowMs: number;
let conditions: Conditions;
/** The ways of all attempts so far by id, and those that are over. */
let ways: Map<number, Way>;
let over: Set<number>;
let log: string[];

beforeEach(() => {
  ladder = new Ladder(() => 1);
  nowMs = 0;
  conditions = ALL;
  ways = new Map();
  over = new Set();
  log = [];
  ladder.begin(0);
});

function note(moves: readonly Move[]): void {
  for (const move of moves) {
    if (move.do === "start") ways.set(move.id, move.way);
    if (move.do === "stop") over.add(move.id);
    const why = move.do === "stop" ? ` ${move.why}` : "";
    log.push(`${String(nowMs)} ${move.do} ${ways.get(move.id) ?? "?"}${why}`);
  }
}

/** Lets time pass, and decides whenever the ladder wants to. */
function pass(ms: number): void {
  const endMs = nowMs + ms;
  for (;;) {
    note(ladder.decide(nowMs, conditions));
    const nextMs = ladder.nextMs(nowMs);
    if (nextMs === null || nextMs > endMs) break;
    nowMs = nextMs;
  }
  nowMs = endMs;
  note(ladder.decide(nowMs, conditions));
}

/** The newest attempt of `way` that goes on. */
function id(way: Way): number {
  const found = [...ways].reverse().find(([each, of]) => of === way && !over.has(each));
  if (found === undefined) throw new Error(`${way} is not being tried`);
  return found[0];
}

function live(way: Way, path: Path | null = way === "turn" ? "turn-udp" : way): void {
  ladder.live(id(way), path, nowMs);
  pass(0);
  ladder.seen(id(way));
  pass(0);
}

function ends(way: Way, slug = "timeout", more: object = {}): void {
  const attempt = id(way);
  over.add(attempt);
  note(ladder.ended(attempt, { slug, retryAfterMs: null, isAnnounced: true, ...more }, nowMs));
  pass(0);
}

/** What was logged since the last look. */
const moves = () => log.splice(0);

describe("a climb", () => {
  it("tries the direct way alone where it connects", () => {
    pass(150);
    ladder.connected(id("direct"), nowMs);
    pass(2_500);
    live("direct");
    pass(600_000);
    expect(moves()).toEqual(["0 start direct", "2650 show direct"]);
    expect(ladder.nextMs(nowMs)).toBeNull();
  });

  it("adds TURN after some round trips, and the relay after a second", () => {
    pass(20);
    ladder.answered(id("direct"), nowMs);
    pass(3_000);
    expect(moves()).toEqual(["0 start direct", "180 start turn", "1030 start relay"]);
  });

  it("gives the direct way its chance where the answer comes late, but does not wait for ever", () => {
    pass(300);
    ladder.answered(id("direct"), nowMs);
    pass(700);
    expect(moves()).toEqual(["0 start direct", "430 start turn"]);
    ladder = new Ladder(() => 1);
    ladder.begin(nowMs);
    pass(900);
    expect(moves()).toEqual(["1000 start direct", "1530 start turn"]);
  });

  it("shows the first picture, and leaves it for a better one only", () => {
    pass(1_100);
    live("turn");
    live("direct");
    expect(moves().slice(3)).toEqual([
      "1100 show turn",
      "1100 stop relay not-needed",
      "1100 show direct",
      "1100 stop turn not-needed",
    ]);
  });

  it("keeps what is shown until the better one is seen", () => {
    pass(1_100);
    live("relay");
    moves();
    ladder.live(id("direct"), "direct", nowMs);
    pass(300);
    expect(moves()).toEqual(["1100 show direct", "1100 stop turn not-needed"]);
    ladder.seen(id("direct"));
    pass(0);
    expect(moves()).toEqual(["1400 stop relay not-needed"]);
  });

  it("takes a picture for seen after a second: hidden pages show none", () => {
    pass(1_100);
    live("relay");
    ladder.live(id("direct"), "direct", nowMs);
    pass(1_000);
    expect(moves().at(-1)).toBe("2100 stop relay not-needed");
  });

  it("goes back when the better one cannot be shown after all", () => {
    pass(1_100);
    live("relay");
    ladder.live(id("direct"), "direct", nowMs);
    pass(10);
    moves();
    note(ladder.unseen(id("direct"), nowMs));
    pass(4_999);
    expect(moves().slice(0, 3)).toEqual(["1110 stop direct no-picture", "1110 show relay", "1110 start turn"]);
    pass(1);
    expect(moves()).toContain("6110 start direct");
  });

  it("goes back as well when the better one ends at once", () => {
    pass(1_100);
    live("relay");
    ladder.live(id("direct"), "direct", nowMs);
    pass(10);
    moves();
    ends("direct");
    expect(moves()).toContain("1110 show relay");
  });

  it.each(["timeout", "failed", "bye"])("does not wait for its turn after: %s", (slug) => {
    pass(20);
    ends("direct", slug);
    expect(moves()).toEqual(["0 start direct", "20 start turn"]);
    ends("turn", slug);
    expect(moves()).toEqual(["20 start relay"]);
  });

  it.each(["gateway-offline", "unknown-camera", "too-many-viewers", "forbidden"])(
    "leaves the other ways alone after: %s",
    (slug) => {
      pass(20);
      ends("direct", slug);
      pass(5_000);
      expect(log.filter((line) => / start (turn|relay)/.test(line))).toEqual([]);
    },
  );

  it("tries them after all when the refusal is not repeated", () => {
    pass(20);
    ends("direct", "gateway-offline", { isAnnounced: false });
    pass(200);
    ladder.answered(id("direct"), nowMs);
    pass(1_000);
    expect(moves()).toContain("1030 start relay");
  });

  it("begins with the relay where the browser has no WebRTC", () => {
    conditions = { ...ALL, can: { direct: false, turn: false, relay: true }, isSupported: false };
    pass(0);
    expect(moves()).toEqual(["0 start relay"]);
  });

  it("waits for the server a while before it takes the relay", () => {
    conditions = { ...ALL, can: { direct: false, turn: false, relay: true } };
    pass(1_400);
    conditions = ALL;
    pass(100);
    ladder.connected(id("direct"), nowMs);
    pass(2_000);
    expect(moves()).toEqual(["1400 start direct"]);
  });

  it("does not take a camera that is away for a missing way", () => {
    conditions = { ...ALL, isCameraAway: true };
    pass(100);
    ladder.connected(id("direct"), nowMs);
    pass(60_000);
    expect(moves()).toEqual(["0 start direct"]);
  });

  it("tries the others when a connection stands for long without a picture", () => {
    pass(100);
    ladder.connected(id("direct"), nowMs);
    pass(3_000);
    expect(moves()).toEqual(["0 start direct", "3100 start turn", "3100 start relay"]);
  });

  it("gives a connection its time for a picture, however long its way took to connect", () => {
    pass(100);
    ladder.reached(id("direct"), nowMs);
    pass(2_500);
    ladder.connected(id("direct"), nowMs);
    pass(2_999);
    expect(moves()).toEqual(["0 start direct"]);
    pass(1);
    expect(moves()).toEqual(["5600 start turn", "5600 start relay"]);
  });

  it("tries the others when a way is found and no connection comes of it", () => {
    pass(100);
    ladder.reached(id("direct"), nowMs);
    pass(3_000);
    expect(moves()).toEqual(["0 start direct", "3100 start turn", "3100 start relay"]);
  });

  it("tries again with growing delays while there is nothing to show", () => {
    conditions = { ...ALL, can: { direct: true, turn: false, relay: false } };
    pass(0);
    for (const delayMs of [200, 400, 800, 1_600, 2_000, 2_000]) {
      ends("direct");
      moves();
      pass(delayMs - 1);
      expect(moves()).toEqual([]);
      pass(1);
      expect(moves()).toEqual([`${String(nowMs)} start direct`]);
    }
  });

  it("waits as long as it is told to, and longer where the server tells of a change", () => {
    conditions = { ...ALL, can: { direct: true, turn: false, relay: false } };
    pass(0);
    ends("direct", "too-many-viewers", { retryAfterMs: 5_000 });
    pass(5_000);
    ends("direct", "gateway-offline");
    pass(10_000);
    ends("direct", "gateway-offline", { isAnnounced: false });
    pass(2_000);
    expect(moves()).toEqual([
      "0 start direct",
      "5000 start direct",
      "15000 start direct",
      "15400 start direct",
    ]);
  });
});

describe("trials of better ways", () => {
  const showRelay = () => {
    pass(1_030);
    live("relay");
    moves();
  };

  it("follow with growing pauses, each with a bound", () => {
    conditions = { ...ALL, can: { direct: true, turn: false, relay: true } };
    showRelay();
    pass(120_000);
    expect(moves()).toEqual([
      "5000 stop direct no-connection",
      "7000 start direct",
      "12000 stop direct no-connection",
      "17000 start direct",
      "22000 stop direct no-connection",
      "32000 start direct",
      "37000 stop direct no-connection",
      "57000 start direct",
      "62000 stop direct no-connection",
      "102000 start direct",
      "107000 stop direct no-connection",
    ]);
  });

  it("begin at once, and soon again, when the network changes", () => {
    conditions = { ...ALL, can: { direct: true, turn: false, relay: true } };
    showRelay();
    pass(40_000);
    moves();
    note(ladder.nudge(nowMs));
    pass(7_000);
    expect(moves()).toEqual([
      "41030 start direct",
      "46030 stop direct no-connection",
      "48030 start direct",
    ]);
  });

  it("end when they connect and give no picture", () => {
    showRelay();
    ladder.connected(id("direct"), nowMs);
    pass(5_000);
    expect(moves()).toContain("6030 stop direct no-picture");
  });

  it("get time for a picture from when they connect, not from when a way was found", () => {
    showRelay();
    ladder.reached(id("direct"), nowMs);
    pass(2_000);
    ladder.connected(id("direct"), nowMs);
    moves();
    pass(4_999);
    expect(moves().filter((move) => move.includes("direct"))).toEqual([]);
    pass(1);
    expect(moves()).toContain("8030 stop direct no-picture");
  });

  it("look for a better TURN server too, and keep the one that is as good", () => {
    pass(0);
    ladder.answered(id("direct"), nowMs);
    pass(200);
    live("turn", "turn-tcp");
    moves();
    pass(100);
    expect(moves()).toEqual([]);
    ladder.connected(id("direct"), nowMs);
    const first = id("turn");
    note(ladder.nudge(nowMs));
    pass(0);
    expect(moves()).toEqual(["300 start turn"]);
    const trial = Math.max(...[...ways].filter(([, way]) => way === "turn").map(([each]) => each));
    expect(trial).not.toBe(first);
    ladder.live(trial, "turn-tcp", nowMs);
    pass(0);
    expect(moves()).toEqual(["300 stop turn no-better"]);
    note(ladder.nudge(nowMs));
    pass(0);
    ladder.live(id("turn"), "turn-udp", nowMs);
    pass(0);
    expect(moves()).toEqual(["300 start turn", "300 show turn"]);
  });

  it("wait for the path of what they found", () => {
    pass(0);
    ladder.answered(id("direct"), nowMs);
    pass(200);
    live("turn", "turn-tls");
    note(ladder.nudge(nowMs));
    pass(0);
    moves();
    ladder.live(id("turn"), null, nowMs);
    pass(0);
    expect(moves()).toEqual([]);
    ladder.live(id("turn"), "turn-tcp", nowMs);
    pass(0);
    expect(moves()).toEqual(["200 show turn"]);
  });

  it("are not made while somebody drives, and at once afterwards", () => {
    showRelay();
    conditions = { ...ALL, isHeld: true };
    pass(120_000);
    expect(moves()).toEqual(["1030 stop direct not-needed", "1030 stop turn not-needed"]);
    note(ladder.nudge(nowMs));
    pass(10_000);
    expect(moves()).toEqual([]);
    conditions = ALL;
    pass(0);
    expect(moves()).toEqual(["131030 start direct", "131030 start turn"]);
  });

  it("do not take a driver along that had a picture in the same moment", () => {
    showRelay();
    conditions = { ...ALL, isHeld: true };
    ladder.live(id("direct"), "direct", nowMs);
    pass(0);
    expect(ladder.shown).toBe(id("relay"));
  });
});

describe("the death of what is shown", () => {
  it("begins a climb at once, with the relay sooner", () => {
    pass(10);
    live("direct");
    pass(60_000);
    moves();
    ends("direct");
    pass(1_000);
    expect(moves()).toEqual(["60010 start direct", "60410 start relay", "60540 start turn"]);
  });

  it("is no circle where it dies as soon as it lives", () => {
    conditions = { ...ALL, can: { direct: true, turn: false, relay: false } };
    pass(0);
    for (const delayMs of [200, 400, 800]) {
      live("direct");
      pass(100);
      ends("direct");
      moves();
      pass(delayMs - 1);
      expect(moves()).toEqual([]);
      pass(1);
      expect(moves()).toEqual([`${String(nowMs)} start direct`]);
    }
  });

  it("does not end what was being tried beside it", () => {
    pass(1_100);
    live("relay");
    moves();
    ends("relay");
    expect(moves()).toEqual([]);
    live("direct");
    expect(moves()).toEqual(["1100 show direct", "1100 stop turn not-needed"]);
  });
});

it("replaces what hangs, when there is reason to try now, but not what has only just begun", () => {
  pass(400);
  moves();
  note(ladder.nudge(nowMs));
  pass(0);
  expect(moves()).toEqual([]);
  pass(200);
  note(ladder.nudge(nowMs));
  pass(0);
  expect(moves()).toEqual(["600 stop direct replaced", "600 start direct"]);
});

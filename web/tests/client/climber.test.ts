import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Attempt, AttemptState } from "../../src/client/attempt";
import { Climber } from "../../src/client/climber";
import { epochNow } from "../../src/client/clock";
import { Refused } from "../../src/client/errors";
import type { Path, Way } from "../../src/client/path";

/** An attempt that goes as the test says. */
class FakeAttempt implements Attempt {
  readonly startedMs = epochNow();
  readonly stats = null;
  readonly latencyMs = null;
  readonly onScreenMs = null;
  readonly trace = null;
  readonly delivery = null;
  readonly roundTripMs = null;
  state: AttemptState = "connecting";
  failure: Refused | null = null;
  path: Path | null = null;
  isAnswered = false;
  hasWay = false;
  isConnected = false;
  probes = 0;
  closedWith: string | null = null;

  constructor(
    readonly way: Way,
    readonly changed: () => void,
  ) {}

  start(): void {
    if (this.failure !== null) this.fail(this.failure);
  }

  probe(): void {
    this.probes += 1;
  }

  close(reason = ""): void {
    this.closedWith = reason;
    this.state = "closed";
    // As attempts do: their own end is told to who ends them, too.
    this.changed();
  }

  live(path: Path): void {
    this.state = "live";
    this.path = path;
    this.isConnected = true;
    this.changed();
  }

  fail(failure: Refused): void {
    this.state = "failed";
    this.failure = failure;
    this.changed();
  }
}

let attempts: FakeAttempt[];
let shows: string[];
let ended: string[];
let failsAtOnce: Refused | null;
let climber: Climber<FakeAttempt>;

beforeEach(() => {
  vi.useFakeTimers();
  attempts = [];
  shows = [];
  ended = [];
  failsAtOnce = null;
  climber = new Climber<FakeAttempt>({
    open: (way, changed) => {
      const attempt = new FakeAttempt(way, changed);
      attempt.failure = failsAtOnce;
      attempts.push(attempt);
      return attempt;
    },
    conditions: () => ({
      can: { direct: true, turn: false, relay: true },
      isSupported: true,
      roundTripMs: 0,
      isHeld: false,
      isCameraAway: false,
    }),
    isAnnounced: () => true,
    random: () => 1,
    listener: {
      changed: () => undefined,
      show: (attempt) => {
        shows.push(attempt.way);
        climber.seen(attempt);
      },
      ended: ({ way }, wasShown) => ended.push(`${way} ${String(wasShown)}`),
    },
  });
});

afterEach(() => {
  climber.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const newest = (way: Way) => {
  const found = attempts.findLast((attempt) => attempt.way === way);
  if (found === undefined) throw new Error(`${way} was not tried`);
  return found;
};
const tried = () => climber.tried.map(({ way, path, outcome }) => `${way} ${path ?? "-"} ${outcome}`);

it("does what the ladder says, in time", () => {
  climber.start();
  vi.advanceTimersByTime(1_000);
  expect(attempts.map(({ way }) => way)).toEqual(["direct", "relay"]);
  newest("relay").live("relay");
  expect([climber.shown?.way, shows]).toEqual(["relay", ["relay"]]);
  newest("direct").live("direct");
  expect(newest("relay").closedWith).toBe("not needed any more");
  expect([climber.shown?.way, climber.count]).toEqual(["direct", 2]);
  expect(tried()).toEqual(["direct direct shown", "relay relay seen"]);
});

it("tells of the end of what was shown, and begins anew", () => {
  climber.start();
  newest("direct").live("direct");
  vi.advanceTimersByTime(5_000);
  newest("direct").fail(new Refused("timeout", "gone"));
  expect(ended).toEqual(["direct true"]);
  expect(climber.shown).toBeNull();
  expect(tried()).toEqual(["direct direct lost", "direct - trying"]);
});

it("leads with what is farthest while nothing is shown", () => {
  climber.start();
  expect(climber.lead?.way).toBe("direct");
  vi.advanceTimersByTime(1_000);
  newest("relay").isConnected = true;
  expect(climber.lead?.way).toBe("relay");
});

it("is not carried round in a circle by attempts that fail at once", () => {
  failsAtOnce = new Refused("failed", "no");
  climber.start();
  vi.advanceTimersByTime(60_000);
  // The direct way every 2 s in the end, the relay every 5 s.
  expect(attempts.length).toBeLessThan(60);
  expect(climber.tried).toHaveLength(8);
});

it("asks what works whether it still does, when there is reason to", () => {
  climber.start();
  newest("direct").live("direct");
  climber.nudge();
  expect(newest("direct").probes).toBe(1);
});

describe("stopped", () => {
  it("closes everything, and does nothing any more", () => {
    climber.start();
    vi.advanceTimersByTime(1_000);
    climber.stop();
    expect(attempts.map(({ state }) => state)).toEqual(["closed", "closed"]);
    climber.nudge();
    climber.decide();
    newest("direct").changed();
    vi.advanceTimersByTime(60_000);
    expect(attempts).toHaveLength(2);
  });

  it("begins anew", () => {
    climber.start();
    climber.stop();
    climber.start();
    expect(attempts).toHaveLength(2);
  });
});

import { expect, it } from "vitest";
import { RemoteClock } from "../../src/client/clock";

/** One exchange with a clock `offsetMs` ahead, with the delays of the two ways. */
function exchange(sentMs: number, offsetMs: number, thereMs: number, backMs: number) {
  const receivedMs = sentMs + thereMs + offsetMs;
  const repliedMs = receivedMs + 3;
  const arrivedMs = repliedMs - offsetMs + backMs;
  return [{ sentMs, receivedMs, repliedMs }, arrivedMs] as const;
}

it("knows nothing at first", () => {
  const clock = new RemoteClock();
  expect(clock.offsetMs).toBeNull();
  expect(clock.roundTripMs).toBeNull();
  expect(clock.threeTripsMs).toBe(0);
});

it("finds the offset when both ways take equally long", () => {
  const clock = new RemoteClock();
  clock.add(...exchange(1e12, 5_000, 20, 20));
  expect(clock.offsetMs).toBe(5_000);
  expect(clock.roundTripMs).toBe(40);
});

it("trusts the exchange with the shortest round trip", () => {
  const clock = new RemoteClock();
  clock.add(...exchange(1e12, -70, 2, 2));
  clock.add(...exchange(1e12 + 2_000, -70, 300, 2));
  expect(clock.offsetMs).toBe(-70);
  expect([clock.roundTripMs, clock.threeTripsMs]).toEqual([4, 412]);
  const quick = new RemoteClock();
  for (const thereMs of [2, 6]) quick.add(...exchange(1e12, 0, thereMs, 2));
  expect(quick.threeTripsMs).toBe(24);
});

it("forgets all but the last eight, so that it follows a drifting clock", () => {
  const clock = new RemoteClock();
  clock.add(...exchange(1e12, 0, 1, 1));
  for (let i = 1; i <= 8; i += 1) clock.add(...exchange(1e12 + i * 2_000, 10, 4, 4));
  expect(clock.offsetMs).toBe(10);
});

it("ignores exchanges that cannot be", () => {
  const clock = new RemoteClock();
  clock.add({ sentMs: 100, receivedMs: 0, repliedMs: 0 }, 50);
  clock.add({ sentMs: 100, receivedMs: 10, repliedMs: 5 }, 150);
  clock.add({ sentMs: 100, receivedMs: 0, repliedMs: 1_000 }, 110);
  expect(clock.offsetMs).toBeNull();
});

import { expect, it } from "vitest";
import { Backoff } from "../../src/client/backoff";

it("doubles up to the cap", () => {
  const backoff = new Backoff({ firstMs: 200, capMs: 2_000, random: () => 1 });
  expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([
    200, 400, 800, 1_600, 2_000, 2_000,
  ]);
});

it("never waits less than half of a step", () => {
  const backoff = new Backoff({ firstMs: 200, capMs: 2_000, random: () => 0 });
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1_000]);
});

it("stays at the cap for ever", () => {
  const backoff = new Backoff({ random: () => 1 });
  for (let i = 0; i < 5_000; i += 1) backoff.next();
  expect(backoff.next()).toBe(2_000);
});

it("begins anew after a reset", () => {
  const backoff = new Backoff({ random: () => 1 });
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(200);
});

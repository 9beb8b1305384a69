import { expect, it } from "vitest";
import { meterFill, sensitivityWords } from "../../../src/client/zones/sensitivity";

it("names the four of the requirements, and what lies between by the nearest", () => {
  expect([0.05, 0.1, 0.2, 0.3].map(sensitivityWords)).toEqual([
    "Very sensitive",
    "Default",
    "Low",
    "Very low",
  ]);
  expect([0.01, 0.12, 0.24, 0.9].map(sensitivityWords)).toEqual(["Very sensitive", "Default", "Low", "Very low"]);
});

it("fills the meter more for more, and never over its end", () => {
  expect([-1, 0, 25, 100].map(meterFill)).toEqual([0, 0, 1, 1]);
  expect(meterFill(1)).toBeGreaterThan(0.1);
});

import { expect, it } from "vitest";
import type { Delivery } from "../../src/client/messages";
import { qualityWords } from "../../src/components/wording";

const DELIVERY: Delivery = {
  quality: "low",
  resent: 0,
  dropped: 0,
  roundTripMs: null,
  lost: null,
  jitterMs: null,
  estimateKbps: null,
  path: null,
};

it.each<[Partial<Delivery>, string]>([
  [{ estimateKbps: 297.4 }, "Lowest quality: your network allows 300 kbit/s."],
  [{ quality: "medium", estimateKbps: 1_249 }, "Reduced quality: your network allows 1.2 Mbit/s."],
  [{ estimateKbps: 0 }, "Lowest quality: your network is slow right now."],
  [{ quality: "medium" }, "Reduced quality: your network is slow right now."],
])("says in plain words why the quality is reduced: %o", (known, words) => {
  expect(qualityWords({ ...DELIVERY, ...known })).toBe(words);
});

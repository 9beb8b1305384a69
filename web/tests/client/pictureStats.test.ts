import { expect, it } from "vitest";
import { PictureStats } from "../../src/client/pictureStats";

it("knows nothing before the first picture", () => {
  expect(new PictureStats().read(null, 0)).toMatchObject({
    fps: null,
    bitrateKbps: null,
    framesDecoded: 0,
    width: null,
  });
});

it("counts over the last second", () => {
  const stats = new PictureStats();
  for (let atMs = 0; atMs < 3_000; atMs += 50) stats.shown(10_000, 320, 240, atMs);
  stats.dropped();
  expect(stats.read(7, 2_999)).toMatchObject({
    fps: 20,
    bitrateKbps: 1_600,
    framesDecoded: 60,
    framesDropped: 1,
    roundTripMs: 7,
    width: 320,
    height: 240,
  });
  expect(stats.read(7, 5_000)).toMatchObject({ fps: 0, bitrateKbps: 0 });
});

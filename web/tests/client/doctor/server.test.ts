import { expect, it } from "vitest";
import {
  judgeClock,
  judgeLink,
  judgePictures,
  type LinkReading,
} from "../../../src/client/doctor/server";

const HOST = "cars.example.org";

it.each<[LinkReading, string, string]>([
  [{ kind: "welcome", tookMs: 12, role: "viewer", cameras: 1 }, "server.reachable", "ok"],
  [{ kind: "refused", slug: "unauthorized", detail: "the token is wrong" }, "server.token", "problem"],
  [{ kind: "refused", slug: "forbidden", detail: "no" }, "server.token", "problem"],
  [{ kind: "refused", slug: "unsupported-version", detail: "v" }, "server.version", "problem"],
  [{ kind: "refused", slug: "overloaded", detail: "full" }, "server.refused", "problem"],
  [{ kind: "closed", code: 1006 }, "server.unreachable", "problem"],
  [{ kind: "silent" }, "server.silent", "problem"],
])("judges %o", (reading, id, level) => {
  const [found] = judgeLink(reading, HOST);
  expect(found).toMatchObject({ id, level });
});

it("warns of a server without cameras", () => {
  const found = judgeLink({ kind: "welcome", tookMs: 12, role: "viewer", cameras: 0 }, HOST);
  expect(found.map(({ id }) => id)).toEqual(["server.reachable", "server.no-cameras"]);
});

it.each([
  [0, "clock.right", "ok"],
  [-4_900, "clock.right", "ok"],
  [6_000, "clock.off", "note"],
  [-61_000, "clock.off", "warning"],
])("compares clocks that are %d ms apart", (offsetMs, id, level) => {
  expect(judgeClock(offsetMs)).toMatchObject([{ id, level }]);
});

it("says which clock is behind", () => {
  expect(judgeClock(90_000)[0]?.what).toContain("90 s behind the server’s");
  expect(judgeClock(-7_200_000)[0]?.what).toContain("2 hours ahead of the server’s");
  expect(judgeClock(null)).toEqual([]);
});

it("wants pictures over the WebSocket", () => {
  const reading = { camera: "front", pictureMs: 80, detail: null, offsetMs: 0 };
  expect(judgePictures(reading)).toMatchObject([{ id: "pictures.arrive", level: "ok" }]);
  const none = judgePictures({ ...reading, pictureMs: null, detail: "closed with 1006" });
  expect(none).toMatchObject([{ id: "pictures.none", level: "warning" }]);
  expect(none[0]?.what).toContain("closed with 1006");
});

import { beforeEach, expect, it } from "vitest";
import { Lease, NO_CAPABILITIES } from "../../../src/client/drive/lease";
import { carNews, drivenNews } from "../../support/FakeTransport";

let lease: Lease;

beforeEach(() => {
  lease = new Lease();
});

const refused = (slug: string) =>
  ({ type: "error", problem: `urn:peerlens:problem:${slug}`, detail: "", session: null }) as const;

it("has a session only while this page drives", () => {
  expect(lease.session).toBeNull();
  lease.heard(carNews({ session: "s" }), 0);
  expect(lease.session).toBeNull();
  lease.heard(carNews({ you: "driving", session: "s" }), 0);
  expect(lease.session).toBe("s");
  lease.heard(carNews({ you: "driving", session: "t" }), 0);
  expect(lease.session).toBe("t");
  lease.heard(carNews({ you: "watching", driven: true }), 0);
  expect(lease.session).toBeNull();
});

it("counts the time down between messages, and not below nothing", () => {
  expect(lease.leftMs(0)).toBeNull();
  lease.heard(carNews({ leftMs: 5_000 }), 1_000);
  expect(lease.leftMs(1_000)).toBe(5_000);
  expect(lease.leftMs(4_000)).toBe(2_000);
  expect(lease.leftMs(60_000)).toBe(0);
  lease.heard(carNews({ leftMs: 600_000 }), 60_000);
  expect(lease.leftMs(60_000)).toBe(600_000);
});

it("knows nothing any more when the link is lost", () => {
  lease.heard(carNews({ you: "driving", session: "s", leftMs: 9 }), 0);
  lease.lost();
  expect([lease.car, lease.session, lease.leftMs(0), lease.health]).toEqual([null, null, null, null]);
});

it("remembers what the board can do, and its health while this page drives", () => {
  expect(lease.capabilities).toEqual(NO_CAPABILITIES);
  const capabilities = { ...NO_CAPABILITIES, lights: true };
  const health = { batteryV: 7.4, batteryPercent: 80, rssiDbm: -60 };
  const mine = { you: "driving", session: "s" };
  lease.heard(carNews({ ...mine, capabilities, health }), 0);
  lease.heard(carNews(mine), 0);
  expect(lease.capabilities).toEqual(capabilities);
  expect(lease.health).toEqual(health);
  lease.heard(carNews({ ...mine, board: "offline" }), 0);
  expect(lease.health).toBeNull();
  lease.heard(carNews({ ...mine, health }), 0);
  lease.heard(carNews(), 0);
  expect(lease.health).toBeNull();
});

it("tells of a refusal for a while, or until something comes of it", () => {
  lease.heard(carNews(), 0);
  lease.heard(refused("queue-full"), 1_000);
  expect(lease.problem(6_000)).toBe("queue-full");
  expect(lease.problem(7_001)).toBeNull();
  lease.heard(refused("forbidden"), 8_000);
  lease.heard(carNews({ you: "driving" }), 8_001);
  expect(lease.problem(8_001)).toBeNull();
});

it("is not changed by answers to commands", () => {
  lease.heard(drivenNews(), 0);
  expect(lease.car).toBeNull();
});

import { expect, it } from "vitest";
import {
  alarm,
  GRANTED,
  LINK_LOST,
  REFUSED,
  STOPPED,
  type Situation,
} from "../../../src/client/drive/alarms";

const DRIVING: Situation = { you: "driving", isUnanswered: false, state: "armed", reason: null };
const WATCHING: Situation = { ...DRIVING, you: "watching" };
const GONE: Situation = { ...DRIVING, you: null, state: null };
const HALTED: Situation = { ...DRIVING, state: "stopped" };
const BLIND: Situation = { ...DRIVING, reason: "stale-video" };
const UNANSWERED: Situation = { ...DRIVING, isUnanswered: true, state: null };

it.each<[string, Situation, Situation, readonly number[] | null]>([
  ["nothing new", DRIVING, DRIVING, null],
  ["the emergency stop", DRIVING, HALTED, STOPPED],
  ["the emergency stop, seen by others", WATCHING, { ...WATCHING, state: "stopped" }, STOPPED],
  ["the stop that goes on", HALTED, HALTED, null],
  ["a lost link", DRIVING, GONE, LINK_LOST],
  ["silence", DRIVING, UNANSWERED, LINK_LOST],
  ["silence that goes on", UNANSWERED, UNANSWERED, null],
  ["a link that watchers lose", WATCHING, GONE, null],
  ["the lease", WATCHING, DRIVING, GRANTED],
  ["throttle refused", DRIVING, BLIND, REFUSED],
  ["throttle refused before", BLIND, BLIND, null],
  ["throttle limited", DRIVING, { ...DRIVING, reason: "slow-video" }, null],
  ["the first word", GONE, WATCHING, null],
])("answers %s", (_name, before, after, expected) => {
  expect(alarm(before, after)).toBe(expected);
});

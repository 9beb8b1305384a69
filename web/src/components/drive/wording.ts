/** Every sentence about driving that depends on state, in one place. */

import type { DriveView } from "../../client/drive/view";
import { milliseconds } from "../format";

/** off: nothing to do; wait: soon; go: it drives; warn: less than asked; bad: act. */
export type Tone = "off" | "wait" | "go" | "warn" | "bad";

export interface DriveWords {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
}

/** `hasCar`: false where the camera is known to have none. */
export function driveWords(view: DriveView, hasCar = true): DriveWords {
  const { car } = view;
  if (car === null && !hasCar) {
    return words("warn", "No car here", "This camera can be watched, not driven.");
  }
  if (view.path === null) return words("wait", "Connecting…", "Looking for the way to the car.");
  if (car === null) {
    return words("wait", "Waiting for the car…", "Connected. It has not said a word yet.");
  }
  if (view.isUnanswered) {
    return words("bad", "No answer", "The car stops by itself when it hears nothing.");
  }
  if (view.state === "stopped") return stopped(view);
  if (car.board === "offline") {
    return words("warn", "Car offline", "It stands still. Waiting for it to come back…");
  }
  if (view.you === "driving") return driving(view);
  if (view.you === "queued") return queued(view);
  return watching(view);
}

function stopped({ you, car }: DriveView): DriveWords {
  const whoElse = car?.driven === true ? "Whoever drives" : "Whoever drives next";
  return you === "driving"
    ? words("bad", "Emergency stop", "Hold “Clear stop” for a second to go on.")
    : words("bad", "Emergency stop", `${whoElse} can clear it.`);
}

function watching({ car, leftMs }: DriveView): DriveWords {
  if (car?.driven === true) return words("off", "Somebody is driving", timeLeft(leftMs));
  return car?.mayDrive === true
    ? words("off", "The car is free", "Press “Drive” to take it.")
    : words("off", "Nobody is driving", "Your access lets you watch.");
}

function queued({ car, leftMs }: DriveView): DriveWords {
  const place = car?.place ?? null;
  const title = place === 1 ? "You are next" : `Place ${place ?? "?"} in the queue`;
  return words("wait", title, timeLeft(leftMs));
}

function timeLeft(leftMs: number | null): string {
  return leftMs === null ? "" : `Time left: ${minutes(leftMs)}.`;
}

function driving(view: DriveView): DriveWords {
  if (view.isAway) {
    return words("warn", "Paused", "This window is not in front: the car is in neutral.");
  }
  if (view.mustCentre) {
    return words("warn", "Let go of the controls", "They count again once they are released.");
  }
  if (view.lately === "expired") {
    return words("warn", "Connection too slow", "Commands arrive too late: the car ignores them.");
  }
  if (view.reason === "board-offline") {
    return words("warn", "Car offline", "It stands still. Waiting for it to come back…");
  }
  const limit = limited(view);
  if (view.state === "armed") return limit ?? words("go", "Driving", "");
  const detail = limit?.title ?? "Then the car is yours.";
  if (view.state === "neutral") {
    return words("warn", "Link interrupted", "The car went to neutral by itself.");
  }
  if (view.isThrottled) return words("wait", "Release the throttle to arm", detail);
  return words("wait", "Hold still to arm", detail);
}

/** Why the car does less than it is asked to. */
function limited({ lately, videoAgeMs, car }: DriveView): DriveWords | null {
  if (lately === "stale-video") {
    const title =
      videoAgeMs === null ? "No picture" : videoIs("too old", videoAgeMs, car?.refuseAboveMs);
    return words("bad", `${title}: throttle is off`, "Braking and steering work.");
  }
  if (lately === "slow-video") {
    const title = videoIs("late", videoAgeMs, car?.slowAboveMs);
    return words("warn", `${title}: speed is limited`, "You see late what happens.");
  }
  if (lately === "board-limit") return words("go", "Driving", "The car allows no more speed.");
  return null;
}

/** With its age, unless a newer picture has come since. */
function videoIs(word: string, ageMs: number | null, limitMs = 0): string {
  if (ageMs === null || ageMs <= limitMs) return `Video is ${word}`;
  return `Video is ${milliseconds(Math.round(ageMs / 10) * 10)} old`;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  forbidden: "Your access does not allow that.",
  "queue-full": "The queue is full. Try again later.",
  "nobody-waits": "Nobody waits for the car.",
};

/** Why a request was refused. */
export function problemWords(slug: string): string {
  return PROBLEMS[slug] ?? "The gateway refused that.";
}

/** One line for people who listen instead of look: without numbers that change all the time. */
export function driveAnnouncement(view: DriveView): string {
  const { title } = driveWords(view);
  if (view.you !== "driving" || view.state !== "armed") return title;
  if (view.lately === "stale-video") return "Video is too old: throttle is off";
  return view.lately === "slow-video" ? "Video is late: speed is limited" : title;
}

/** 4:05 */
export function minutes(valueMs: number): string {
  const seconds = Math.ceil(valueMs / 1_000);
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, "0")}`;
}

function words(tone: Tone, title: string, detail: string): DriveWords {
  return { tone, title, detail };
}

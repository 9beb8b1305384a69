/** Keys as a source of input. A key is no stick: what it asks for grows while it is held. */

import type { Input } from "./input";
import { axis } from "./shaping";

type Action =
  | "forward"
  | "back"
  | "left"
  | "right"
  | "brake"
  | "horn"
  | "panLeft"
  | "panRight"
  | "tiltUp"
  | "tiltDown"
  | "centre";

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ["KeyW", "forward"],
  ["ArrowUp", "forward"],
  ["KeyS", "back"],
  ["ArrowDown", "back"],
  ["KeyA", "left"],
  ["ArrowLeft", "left"],
  ["KeyD", "right"],
  ["ArrowRight", "right"],
  ["Space", "brake"],
  ["KeyH", "horn"],
  ["KeyQ", "panLeft"],
  ["KeyE", "panRight"],
  ["KeyR", "tiltUp"],
  ["KeyF", "tiltDown"],
  ["KeyC", "centre"],
]);

/** From nothing to all of it. */
export const THROTTLE_RAMP_MS = 300;
export const STEERING_RAMP_MS = 200;
/** The camera stays where it was turned to. */
export const LOOK_RAMP_MS = 1_000;
/** After a pause of the page a ramp goes on; it does not jump. */
const LONGEST_STEP_MS = 50;

export class Keyboard {
  readonly #pressed = new Set<string>();
  #throttle = 0;
  #steering = 0;
  #pan = 0;
  #tilt = 0;
  #readMs = 0;

  /** Whether `code` (`KeyboardEvent.code`) drives. */
  knows(code: string): boolean {
    return ACTIONS.has(code);
  }

  press(code: string, nowMs: number): void {
    if (!this.knows(code)) return;
    // Ramps begin with the press, not with the reading before it.
    this.read(nowMs);
    this.#pressed.add(code);
  }

  release(code: string): void {
    this.#pressed.delete(code);
  }

  /** Forgets every key, whose release may never be heard of; not where the camera looks. */
  clear(): void {
    this.#pressed.clear();
    this.#throttle = 0;
    this.#steering = 0;
  }

  /** What is asked for at `nowMs`, of any steady clock. */
  read(nowMs: number): Input {
    const stepMs = Math.min(LONGEST_STEP_MS, Math.max(0, nowMs - this.#readMs));
    this.#readMs = nowMs;
    const active = new Set([...this.#pressed].map((code) => ACTIONS.get(code)));
    const towards = (plus: Action, minus: Action) =>
      Number(active.has(plus)) - Number(active.has(minus));
    this.#throttle = ramp(this.#throttle, towards("forward", "back"), stepMs / THROTTLE_RAMP_MS);
    this.#steering = ramp(this.#steering, towards("right", "left"), stepMs / STEERING_RAMP_MS);
    this.#pan = axis(this.#pan + (towards("panRight", "panLeft") * stepMs) / LOOK_RAMP_MS);
    this.#tilt = axis(this.#tilt + (towards("tiltUp", "tiltDown") * stepMs) / LOOK_RAMP_MS);
    if (active.has("centre")) {
      this.#pan = 0;
      this.#tilt = 0;
    }
    return {
      throttle: this.#throttle,
      steering: this.#steering,
      brake: active.has("brake"),
      horn: active.has("horn"),
      pan: this.#pan,
      tilt: this.#tilt,
    };
  }
}

/** Grows towards `target`; falls to 0 at once, also on the way to the other side. */
function ramp(value: number, target: number, step: number): number {
  const from = Math.sign(value) === target ? value : 0;
  return axis(from + target * step);
}

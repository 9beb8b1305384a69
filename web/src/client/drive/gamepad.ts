/** A gamepad as a source of input, in the W3C "standard" mapping where it has one. */

import type { Input } from "./input";
import { axis } from "./shaping";

/** What this needs of a `Gamepad`. */
export interface Pad {
  readonly index: number;
  readonly connected: boolean;
  readonly mapping: string;
  readonly axes: readonly number[];
  readonly buttons: readonly { readonly pressed: boolean; readonly value: number }[];
}

export interface PadState {
  readonly input: Input;
  readonly lights: boolean;
  readonly stop: boolean;
}

/** Indices of the standard mapping. */
const STEERING_AXIS = 0;
const THROTTLE_AXIS = 1;
const PAN_AXIS = 2;
const TILT_AXIS = 3;
const HORN = 0;
const BRAKE = 1;
const LIGHTS = 3;
const LEFT_TRIGGER = 6;
const RIGHT_TRIGGER = 7;
const STOP = 8;
/** A stick or trigger that says that somebody holds this pad and not another. */
const HELD = 0.3;

export class GamepadReader {
  #index: number | null = null;

  /** The state of the pad in use; null when there is none. Another one takes over when it moves. */
  read(pads: readonly (Pad | null)[]): PadState | null {
    const there = pads.filter((pad): pad is Pad => pad?.connected === true);
    const current = there.find(({ index }) => index === this.#index);
    const chosen = current === undefined || !isMoved(current) ? there.find(isMoved) : undefined;
    const pad = chosen ?? current ?? there[0];
    this.#index = pad?.index ?? null;
    return pad === undefined ? null : stateOf(pad);
  }

  /** Which pad is in use; a change of it is a loss of the one before. */
  get index(): number | null {
    return this.#index;
  }
}

function stateOf(pad: Pad): PadState {
  const isStandard = pad.mapping === "standard";
  const stick = (index: number) => axis(pad.axes[index] ?? 0);
  // Elsewhere the numbers mean other things on each pad: only its first stick is safe to read.
  const button = (index: number) => isStandard && pad.buttons[index]?.pressed === true;
  const trigger = (index: number) =>
    isStandard ? Math.max(0, axis(pad.buttons[index]?.value ?? 0)) : 0;
  const triggers = trigger(RIGHT_TRIGGER) - trigger(LEFT_TRIGGER);
  const isPulled = trigger(RIGHT_TRIGGER) > 0 || trigger(LEFT_TRIGGER) > 0;
  return {
    input: {
      throttle: axis(isPulled ? triggers : -stick(THROTTLE_AXIS)),
      steering: stick(STEERING_AXIS),
      // Both triggers at once contradict each other: the safe one counts.
      brake: button(BRAKE) || (trigger(RIGHT_TRIGGER) > HELD && trigger(LEFT_TRIGGER) > HELD),
      horn: button(HORN),
      pan: isStandard ? stick(PAN_AXIS) : 0,
      tilt: isStandard ? axis(-stick(TILT_AXIS)) : 0,
    },
    lights: button(LIGHTS),
    stop: button(STOP),
  };
}

function isMoved(pad: Pad): boolean {
  const { input, lights, stop } = stateOf(pad);
  const { throttle, steering, brake, horn } = input;
  return Math.max(Math.abs(throttle), Math.abs(steering)) > HELD || brake || horn || lights || stop;
}

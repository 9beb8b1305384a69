/** Everything that a driver holds: keys, a gamepad, two thumbs. */

import type { BoardCapabilities } from "../messages";
import type { Observable } from "../observable";
import { Driver, type Command } from "./driver";
import { GamepadReader, type Pad, type PadState } from "./gamepad";
import { IDLE, type SourceName } from "./input";
import { Joystick } from "./joystick";
import { Keyboard } from "./keyboard";
import type { DriveSettings } from "./settings";

export interface HandsOptions {
  readonly settings: Observable<DriveSettings>;
  readonly pads: () => readonly (Pad | null)[];
  /** The gamepad's button for the emergency stop went down. */
  readonly stop: () => void;
}

export class Hands {
  /** The left thumb steers, the right one gives throttle. */
  readonly sticks = { steering: new Joystick("right"), throttle: new Joystick("up") };
  readonly #options: HandsOptions;
  readonly #driver = new Driver();
  readonly #keyboard = new Keyboard();
  readonly #gamepads = new GamepadReader();
  #pad: PadState | null = null;
  #isHorn = false;

  constructor(options: HandsOptions) {
    this.#options = options;
  }

  /** Whether nobody looks. */
  get isAway(): boolean {
    return this.#driver.isAway;
  }

  /** Whether something is held that counts only after it has been let go. */
  get mustCentre(): boolean {
    return this.#driver.mustCentre;
  }

  /** Whether a key drives; others are left to the page. */
  drives(code: string): boolean {
    return this.#keyboard.knows(code);
  }

  press(code: string, nowMs: number): void {
    this.#keyboard.press(code, nowMs);
  }

  release(code: string): void {
    this.#keyboard.release(code);
  }

  horn(isOn: boolean): void {
    this.#isHorn = isOn;
  }

  toggleLights(): void {
    this.#driver.toggleLights();
  }

  /** Nobody looks, or somebody does again: what is held counts not. */
  setAway(isAway: boolean): void {
    this.#driver.setAway(isAway);
    this.letGo();
  }

  /** A source broke off in the middle of what it asked for. */
  lose(source: SourceName): void {
    if (source === "keyboard") this.#keyboard.clear();
    if (source === "touch") this.#clearTouch();
    this.#driver.lose(source);
  }

  /** Whatever is held counts only after it has been let go. */
  letGo(): void {
    this.#keyboard.clear();
    this.#clearTouch();
    this.#driver.loseAll();
  }

  /** What is asked, at `nowMs` of a steady clock, of a car that can do what `capabilities` say. */
  read(nowMs: number, capabilities: BoardCapabilities): Command {
    const settings = this.#options.settings.value;
    const { steering, throttle } = this.sticks;
    this.#driver.give("keyboard", this.#keyboard.read(nowMs));
    this.#driver.give(
      "touch",
      { ...IDLE, steering: steering.value, throttle: throttle.value, horn: this.#isHorn },
      settings,
    );
    this.#readGamepad(settings);
    return this.#driver.command(settings, capabilities);
  }

  #readGamepad(settings: DriveSettings): void {
    const index = this.#gamepads.index;
    const state = this.#gamepads.read(this.#options.pads());
    // Gone, come, or another one: it is centred before it counts.
    if (this.#gamepads.index !== index) this.#driver.lose("gamepad");
    const before = this.#pad;
    this.#pad = state;
    if (state === null) return;
    this.#driver.give("gamepad", state.input, settings);
    if (state.lights && before?.lights === false) this.#driver.toggleLights();
    if (state.stop && before?.stop !== true) this.#options.stop();
  }

  #clearTouch(): void {
    this.sticks.steering.clear();
    this.sticks.throttle.clear();
    this.#isHorn = false;
  }
}

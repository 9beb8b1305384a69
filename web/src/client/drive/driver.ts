/** From several sources of input to the one thing that is asked of the car. Pure. */

import type { BoardCapabilities } from "../messages";
import { IDLE, isCentred, SOURCES, type Input, type SourceName } from "./input";
import type { DriveSettings } from "./settings";
import { axis, shaped, trimmed, type Shaping } from "./shaping";

export interface Command extends Input {
  readonly lights: boolean;
}

/** How far a source has to move to be the one that counts. */
const MOVED = 0.05;

interface Held {
  readonly input: Input;
  /** What it asked for when it last counted as moved. */
  readonly reference: Input;
  /** It was lost: nothing counts until it has been centred. */
  readonly mustCentre: boolean;
}

const LOST: Held = { input: IDLE, reference: IDLE, mustCentre: true };

export class Driver {
  readonly #sources = new Map<SourceName, Held>(SOURCES.map((name) => [name, LOST]));
  #current: SourceName | null = null;
  #isAway = false;
  #lights = false;

  /**
   * Takes what `source` asks for now, through `shaping` where it is a stick. The source that
   * moved last is the one that counts.
   */
  give(source: SourceName, raw: Input, shaping: Shaping | null = null): void {
    const before = this.#held(source);
    const input = shaping === null ? raw : felt(raw, shaping);
    const mustCentre = before.mustCentre && !isCentred(input);
    const hasMoved = isMoved(before.reference, input);
    this.#sources.set(source, {
      input,
      reference: hasMoved && !mustCentre ? input : before.reference,
      mustCentre,
    });
    if (hasMoved && !mustCentre && !isCentred(input)) this.#current = source;
  }

  /** `source` is gone, or cannot be trusted: it is centred before it counts again. */
  lose(source: SourceName): void {
    this.#sources.set(source, LOST);
    if (this.#current === source) this.#current = null;
  }

  loseAll(): void {
    for (const source of SOURCES) this.lose(source);
  }

  /** Whether nobody looks: nothing counts then, and everything is centred afterwards. */
  setAway(isAway: boolean): void {
    // Also on the way back: what was done meanwhile was not done for the car.
    this.loseAll();
    this.#isAway = isAway;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  toggleLights(): void {
    this.#lights = !this.#lights;
  }

  /** The source that counts; null while none does. */
  get current(): SourceName | null {
    return this.#isAway ? null : this.#current;
  }

  /** Whether somebody holds a control that does not count before it is let go. */
  get mustCentre(): boolean {
    const held = SOURCES.map((name) => this.#held(name));
    return held.some(({ mustCentre, input }) => mustCentre && !isCentred(input));
  }

  /** What is asked of a car that can do what `capabilities` say. */
  command(settings: DriveSettings, capabilities: BoardCapabilities): Command {
    const lights = this.#lights && capabilities.lights;
    const held = this.#current === null ? null : this.#held(this.#current).input;
    if (this.#isAway) return { ...IDLE, brake: true, lights };
    const { throttle, steering } = held ?? IDLE;
    const isBack = throttle < 0 && !capabilities.reverse;
    // A car that nobody drives stands: at first, and after whatever drove it was lost.
    const brake = held === null || isBack || this.#counting.some((input) => input.brake);
    const sum = (name: "pan" | "tilt") =>
      axis(this.#counting.reduce((total, input) => total + input[name], 0));
    return {
      throttle: brake ? 0 : axis(throttle * settings.maxThrottle),
      steering: held === null ? 0 : trimmed(steering, settings.trim),
      brake,
      lights,
      horn: capabilities.horn && this.#counting.some((input) => input.horn),
      pan: capabilities.pan ? sum("pan") : 0,
      tilt: capabilities.tilt ? sum("tilt") : 0,
    };
  }

  /** Whoever brakes, brakes: that does not depend on who moved last. */
  get #counting(): readonly Input[] {
    return SOURCES.map((name) => this.#held(name).input);
  }

  #held(source: SourceName): Held {
    return this.#sources.get(source) ?? LOST;
  }
}

function felt(input: Input, shaping: Shaping): Input {
  return {
    ...input,
    throttle: shaped(input.throttle, shaping),
    steering: shaped(input.steering, shaping),
    pan: shaped(input.pan, shaping),
    tilt: shaped(input.tilt, shaping),
  };
}

function isMoved(from: Input, to: Input): boolean {
  return (
    Math.abs(to.throttle - from.throttle) > MOVED || Math.abs(to.steering - from.steering) > MOVED
  );
}

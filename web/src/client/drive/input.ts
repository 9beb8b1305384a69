/** What one source (keyboard, gamepad, touch) asks for. Axes are -1 to 1. */

export interface Input {
  readonly throttle: number;
  /** -1 is left. */
  readonly steering: number;
  readonly brake: boolean;
  readonly horn: boolean;
  readonly pan: number;
  readonly tilt: number;
}

export const SOURCES = ["keyboard", "gamepad", "touch"] as const;
export type SourceName = (typeof SOURCES)[number];

export const IDLE: Input = {
  throttle: 0,
  steering: 0,
  brake: false,
  horn: false,
  pan: 0,
  tilt: 0,
};

/** As in the protocol's failsafe: less than this is no throttle. */
export const NEUTRAL_THROTTLE = 0.05;
const CENTRED_STEERING = 0.1;

/** Nobody moves anything. */
export function isCentred(input: Input): boolean {
  return (
    Math.abs(input.throttle) <= NEUTRAL_THROTTLE && Math.abs(input.steering) <= CENTRED_STEERING
  );
}

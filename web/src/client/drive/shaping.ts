/** What a person's hand means: dead zone, expo, trim and limits. Pure; axes are -1 to 1. */

export interface Shaping {
  /** Below this share of its way a stick counts as centred. 0 to 0.5. */
  readonly deadZone: number;
  /** 0: straight; 1: cubic, so that small movements are fine. */
  readonly expo: number;
}

/** `value` within -1 to 1; what is not finite is 0, because nobody asked for it. */
export function axis(value: number): number {
  if (!Number.isFinite(value)) return 0;
  // Adding zero turns -0 into 0.
  return Math.min(1, Math.max(-1, value)) + 0;
}

/** A stick's position as it counts: 0 inside of the dead zone, and from there without a step. */
export function shaped(value: number, { deadZone, expo }: Shaping): number {
  const given = axis(value);
  const size = (Math.abs(given) - deadZone) / (1 - deadZone);
  if (size <= 0) return 0;
  return axis(Math.sign(given) * ((1 - expo) * size + expo * size ** 3));
}

/** Steering with the offset that makes this car run straight. */
export function trimmed(steering: number, trim: number): number {
  return axis(axis(steering) + axis(trim));
}

/** One thumb on glass: it steers by how far it went from where it came down. */

import { axis } from "./shaping";

/** How far a thumb moves for all of it, in CSS pixels. */
export const REACH_PX = 64;

export interface Grip {
  /** Where the thumb came down. */
  readonly x: number;
  readonly y: number;
}

export class Joystick {
  readonly #direction: "right" | "up";
  #pointer: number | null = null;
  #grip: Grip | null = null;
  #value = 0;

  /** `direction`: where 1 is. */
  constructor(direction: "right" | "up") {
    this.#direction = direction;
  }

  /** -1 to 1; 0 while nobody holds it. */
  get value(): number {
    return this.#value;
  }

  get grip(): Grip | null {
    return this.#grip;
  }

  /** A pointer came down; says whether it is the one that counts now. */
  take(pointer: number, x: number, y: number): boolean {
    if (this.#pointer !== null) return false;
    this.#pointer = pointer;
    this.#grip = { x, y };
    return true;
  }

  move(pointer: number, x: number, y: number): void {
    if (pointer !== this.#pointer || this.#grip === null) return;
    const way = this.#direction === "right" ? x - this.#grip.x : this.#grip.y - y;
    this.#value = axis(way / REACH_PX);
  }

  /** A pointer went up, or was lost; says whether it was the one that counted. */
  leave(pointer: number): boolean {
    if (pointer !== this.#pointer) return false;
    this.clear();
    return true;
  }

  clear(): void {
    this.#pointer = null;
    this.#grip = null;
    this.#value = 0;
  }
}

/** One thumb on glass: it steers by how far it went from where it came down. */

import { Source, type Observable } from "../observable";
import { axis } from "./shaping";

/** How far a thumb moves for all of it, in CSS pixels. */
export const REACH_PX = 64;

/** One thumb that is down. */
export interface Grip {
  /** Where it came down. */
  readonly x: number;
  readonly y: number;
  /** -1 to 1. */
  readonly value: number;
}

export class Joystick {
  readonly #direction: "right" | "up";
  readonly #grip = new Source<Grip | null>(null);
  #pointer: number | null = null;

  /** `direction`: where 1 is. */
  constructor(direction: "right" | "up") {
    this.#direction = direction;
  }

  /** Null while nobody holds it. */
  get grip(): Observable<Grip | null> {
    return this.#grip;
  }

  get value(): number {
    return this.#grip.value?.value ?? 0;
  }

  /** A pointer came down; says whether it is the one that counts now. */
  take(pointer: number, x: number, y: number): boolean {
    if (this.#pointer !== null) return false;
    this.#pointer = pointer;
    this.#grip.set({ x, y, value: 0 });
    return true;
  }

  move(pointer: number, x: number, y: number): void {
    const grip = this.#grip.value;
    if (pointer !== this.#pointer || grip === null) return;
    const way = this.#direction === "right" ? x - grip.x : grip.y - y;
    this.#grip.set({ ...grip, value: axis(way / REACH_PX) });
  }

  /** A pointer went up, or was lost; says whether it was the one that counted. */
  leave(pointer: number): boolean {
    if (pointer !== this.#pointer) return false;
    this.clear();
    return true;
  }

  /** Forgets the pointer: it has to come down anew. */
  clear(): void {
    this.#pointer = null;
    this.#grip.set(null);
  }
}

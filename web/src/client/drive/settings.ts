/** How a person likes to drive; kept in this browser. */

import { Source, type Observable } from "../observable";
import type { Shaping } from "./shaping";

export interface DriveSettings extends Shaping {
  /** Added to steering. -0.3 to 0.3. */
  readonly trim: number;
  /** The most throttle that is asked for. 0.1 to 1. */
  readonly maxThrottle: number;
}

export const DEFAULTS: DriveSettings = { deadZone: 0.08, expo: 0.3, trim: 0, maxThrottle: 1 };

/** Lowest and highest value of each setting. */
export const RANGES: Readonly<Record<keyof DriveSettings, readonly [number, number]>> = {
  deadZone: [0, 0.5],
  expo: [0, 1],
  trim: [-0.3, 0.3],
  maxThrottle: [0.1, 1],
};

const NAMES = Object.keys(DEFAULTS) as (keyof DriveSettings)[];
const KEY = "peerlens.drive";

/** Takes what is usable of `given`, brought into range; the rest are defaults. */
export function settingsFrom(given: unknown): DriveSettings {
  const source = (typeof given === "object" ? given : null) as Record<string, unknown> | null;
  const result: Record<keyof DriveSettings, number> = { ...DEFAULTS };
  for (const name of NAMES) {
    const value = source?.[name];
    const [low, high] = RANGES[name];
    if (typeof value === "number" && Number.isFinite(value)) {
      result[name] = Math.min(high, Math.max(low, value));
    }
  }
  return result;
}

export class SettingsStore {
  readonly #storage: Pick<Storage, "getItem" | "setItem"> | null;
  readonly #settings: Source<DriveSettings>;

  /** `storage` may be null or refuse to work (private windows): then they live in memory. */
  constructor(storage: Pick<Storage, "getItem" | "setItem"> | null) {
    this.#storage = storage;
    this.#settings = new Source(settingsFrom(this.#read()));
  }

  get settings(): Observable<DriveSettings> {
    return this.#settings;
  }

  change(change: Partial<DriveSettings>): void {
    const next = settingsFrom({ ...this.#settings.value, ...change });
    this.#settings.set(next);
    try {
      this.#storage?.setItem(KEY, JSON.stringify(next));
    } catch {
      // Full or forbidden: they hold until the page is closed.
    }
  }

  #read(): unknown {
    try {
      return JSON.parse(this.#storage?.getItem(KEY) ?? "null");
    } catch {
      return null;
    }
  }
}

import { expect, it } from "vitest";
import { DEFAULTS, settingsFrom, SettingsStore } from "../../../src/client/drive/settings";

class Memory {
  text: string | null = null;
  getItem = () => this.text;
  setItem = (_key: string, text: string) => {
    this.text = text;
  };
}

it("keeps what was changed", () => {
  const memory = new Memory();
  new SettingsStore(memory).change({ trim: 0.12, maxThrottle: 0.4 });
  expect(new SettingsStore(memory).settings.value).toEqual({
    ...DEFAULTS,
    trim: 0.12,
    maxThrottle: 0.4,
  });
});

it.each<[unknown, Partial<typeof DEFAULTS>]>([
  [null, {}],
  ["fast", {}],
  [[1, 2], {}],
  [{ maxThrottle: 40 }, { maxThrottle: 1 }],
  [{ maxThrottle: -1 }, { maxThrottle: 0.1 }],
  [{ trim: "left", expo: NaN, deadZone: 0.9, other: 1 }, { deadZone: 0.5 }],
])("makes %o usable", (given, expected) => {
  expect(settingsFrom(given)).toEqual({ ...DEFAULTS, ...expected });
});

it("survives a broken or forbidden store", () => {
  const memory = new Memory();
  memory.text = "{";
  expect(new SettingsStore(memory).settings.value).toEqual(DEFAULTS);
  const forbidden = () => {
    throw new Error("no");
  };
  const store = new SettingsStore({ getItem: forbidden, setItem: forbidden });
  store.change({ expo: 0.5 });
  expect(store.settings.value.expo).toBe(0.5);
  expect(new SettingsStore(null).settings.value).toEqual(DEFAULTS);
});

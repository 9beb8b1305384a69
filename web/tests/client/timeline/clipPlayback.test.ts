import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClipPlayback, FOLLOW_MS, type ClipScreen } from "../../../src/client/timeline/clipPlayback";

class FakeScreen {
  src = "";
  currentTime = 0;
  plays = 0;
  readonly listeners = new Map<string, () => void>();

  play(): Promise<void> {
    this.plays += 1;
    return Promise.resolve();
  }

  addEventListener(type: string, listener: () => void): void {
    this.listeners.set(type, listener);
  }

  removeEventListener(type: string): void {
    this.listeners.delete(type);
  }

  removeAttribute(): void {
    this.src = "";
  }

  load(): void {
    // Nothing is to be done here.
  }

  fire(type: string): void {
    this.listeners.get(type)?.();
  }
}

let screen: FakeScreen;
let clips: Blob[];
let isGrowing: boolean;
let states: string[];
let urls: Set<string>;
let leave: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  screen = new FakeScreen();
  isGrowing = true;
  states = [];
  urls = new Set();
});

afterEach(() => {
  vi.useRealTimers();
});

async function play(...sizes: number[]): Promise<void> {
  clips = sizes.map((size) => new Blob([new Uint8Array(size)]));
  let count = 0;
  const playback = new ClipPlayback({
    load: () => {
      const next = clips.length > 1 ? clips.shift() : clips[0];
      return next === undefined ? Promise.reject(new Error("gone")) : Promise.resolve(next);
    },
    isGrowing: () => isGrowing,
    changed: (state) => states.push(state),
    urls: {
      createObjectURL: () => {
        const url = `blob:${String((count += 1))}`;
        urls.add(url);
        return url;
      },
      revokeObjectURL: (url) => void urls.delete(url),
    },
  });
  leave = playback.attach(screen as unknown as ClipScreen);
  await vi.advanceTimersByTimeAsync(0);
}

describe("a clip", () => {
  it("plays what there is, and goes on from there when there is more", async () => {
    await play(10, 20);
    expect([screen.src, states]).toEqual(["blob:1", ["ready"]]);
    screen.fire("loadedmetadata");
    screen.currentTime = 4;
    screen.fire("ended");
    isGrowing = false;
    await vi.advanceTimersByTimeAsync(FOLLOW_MS);
    expect(screen.src).toBe("blob:2");
    screen.currentTime = 0;
    screen.fire("loadedmetadata");
    expect([screen.currentTime, screen.plays]).toEqual([4, 2]);
    screen.fire("ended");
    await vi.advanceTimersByTimeAsync(FOLLOW_MS);
    expect(screen.src).toBe("blob:2");
    leave();
    expect(urls.size).toBe(0);
  });

  it("waits for more while there is none, without starting over", async () => {
    await play(10, 10, 20);
    screen.fire("ended");
    await vi.advanceTimersByTimeAsync(FOLLOW_MS);
    expect(screen.src).toBe("blob:1");
    await vi.advanceTimersByTimeAsync(FOLLOW_MS);
    expect(screen.src).toBe("blob:2");
    leave();
  });

  it("says when there is none", async () => {
    await play();
    expect(states).toEqual(["failed"]);
    leave();
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused } from "../../../src/client/errors";
import type { MotionSettings } from "../../../src/client/zones/motionAccess";
import { MotionEditor, SETTLE_MS } from "../../../src/client/zones/motionEditor";

let held: MotionSettings;
let asked: Partial<MotionSettings>[];
let refusal: Refused | null;
let editor: MotionEditor;

beforeEach(async () => {
  vi.useFakeTimers();
  held = { enabled: true, threshold: 0.1, zones: [], masks: [] };
  asked = [];
  refusal = null;
  editor = new MotionEditor(
    {
      read: () => Promise.resolve(held),
      change: (_, changes) => {
        asked.push(changes);
        if (refusal !== null) return Promise.reject(refusal);
        held = { ...held, ...changes };
        return Promise.resolve(held);
      },
    },
    "front",
  );
  await editor.load();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the editor", () => {
  it("sends where a slider comes to rest, not all it passed", async () => {
    for (const threshold of [0.12, 0.15, 0.2]) editor.adjust({ threshold });
    editor.adjust({ enabled: false });
    expect(editor.view.value.settings).toMatchObject({ threshold: 0.2, enabled: false });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    expect(asked).toEqual([{ threshold: 0.2, enabled: false }]);
    expect(editor.view.value).toMatchObject({ isSaved: true, isSaving: false, problem: null });
  });

  it("sends what is left when it is closed", () => {
    editor.adjust({ threshold: 0.3 });
    editor.flush();
    expect(asked).toHaveLength(0); // in its turn
    return vi.advanceTimersByTimeAsync(0).then(() => {
      expect(asked).toEqual([{ threshold: 0.3 }]);
    });
  });

  it("saves a drawing, and keeps it for whoever draws on meanwhile", async () => {
    editor.draw({ do: "add", kind: "mask" });
    const saving = editor.save();
    editor.draw({ do: "add", kind: "zone" });
    await saving;
    expect(held.masks).toHaveLength(1);
    expect(held.zones).toEqual([]);
    expect(editor.view.value.drawing).toMatchObject({ isChanged: true });
    await editor.save();
    expect(held.zones).toHaveLength(1);
    expect(editor.view.value.drawing).toMatchObject({ isChanged: false });
  });

  it("tells what is wrong with a drawing, and asks nobody", async () => {
    editor.draw({ do: "add", kind: "zone" });
    editor.draw({ do: "rename", key: 0, name: "" });
    await editor.save();
    expect(editor.view.value.problem).toBe("Give every zone a name.");
    expect(asked).toEqual([]);
    editor.revert();
    expect(editor.view.value.drawing?.shapes).toEqual([]);
  });

  it("shows what holds after a refusal, and why", async () => {
    refusal = new Refused("forbidden", "this needs the role admin");
    editor.adjust({ threshold: 0.3 });
    await vi.advanceTimersByTimeAsync(SETTLE_MS);
    expect(editor.view.value).toMatchObject({
      problem: "this needs the role admin",
      settings: { threshold: 0.1 },
      isSaving: false,
    });
  });
});

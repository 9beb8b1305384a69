/** Changes how a camera looks for motion: switch and slider at once, what is drawn when saved. */

import { Refused } from "../errors";
import { Source, type Observable } from "../observable";
import { drawingOf, drawn, faultOf, settingsOf, type Drawing, type Stroke } from "./drawing";
import type { MotionAccess, MotionSettings } from "./motionAccess";

export interface EditorView {
  /** Null before the server has told. */
  readonly settings: MotionSettings | null;
  readonly drawing: Drawing | null;
  readonly isSaving: boolean;
  /** What the server has taken last is what is shown. */
  readonly isSaved: boolean;
  readonly problem: string | null;
}

type Adjustment = Partial<Pick<MotionSettings, "enabled" | "threshold">>;

/** A slider is dragged past many values before it stands still. */
export const SETTLE_MS = 250;
const NOTHING: EditorView = {
  settings: null,
  drawing: null,
  isSaving: false,
  isSaved: false,
  problem: null,
};

export class MotionEditor {
  readonly #access: Pick<MotionAccess, "read" | "change">;
  readonly #camera: string;
  readonly #view = new Source<EditorView>(NOTHING);
  #pending: Adjustment = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One after the other: the last one said is the one that holds. */
  #queue: Promise<void> = Promise.resolve();

  constructor(access: Pick<MotionAccess, "read" | "change">, camera: string) {
    this.#access = access;
    this.#camera = camera;
  }

  get view(): Observable<EditorView> {
    return this.#view;
  }

  async load(): Promise<void> {
    try {
      const settings = await this.#access.read(this.#camera);
      this.#view.set({ ...NOTHING, settings, drawing: drawingOf(settings) });
    } catch (error) {
      this.#change({ problem: words(error) });
    }
  }

  /** Holds at once on the page, and a moment later for the camera. */
  adjust(adjustment: Adjustment): void {
    const { settings } = this.#view.value;
    if (settings === null) return;
    this.#change({ settings: { ...settings, ...adjustment }, isSaved: false, problem: null });
    this.#pending = { ...this.#pending, ...adjustment };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.flush();
    }, SETTLE_MS);
  }

  /** Sends what waits to be sent. */
  flush(): void {
    clearTimeout(this.#timer);
    const pending = this.#pending;
    this.#pending = {};
    if (Object.keys(pending).length > 0) void this.#send(pending);
  }

  draw(stroke: Stroke): void {
    const { drawing } = this.#view.value;
    if (drawing !== null) this.#change({ drawing: drawn(drawing, stroke), isSaved: false });
  }

  /** Saves the drawing; what is wrong with it is told instead. */
  async save(): Promise<void> {
    const { drawing } = this.#view.value;
    if (drawing === null) return;
    const problem = faultOf(drawing);
    if (problem !== null) this.#change({ problem });
    else await this.#send(settingsOf(drawing), drawing);
  }

  /** Back to what holds. */
  revert(): void {
    const { settings } = this.#view.value;
    if (settings !== null) this.#change({ drawing: drawingOf(settings), problem: null });
  }

  #send(changes: Partial<MotionSettings>, drawing: Drawing | null = null): Promise<void> {
    this.#change({ isSaving: true, problem: null });
    this.#queue = this.#queue.then(async () => {
      try {
        this.#took(await this.#access.change(this.#camera, changes), drawing);
      } catch (error) {
        await this.#refused(error, drawing);
      }
    });
    return this.#queue;
  }

  #took(settings: MotionSettings, drawing: Drawing | null): void {
    const { value } = this.#view;
    // What was drawn on while it was being saved is not saved yet.
    const isCurrent = drawing !== null && value.drawing === drawing;
    this.#change({
      settings: { ...settings, ...this.#pending },
      drawing: isCurrent ? { ...drawing, isChanged: false } : value.drawing,
      isSaving: false,
      isSaved: true,
    });
  }

  async #refused(error: unknown, drawing: Drawing | null): Promise<void> {
    this.#change({ isSaving: false, problem: words(error) });
    // The page must not show what does not hold.
    const settings = await this.#access.read(this.#camera).catch(() => null);
    if (settings === null) return;
    const isKept = error instanceof Refused && error.slug === "not-kept";
    if (isKept) this.#took(settings, drawing);
    else this.#change({ settings: { ...settings, ...this.#pending } });
  }

  #change(change: Partial<EditorView>): void {
    this.#view.set({ ...this.#view.value, ...change });
  }
}

function words(error: unknown): string {
  return error instanceof Refused ? error.detail : String(error);
}

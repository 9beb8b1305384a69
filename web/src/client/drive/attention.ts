/** What the page's own events mean for driving: keys, and whether anybody looks. */

import type { Cockpit } from "./cockpit";

/** What this needs of `window` and `document`. */
export interface Surroundings {
  readonly window: Pick<EventTarget, "addEventListener" | "removeEventListener">;
  readonly document: Pick<EventTarget, "addEventListener" | "removeEventListener"> & {
    readonly hidden: boolean;
    hasFocus(): boolean;
  };
}

/** What this needs of a `KeyboardEvent`. */
type Key = Pick<
  KeyboardEvent,
  "code" | "repeat" | "metaKey" | "ctrlKey" | "altKey" | "preventDefault" | "target"
>;

/** Before anybody else: on `pagehide` the page closes its connections. */
const CAPTURING = { capture: true };

/** Hands events to `cockpit` until the returned function is called. */
export function attend({ window, document }: Surroundings, cockpit: Cockpit): () => void {
  const look = () => {
    if (document.hidden || !document.hasFocus()) cockpit.leave();
    else cockpit.enter();
  };
  const leave = () => {
    cockpit.leave();
  };
  // Buttons lose and get the focus, too; only the window's own counts.
  const blur = (event: Event) => {
    if (event.target === window) cockpit.leave();
  };
  const focus = (event: Event) => {
    // `hasFocus` may still say no while this event is on its way.
    if (event.target === window && !document.hidden) cockpit.enter();
  };
  const sample = () => {
    cockpit.sample();
  };
  const down = (event: Event) => {
    look();
    keyDown(event as unknown as Key, cockpit);
  };
  const up = (event: Event) => {
    keyUp(event as unknown as Key, cockpit);
  };
  const listened: readonly (readonly [Surroundings["window"], string, (event: Event) => void])[] = [
    [window, "keydown", down],
    [window, "keyup", up],
    [window, "blur", blur],
    [window, "focus", focus],
    [window, "pointerdown", look],
    [window, "pagehide", leave],
    [window, "freeze", leave],
    [window, "pageshow", look],
    [window, "gamepadconnected", sample],
    [window, "gamepaddisconnected", sample],
    [document, "visibilitychange", look],
  ];
  for (const [target, type, listener] of listened) {
    target.addEventListener(type, listener, CAPTURING);
  }
  look();
  return () => {
    for (const [target, type, listener] of listened) {
      target.removeEventListener(type, listener, CAPTURING);
    }
  };
}

function keyDown(event: Key, cockpit: Cockpit): void {
  if (event.code === "Escape") {
    if (!event.repeat) cockpit.stop();
    return;
  }
  // Shortcuts are the browser's. Some systems never tell that a key went up beside such a key.
  if (event.metaKey || event.ctrlKey || event.altKey) {
    cockpit.lose("keyboard");
    return;
  }
  if (!cockpit.isDriving || isForField(event)) return;
  if (event.code === "KeyL" && !event.repeat) cockpit.toggleLights();
  // A key that repeats was pressed before; whether that counts was decided then.
  if (event.repeat ? cockpit.drives(event.code) : cockpit.press(event.code)) event.preventDefault();
}

function keyUp(event: Key, cockpit: Cockpit): void {
  const isDriving = cockpit.isDriving && cockpit.unpress(event.code);
  // Space on a button that has the focus would press it.
  if (isDriving && !isForField(event)) event.preventDefault();
}

/** Arrow keys belong to the slider or list that has the focus. */
function isForField({ code, target }: Key): boolean {
  const tag = (target as { readonly tagName?: string } | null)?.tagName;
  return code.startsWith("Arrow") && (tag === "INPUT" || tag === "SELECT");
}

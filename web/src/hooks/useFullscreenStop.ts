import { useEffect, useRef } from "react";
import type { Cockpit } from "../client/drive/cockpit";

type LockingNavigator = Navigator & {
  readonly keyboard?: { lock?(codes: readonly string[]): Promise<void>; unlock?(): void };
};

/**
 * Escape stops the car in full screen, too. Browsers that do not hand that key over leave full
 * screen with it: that stops the car as well, unless it was the page's own button.
 * Returns what that button does.
 */
export function useFullscreenStop(
  isFullscreen: boolean,
  toggle: () => void,
  cockpit: Cockpit,
): () => void {
  const isExpected = useRef(false);
  useEffect(() => {
    if (!isFullscreen) return undefined;
    isExpected.current = false;
    const { keyboard } = navigator as LockingNavigator;
    keyboard?.lock?.(["Escape"]).catch(() => undefined);
    return () => {
      keyboard?.unlock?.();
      if (!isExpected.current && cockpit.isDriving) cockpit.stop();
    };
  }, [isFullscreen, cockpit]);
  return () => {
    isExpected.current = true;
    toggle();
  };
}

import { useEffect, useMemo } from "react";
import { attend } from "../client/drive/attention";
import { Cockpit } from "../client/drive/cockpit";
import type { Watcher } from "../client/watcher";
import { useDriveSettings } from "./useDriveSettings";

/** The driver's place at the camera of `watcher`, for as long as the page is open. */
export function useCockpit(watcher: Watcher): Cockpit {
  const { settings } = useDriveSettings();
  const cockpit = useMemo(
    () =>
      new Cockpit({
        sight: watcher,
        settings,
        pads,
        vibrate,
      }),
    [watcher, settings],
  );
  useEffect(() => {
    cockpit.start();
    const ignore = attend({ window, document }, cockpit);
    return () => {
      ignore();
      cockpit.close();
    };
  }, [cockpit]);
  return cockpit;
}

/** Some pages may not use gamepads, and then asking for them throws. */
function pads(): readonly (Gamepad | null)[] {
  try {
    return navigator.getGamepads();
  } catch {
    return [];
  }
}

function vibrate(pattern: readonly number[]): void {
  // Safari has none; others complain on a page that nobody has touched yet.
  if ("vibrate" in navigator && navigator.userActivation.hasBeenActive) {
    navigator.vibrate([...pattern]);
  }
}

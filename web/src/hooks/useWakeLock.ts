import { useEffect } from "react";

/** Keeps the screen on while `isNeeded`: a gamepad does not. */
export function useWakeLock(isNeeded: boolean): void {
  useEffect(() => {
    // Only in secure contexts, and not in every browser.
    if (!isNeeded || !("wakeLock" in navigator)) return undefined;
    let isOver = false;
    let lock: WakeLockSentinel | null = null;
    const take = () => {
      if (document.hidden) return;
      navigator.wakeLock.request("screen").then(
        (taken) => {
          lock = taken;
          if (isOver) void taken.release();
        },
        () => undefined,
      );
    };
    take();
    // A page that was hidden has lost it.
    document.addEventListener("visibilitychange", take);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, [isNeeded]);
}

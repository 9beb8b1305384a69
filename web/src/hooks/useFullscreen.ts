import { useEffect, useState, type RefObject } from "react";

/** iPhones can only show a video itself in full screen. */
type PhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

export function useFullscreen(stage: RefObject<HTMLElement | null>): {
  readonly isFullscreen: boolean;
  readonly toggle: () => void;
} {
  const [isFullscreen, setFullscreen] = useState(false);
  useEffect(() => {
    const changed = () => {
      setFullscreen(document.fullscreenElement !== null);
    };
    document.addEventListener("fullscreenchange", changed);
    return () => {
      document.removeEventListener("fullscreenchange", changed);
    };
  }, []);
  const toggle = () => {
    const element = stage.current;
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    else if (element !== null && document.fullscreenEnabled) {
      element.requestFullscreen().catch(() => undefined);
    } else element?.querySelector<PhoneVideo>("video")?.webkitEnterFullscreen?.();
  };
  return { isFullscreen, toggle };
}

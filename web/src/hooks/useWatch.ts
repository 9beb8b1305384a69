import { useEffect, type RefObject } from "react";
import type { Watcher, WatchView } from "../client/watcher";
import { useObservable } from "./useObservable";
import { usePeerlens } from "./usePeerlens";

/** Where a camera is shown: in the one or the other, as its path demands. */
export interface Screens {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  /** One of many small pictures. */
  readonly isSmall?: boolean;
}

/** Watches `camera` on `screens` while `isActive`; gives what to show about it. */
export function useWatch(
  camera: string,
  { video, canvas, isSmall = false }: Screens,
  isActive: boolean,
): { readonly view: WatchView; readonly watcher: Watcher } {
  const peerlens = usePeerlens();
  const watcher = peerlens.watcher(camera);
  useEffect(() => {
    if (video.current === null || canvas.current === null) return undefined;
    return watcher.attach(video.current, canvas.current, isSmall);
  }, [watcher, video, canvas, isSmall]);
  useEffect(() => (isActive ? peerlens.hold(camera) : undefined), [peerlens, camera, isActive]);
  return { view: useObservable(watcher.view), watcher };
}

import { useEffect, type RefObject } from "react";
import type { Watcher, WatchView } from "../client/watcher";
import { useObservable } from "./useObservable";
import { usePeerlens } from "./usePeerlens";

/** Watches `camera` in `video` while `isActive`; gives what to show about it. */
export function useWatch(
  camera: string,
  video: RefObject<HTMLVideoElement | null>,
  isActive: boolean,
): { readonly view: WatchView; readonly watcher: Watcher } {
  const peerlens = usePeerlens();
  const watcher = peerlens.watcher(camera);
  useEffect(
    () => (video.current === null ? undefined : watcher.attach(video.current)),
    [watcher, video],
  );
  useEffect(() => (isActive ? peerlens.hold(camera) : undefined), [peerlens, camera, isActive]);
  return { view: useObservable(watcher.view), watcher };
}

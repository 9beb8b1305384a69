import { useSyncExternalStore } from "react";
import type { Observable } from "../client/observable";

/** The value of `observable`, now and after each change. */
export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(
    (listener) => observable.subscribe(listener),
    () => observable.value,
  );
}

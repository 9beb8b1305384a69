import { useEffect, useRef, type RefObject } from "react";

/** Tells `changed` whether the element is on screen, or nearly. */
export function useInView<E extends Element>(
  changed: (isInView: boolean) => void,
): RefObject<E | null> {
  const ref = useRef<E>(null);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const newest = entries.at(-1);
        if (newest !== undefined) changed(newest.isIntersecting);
      },
      { rootMargin: "120px" },
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [changed]);
  return ref;
}

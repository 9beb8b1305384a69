import { useEffect, useState } from "react";

/** Whether thumbs drive: on phones and tablets, and from the first touch on elsewhere. */
export function useTouch(): boolean {
  const [isTouch, setTouch] = useState(() => window.matchMedia("(pointer: coarse)").matches);
  useEffect(() => {
    const touched = (event: PointerEvent) => {
      if (event.pointerType === "touch") setTouch(true);
    };
    window.addEventListener("pointerdown", touched, true);
    return () => {
      window.removeEventListener("pointerdown", touched, true);
    };
  }, []);
  return isTouch;
}

import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

interface HoldButtonProps {
  readonly className: string;
  readonly testId: string;
  readonly onHeld: () => void;
  readonly children: ReactNode;
}

/** Long enough to be meant. The stylesheet shows how much of it is over. */
const HOLD_MS = 1_000;

/** A button that has to be held: nobody does by accident what it does. */
export function HoldButton({ className, testId, onHeld, children }: HoldButtonProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [isHeld, setHeld] = useState(false);
  const end = () => {
    clearTimeout(timer.current);
    setHeld(false);
  };
  const begin = () => {
    clearTimeout(timer.current);
    setHeld(true);
    timer.current = setTimeout(() => {
      setHeld(false);
      onHeld();
    }, HOLD_MS);
  };
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const pressed = (event: KeyboardEvent) => {
    if (!event.repeat && (event.key === "Enter" || event.key === " ")) begin();
  };
  return (
    <button
      type="button"
      className={className}
      data-testid={testId}
      data-held={isHeld}
      onPointerDown={begin}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onKeyDown={pressed}
      onKeyUp={end}
      onBlur={end}
    >
      {children}
    </button>
  );
}

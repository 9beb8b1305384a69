import { useState, type CSSProperties, type PointerEvent } from "react";
import type { Cockpit } from "../../client/drive/cockpit";
import { REACH_PX } from "../../client/drive/joystick";
import { useObservable } from "../../hooks/useObservable";

/** Two thumbs: the left one steers, the right one gives throttle, wherever they come down. */
export function Thumbs({ cockpit }: { readonly cockpit: Cockpit }) {
  return (
    <div className="thumbs" data-testid="thumbs" aria-hidden="true">
      <Thumb cockpit={cockpit} name="steering" label="Steer" />
      <Thumb cockpit={cockpit} name="throttle" label="Throttle" />
    </div>
  );
}

interface ThumbProps {
  readonly cockpit: Cockpit;
  readonly name: "steering" | "throttle";
  readonly label: string;
}

function Thumb({ cockpit, name, label }: ThumbProps) {
  const stick = cockpit.sticks[name];
  const grip = useObservable(stick.grip);
  const [origin, setOrigin] = useState({ left: 0, top: 0 });
  const down = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    if (!stick.take(event.pointerId, event.clientX, event.clientY)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setOrigin(event.currentTarget.getBoundingClientRect());
    cockpit.sample();
  };
  const move = (event: PointerEvent) => {
    stick.move(event.pointerId, event.clientX, event.clientY);
    cockpit.sample();
  };
  const up = (event: PointerEvent) => {
    if (stick.leave(event.pointerId)) cockpit.sample();
  };
  // A thumb that was not lifted but taken away: by the system, a call, another finger.
  const lost = (event: PointerEvent) => {
    if (stick.leave(event.pointerId)) cockpit.lose("touch");
  };
  const shift = (grip?.value ?? 0) * REACH_PX;
  const style = {
    "--reach": `${String(2 * REACH_PX)}px`,
    ...(grip === null ? {} : { left: grip.x - origin.left, top: grip.y - origin.top }),
  } as CSSProperties;
  return (
    <div
      className="thumb"
      data-testid={`thumb-${name}`}
      data-thumb={name}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={lost}
      onLostPointerCapture={lost}
    >
      <div className="thumb-ring" data-held={grip !== null} style={style}>
        <span className="thumb-label">{label}</span>
        <span
          className="thumb-knob"
          style={{ translate: name === "steering" ? `${shift}px 0` : `0 ${-shift}px` }}
        />
      </div>
    </div>
  );
}

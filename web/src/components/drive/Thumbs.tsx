import { useRef, useState, type CSSProperties, type PointerEvent } from "react";
import type { Cockpit } from "../../client/drive/cockpit";
import { REACH_PX, type Grip } from "../../client/drive/joystick";

/** Two thumbs: the left one steers, the right one gives throttle, wherever they come down. */
export function Thumbs({ cockpit }: { readonly cockpit: Cockpit }) {
  return (
    <div className="thumbs" data-testid="thumbs">
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
  const area = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<(Grip & { readonly value: number }) | null>(null);
  const show = () => {
    const { grip, value } = stick;
    const { left, top } = area.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    setHeld(grip === null ? null : { x: grip.x - left, y: grip.y - top, value });
    cockpit.sample();
  };
  const down = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    if (!stick.take(event.pointerId, event.clientX, event.clientY)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    show();
  };
  const move = (event: PointerEvent) => {
    stick.move(event.pointerId, event.clientX, event.clientY);
    if (held !== null) show();
  };
  const up = (event: PointerEvent) => {
    if (stick.leave(event.pointerId)) show();
  };
  // A thumb that was not lifted but taken away: by the system, a call, another finger.
  const lost = (event: PointerEvent) => {
    if (!stick.leave(event.pointerId)) return;
    cockpit.lose("touch");
    show();
  };
  const shift = (held?.value ?? 0) * REACH_PX;
  const style = {
    "--reach": `${String(2 * REACH_PX)}px`,
    ...(held === null ? {} : { left: held.x, top: held.y }),
  } as CSSProperties;
  const knob = name === "steering" ? `${String(shift)}px 0` : `0 ${String(-shift)}px`;
  return (
    <div
      ref={area}
      className="thumb"
      data-testid={`thumb-${name}`}
      data-thumb={name}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={lost}
      onLostPointerCapture={lost}
    >
      <div className="thumb-ring" data-held={held !== null} style={style}>
        <span className="thumb-label">{label}</span>
        <span className="thumb-knob" style={{ translate: knob }} />
      </div>
    </div>
  );
}

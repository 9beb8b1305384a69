import type { CSSProperties } from "react";
import type { Cockpit } from "../../client/drive/cockpit";
import { useObservable } from "../../hooks/useObservable";

/** What is asked of the car: steering as a bar across, throttle as a bar beside it. */
export function Gauges({ cockpit }: { readonly cockpit: Cockpit }) {
  const { throttle, steering, brake } = useObservable(cockpit.output);
  return (
    <div className="gauges" data-testid="gauges" data-brake={brake} aria-hidden="true">
      <Gauge name="steering" value={steering} />
      <Gauge name="throttle" value={throttle} />
    </div>
  );
}

function Gauge({ name, value }: { readonly name: string; readonly value: number }) {
  const style = { "--value": value, "--size": Math.abs(value) } as CSSProperties;
  return (
    <span className="gauge" data-gauge={name} data-value={value.toFixed(2)} style={style}>
      <span className="gauge-bar" data-side={value < 0 ? "minus" : "plus"} />
    </span>
  );
}

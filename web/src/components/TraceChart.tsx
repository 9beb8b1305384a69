import { STAGES, type LatencyTrace, type Stage } from "../client/trace";
import { tenths, UNKNOWN } from "./format";

const NAMES: Readonly<Record<Stage, readonly [string, string]>> = {
  camera: ["Camera", "from the lens until its last byte reached the gateway"],
  decode: ["Decode", "from the camera's format to a plain picture"],
  encode: ["Encode", "into the video that all viewers share"],
  send: ["Send", "until it left the gateway for you"],
  network: ["Network and browser", "until it was on this screen"],
};

/** Where the time of a picture goes, as a bar and in numbers. */
export function TraceChart({ trace }: { readonly trace: LatencyTrace | null }) {
  return (
    <section className="trace" data-testid="trace" aria-label="Latency by stage">
      <h2 className="trace-head">
        From lens to screen
        <span data-testid="trace-total" data-ms={trace?.totalMs.toFixed(1) ?? ""}>
          {trace === null ? UNKNOWN : tenths(trace.totalMs)}
        </span>
      </h2>
      <div className="trace-bar" aria-hidden="true">
        {STAGES.map((stage) => (
          <span
            key={stage}
            data-stage={stage}
            style={{ flexGrow: trace?.stages[stage] ?? 0 }}
            title={NAMES[stage][0]}
          />
        ))}
      </div>
      <dl className="trace-stages">
        {STAGES.map((stage) => (
          <div key={stage} data-stage={stage} title={NAMES[stage][1]}>
            <dt>{NAMES[stage][0]}</dt>
            <dd data-ms={trace?.stages[stage].toFixed(1) ?? ""}>
              {trace === null ? UNKNOWN : tenths(trace.stages[stage])}
            </dd>
          </div>
        ))}
      </dl>
      <p className="trace-note">{note(trace)}</p>
    </section>
  );
}

function note(trace: LatencyTrace | null): string {
  if (trace === null) return "Waiting for a picture whose way is known…";
  if (trace.frames === 1) return "Of one picture from the last 10 s.";
  return `Medians of ${String(trace.frames)} pictures from the last 10 s.`;
}

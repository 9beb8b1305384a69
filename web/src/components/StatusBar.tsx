import type { WatchView } from "../client/watcher";
import { bitrate, framesPerSecond, milliseconds, resolution, UNKNOWN } from "./format";
import { pathName } from "./pathWording";
import { stateName } from "./wording";

/** The numbers people ask for first. */
export function StatusBar({ view }: { readonly view: WatchView }) {
  const isLive = view.tile.state === "live";
  const stats = isLive ? view.stats : null;
  const facts: readonly (readonly [string, string, string])[] = [
    ["state", "State", stateName(view.tile)],
    ["latency", "Latency", milliseconds(view.latencyMs)],
    ["path", "Path", pathName(view.path)],
    ["fps", "Frame rate", framesPerSecond(stats?.fps ?? null)],
    ["bitrate", "Bitrate", bitrate(stats?.bitrateKbps ?? null)],
    ["resolution", "Resolution", resolution(isLive ? view.size : null)],
    ["codec", "Codec", stats?.codec ?? UNKNOWN],
  ];
  return (
    <dl className="facts" data-testid="status-bar">
      {facts.map(([key, label, value]) => (
        <div key={key} className="fact" data-fact={key}>
          <dt>{label}</dt>
          <dd data-known={value !== UNKNOWN}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

import type { WatchView } from "../client/watcher";
import { useSignaling } from "../hooks/usePeerlens";
import { bitrate, framesPerSecond, milliseconds, resolution, UNKNOWN } from "./format";
import { Icon } from "./Icon";
import { linkWords, wordsFor } from "./wording";

interface DetailsProps {
  readonly view: WatchView;
  readonly viewers: number | null;
}

/** Everything this page knows about its connection, for whoever looks for a fault. */
export function Details({ view, viewers }: DetailsProps) {
  const signaling = useSignaling();
  const { stats, info } = view;
  const rows: readonly (readonly [string, string])[] = [
    ["State", wordsFor(view).title],
    ["Camera says", info === null ? UNKNOWN : [info.state, info.detail].filter(Boolean).join(": ")],
    ["Server", linkWords(signaling)],
    ["Role", signaling.welcome?.role ?? UNKNOWN],
    ["Viewers", viewers === null ? UNKNOWN : String(viewers)],
    ["Path", stats?.path?.label ?? UNKNOWN],
    ["Here", addressWords(stats?.localAddress)],
    ["Gateway", addressWords(stats?.remoteAddress)],
    ["Network round trip", milliseconds(stats?.roundTripMs ?? null)],
    ["Gateway round trip", milliseconds(view.roundTripMs)],
    ["Glass to glass", milliseconds(view.latencyMs)],
    ["Jitter", milliseconds(stats?.jitterMs ?? null)],
    ["Jitter buffer", milliseconds(stats?.jitterBufferMs ?? null)],
    ["Frame rate", framesPerSecond(stats?.fps ?? null)],
    ["Bitrate", bitrate(stats?.bitrateKbps ?? null)],
    ["Resolution", resolution(view.size)],
    ["Codec", stats?.codec ?? UNKNOWN],
    ["Frames shown", stats === null ? UNKNOWN : String(stats.framesDecoded)],
    ["Frames dropped", stats === null ? UNKNOWN : String(stats.framesDropped)],
    [
      "Packets lost",
      stats === null ? UNKNOWN : `${String(stats.packetsLost)} of ${String(stats.packetsReceived)}`,
    ],
    ["Connections so far", String(view.attempts)],
  ];
  return (
    <details className="details" data-testid="details">
      <summary>
        Connection details
        <Icon name="chevron" size={18} />
      </summary>
      <dl>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function addressWords(address: string | null | undefined): string {
  return address === "" ? "hidden by the browser" : (address ?? UNKNOWN);
}

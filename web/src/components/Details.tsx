import { useEffect, useState } from "react";
import type { Watcher, WatchView } from "../client/watcher";
import { useSignaling } from "../hooks/usePeerlens";
import {
  bitrate,
  framesPerSecond,
  milliseconds,
  percent,
  resolution,
  UNKNOWN,
} from "./format";
import { Link } from "./Link";
import { Icon } from "./Icon";
import { pathName, triedName, triedWords } from "./pathWording";
import { TraceChart } from "./TraceChart";
import { linkWords, qualityName, wordsFor } from "./wording";

interface DetailsProps {
  readonly view: WatchView;
  readonly watcher: Watcher;
  readonly viewers: number | null;
}

type Row = readonly [string, string];

/** Everything this page knows about its connection, for whoever looks for a fault. */
export function Details({ view, watcher, viewers }: DetailsProps) {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => (isOpen ? watcher.lookClosely() : undefined), [watcher, isOpen]);
  const signaling = useSignaling();
  const { stats, info } = view;
  const connection: readonly Row[] = [
    ["State", wordsFor(view).title],
    ["Camera says", info === null ? UNKNOWN : [info.state, info.detail].filter(Boolean).join(": ")],
    ["Server", linkWords(signaling)],
    ["Role", signaling.welcome?.role ?? UNKNOWN],
    ["Viewers", viewers === null ? UNKNOWN : String(viewers)],
    ["Path", pathName(view.path)],
    ["Path as the browser has it", stats?.path?.label ?? UNKNOWN],
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
      packetsLost(stats),
    ],
    ["Attempts so far", String(view.attempts)],
  ];
  return (
    <details
      className="details"
      data-testid="details"
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open);
      }}
    >
      <summary>
        Connection details
        <Icon name="chevron" size={18} />
      </summary>
      <TraceChart trace={view.trace} />
      <Rows title="What the gateway measures" testId="delivery" rows={deliveryRows(view)} />
      <Rows title="What was tried" testId="tried" rows={triedRows(view)} />
      <Rows title="What this page measures" testId="connection" rows={connection} />
      <p className="details-doctor">
        Something wrong? <Link to={{ page: "doctor" }}>Check the connection</Link>
      </p>
    </details>
  );
}

function deliveryRows({ delivery }: WatchView): readonly Row[] {
  return [
    ["Quality", delivery === null ? UNKNOWN : qualityName(delivery.quality)],
    ["Round trip to you", milliseconds(delivery?.roundTripMs ?? null)],
    ["Packets lost lately", percent(delivery?.lost ?? null)],
    ["Jitter on the way", milliseconds(delivery?.jitterMs ?? null)],
    ["Your network allows", bitrate(delivery?.estimateKbps ?? null)],
    ["Packets sent again", delivery === null ? UNKNOWN : String(delivery.resent)],
    ["Pictures left out", delivery === null ? UNKNOWN : String(delivery.dropped)],
    ["Path seen from there", delivery?.path ?? UNKNOWN],
  ];
}

interface RowsProps {
  readonly title: string;
  readonly testId: string;
  readonly rows: readonly Row[];
}

function Rows({ title, testId, rows }: RowsProps) {
  return (
    <section className="rows" data-testid={testId}>
      <h2>{title}</h2>
      <dl>
        {rows.map(([label, value], index) => (
          <div key={index}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function packetsLost(stats: WatchView["stats"]): string {
  if (stats?.packetsLost == null || stats.packetsReceived === null) return UNKNOWN;
  return `${String(stats.packetsLost)} of ${String(stats.packetsReceived)}`;
}

/** The newest first. */
function triedRows({ tried }: WatchView): readonly Row[] {
  return [...tried].reverse().map((each) => [triedName(each), triedWords(each)]);
}

function addressWords(address: string | null | undefined): string {
  return address === "" ? "hidden by the browser" : (address ?? UNKNOWN);
}

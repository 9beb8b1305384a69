/** What trying each TURN address by itself has shown. */

import { finding, ok, type Finding } from "./finding";
import type { GatherReading } from "./gather";
import type { IceAddress, Way } from "./iceUrls";
import { ms } from "./server";

export interface TurnReading {
  readonly address: IceAddress;
  readonly reading: GatherReading;
}

const NAMES: Readonly<Record<Way, string>> = { udp: "UDP", tcp: "TCP", tls: "TLS" };
const REFUSED = new Set([401, 403]);
const NO_RELAY = "Where no direct path exists, video has to go as single pictures over the server";

export function relayMs({ reading }: TurnReading): number | null {
  return reading.candidates.find(({ type }) => type === "relay")?.atMs ?? null;
}

/** Whether the server did not take the credentials. */
export function isRefused({ candidates, errors }: GatherReading): boolean {
  return candidates.length === 0 && errors.some(({ code }) => REFUSED.has(code));
}

export function judgeTurn(readings: readonly TurnReading[]): readonly Finding[] {
  if (readings.length === 0) {
    return [
      finding("note", "turn.none", {
        what: "The server has no TURN",
        why: NO_RELAY,
        do: "Nothing, while the calls below work from here; whoever runs the server finds out more in turn/README.md",
      }),
    ];
  }
  const works = readings.some((each) => relayMs(each) !== null);
  return readings.map((each) => judgeOne(each, works));
}

function judgeOne(each: TurnReading, works: boolean): Finding {
  const { url, way } = each.address;
  const figures = { url, way };
  const tookMs = relayMs(each);
  if (tookMs !== null) {
    return ok("turn.allocates", `${url} gives a relayed address over ${NAMES[way]} within ${ms(tookMs)}`, {
      ...figures,
      tookMs: Math.round(tookMs),
    });
  }
  const refused = each.reading.errors.find(({ code }) => REFUSED.has(code));
  if (refused !== undefined) {
    return finding(
      "problem",
      "turn.credentials",
      {
        what: `${url} refuses the credentials (${String(refused.code)})`,
        why: NO_RELAY,
        do: "Whoever runs the server: webrtc.turn.secret and coturn’s static-auth-secret must be the same, and both clocks right",
      },
      { ...figures, code: refused.code },
    );
  }
  const said = each.reading.errors[0];
  const detail = said === undefined ? "no answer in time" : `${String(said.code)} ${said.text}`.trim();
  if (works) {
    return finding(
      "note",
      `turn.${way}-blocked`,
      {
        what: `${url} cannot be had over ${NAMES[way]} from here (${detail}); another way to TURN works`,
        why: way === "udp" ? "Video over TCP or TLS stutters where packets get lost" : "Stricter networks than this one need it",
        do: "Nothing here; this network may block it, or the server does not listen there",
      },
      figures,
    );
  }
  return finding(
    "problem",
    "turn.unreachable",
    {
      what: `${url} cannot be had (${detail})`,
      why: NO_RELAY,
      do:
        way === "tls"
          ? "See whether coturn runs, its port is open, and its certificate is valid for that name"
          : "See whether coturn runs and firewalls here and there let its port through",
    },
    figures,
  );
}

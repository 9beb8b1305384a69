/** What STUN servers saw, and the kind of address translation that it tells of. */

import { finding, ok, type Finding } from "./finding";
import type { GatherReading } from "./gather";
import type { IceAddress } from "./iceUrls";
import { ms } from "./server";

export type NatKind = "none" | "endpoint-independent" | "symmetric" | "unknown";

export interface StunReading {
  readonly address: IceAddress;
  readonly reading: GatherReading;
}

/** Whether the server answered. Where nothing translates, browsers show no candidate for it. */
export function answered({ reading }: StunReading): boolean {
  return hasOutside(reading) || (reading.isComplete && reading.errors.length === 0);
}

function hasOutside({ candidates }: GatherReading): boolean {
  return candidates.some(({ type }) => type === "srflx");
}

/**
 * `together` was gathered with all servers at once, so from the same ports: a browser drops what
 * it knows already, so that two servers with an outside address each saw different ones.
 */
export function natKind(readings: readonly StunReading[], together: GatherReading | null): NatKind | null {
  const answering = readings.filter(answered);
  if (answering.length === 0) return null;
  if (!answering.some(({ reading }) => hasOutside(reading))) return "none";
  const outside = (together?.candidates ?? []).filter(({ type }) => type === "srflx");
  const seenBy = new Map<string, Set<string>>();
  for (const { url, address, port } of outside) {
    seenBy.set(url, (seenBy.get(url) ?? new Set()).add(`${address} ${String(port)}`));
  }
  if (seenBy.size > 1) return "symmetric";
  const hosts = new Set(answering.map(({ address }) => address.host));
  return hosts.size > 1 && seenBy.size === 1 ? "endpoint-independent" : "unknown";
}

export function judgeStun(readings: readonly StunReading[]): readonly Finding[] {
  return readings.map((each) => {
    const { url } = each.address;
    if (!answered(each)) {
      return finding(
        "warning",
        "stun.silent",
        {
          what: `${url} does not answer`,
          why: "Without it, connections between two networks find no direct path",
          do: "This network may block UDP; else check that the server runs and lets UDP in",
        },
        { url },
      );
    }
    const tookMs = each.reading.candidates.find(({ type }) => type === "srflx")?.atMs ?? null;
    const what = tookMs === null ? `${url} answers` : `${url} answers within ${ms(tookMs)}`;
    return ok("stun.answers", what, { url, tookMs: tookMs === null ? null : Math.round(tookMs) });
  });
}

export function judgeNat(kind: NatKind | null, hasTurn: boolean): readonly Finding[] {
  switch (kind) {
    case null:
      return [];
    case "none":
      return [ok("nat.none", "No address translation between here and the STUN servers", { nat: kind })];
    case "endpoint-independent":
      return [
        ok("nat.cone", "The router keeps one outside address per port: direct connections mostly work", {
          nat: kind,
        }),
      ];
    case "unknown":
      return [
        finding(
          "note",
          "nat.unknown",
          {
            what: "Of which kind the router is cannot be told with one STUN server",
            why: "A symmetric one would need TURN for gateways behind another of its kind",
            do: "Nothing, while the calls below work",
          },
          { nat: kind },
        ),
      ];
    case "symmetric":
      return [
        finding(
          hasTurn ? "note" : "warning",
          "nat.symmetric",
          {
            what: "The router gives each peer another outside address (symmetric NAT)",
            why: "No direct connection to gateways whose network does the same, or filters by port",
            do: hasTurn
              ? "Nothing: TURN is there for this"
              : "Have TURN set up for this server, or use another network",
          },
          { nat: kind },
        ),
      ];
  }
}

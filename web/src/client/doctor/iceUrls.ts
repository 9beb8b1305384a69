/** Addresses of STUN and TURN servers, each to be tried by itself. */

import type { IceServer } from "../messages";

export type Way = "udp" | "tcp" | "tls";

export interface IceAddress {
  readonly url: string;
  readonly way: Way;
  readonly host: string;
  readonly server: RTCIceServer;
}

const URL_FORM = /^(stuns?|turns?):(\[[0-9a-f:.]+\]|[^:?]+)(?::\d+)?(?:\?transport=(udp|tcp))?$/i;

export interface IceAddresses {
  readonly stun: readonly IceAddress[];
  readonly turn: readonly IceAddress[];
}

/** Takes the entries apart; what is no address is left out, and each address is there once. */
export function addressesOf(servers: readonly IceServer[]): IceAddresses {
  const seen = new Map<string, IceAddress & { readonly relays: boolean }>();
  for (const { urls, username, credential } of servers) {
    for (const url of urls) {
      const [, scheme = "", host = "", transport] = URL_FORM.exec(url) ?? [];
      if (scheme === "" || seen.has(url)) continue;
      const relays = scheme.toLowerCase().startsWith("turn");
      const isSecure = scheme.toLowerCase().endsWith("s");
      const way: Way = isSecure ? "tls" : transport === "tcp" ? "tcp" : "udp";
      const server = relays
        ? { urls: [url], username: username ?? "", credential: credential ?? "" }
        : { urls: [url] };
      seen.set(url, { url, way, host, server, relays });
    }
  }
  const all = [...seen.values()];
  return { stun: all.filter((each) => !each.relays), turn: all.filter((each) => each.relays) };
}

/** Which of the known servers one attempt is to use. */

import type { IceServer } from "./messages";

const TURN = /^turns?:/i;
const STUN = /^stuns?:/i;
/** `turn:HOST:PORT?transport=udp`, or without the transport: it answers STUN at the same place. */
const TURN_OVER_UDP = /^turn:([^?]+)(?:\?transport=udp)?$/i;

export function hasTurn(servers: readonly IceServer[]): boolean {
  return servers.some(({ urls }) => urls.some((url) => TURN.test(url)));
}

/** For a path without a relay: only what tells this browser its own address. */
export function stunServers(servers: readonly IceServer[]): RTCIceServer[] {
  const urls = servers.flatMap((server) => server.urls);
  const named = urls.filter((url) => STUN.test(url));
  if (named.length > 0) return [{ urls: named }];
  const [, place] = urls.map((url) => TURN_OVER_UDP.exec(url)).find((found) => found) ?? [];
  return place === undefined ? [] : [{ urls: [`stun:${place}`] }];
}

/** For a path through a relay: all of them; the browser itself takes UDP, TCP or TLS. */
export function turnServers(servers: readonly IceServer[]): RTCIceServer[] {
  return servers
    .map(({ urls, username, credential }) => ({
      urls: urls.filter((url) => TURN.test(url)),
      ...(username === null ? {} : { username }),
      ...(credential === null ? {} : { credential }),
    }))
    .filter(({ urls }) => urls.length > 0);
}

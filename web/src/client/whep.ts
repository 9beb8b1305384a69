/** Negotiation over WHEP (draft-ietf-wish-whep), for gateways reached without signaling. */

import { Refused } from "./errors";
import { refusal } from "./http";
import type { IceServer } from "./messages";
import type { IceCandidate, Negotiation, NegotiationListener } from "./negotiation";
import { trickleFragment } from "./trickle";

export interface WhepOptions {
  /** `https://HOST/{camera}/whep` */
  readonly url: string;
  /** Whether the gateway is to go through TURN as well. */
  readonly way: "direct" | "turn";
  readonly token: () => string | null;
  readonly fetch: typeof fetch;
  /** Relays that are already known; without them the endpoint is asked. */
  readonly iceServers?: readonly IceServer[] | null;
}

const REQUEST_TIMEOUT_MS = 10_000;
const OPTIONS_TIMEOUT_MS = 2_000;

export class Whep implements Negotiation {
  readonly #options: WhepOptions;
  readonly #waiting: (IceCandidate | null)[] = [];
  #offerSdp = "";
  #resource: { readonly url: string; readonly etag: string | null } | null = null;
  #patching = false;
  #trickles = true;
  #closed = false;

  constructor(options: WhepOptions) {
    this.#options = options;
  }

  async iceServers(): Promise<readonly IceServer[]> {
    if (this.#options.iceServers) return this.#options.iceServers;
    try {
      const response = await this.#fetch("OPTIONS", this.#options.url, OPTIONS_TIMEOUT_MS);
      return parseIceServers(response.headers.get("Link"));
    } catch {
      // Not every endpoint answers OPTIONS; without relays a direct path may still work.
      return [];
    }
  }

  async offer(sdp: string, listener: NegotiationListener): Promise<string> {
    this.#offerSdp = sdp;
    let response: Response;
    try {
      response = await this.#fetch("POST", this.#postUrl, REQUEST_TIMEOUT_MS, {
        headers: { "Content-Type": "application/sdp", Accept: "application/sdp" },
        body: sdp,
      });
    } catch (error) {
      throw new Refused("gateway-offline", `the server cannot be reached: ${String(error)}`);
    }
    if (response.status !== 201) throw await refusal(response, SLUG_BY_STATUS);
    const location = response.headers.get("Location");
    if (location !== null) {
      const url = new URL(location, response.url || this.#options.url).href;
      this.#resource = { url, etag: response.headers.get("ETag") };
    }
    const answer = await response.text();
    if (this.#closed) {
      this.#delete();
      throw new Refused("bye", "closed while negotiating");
    }
    listener.candidate(null);
    void this.#trickle();
    return answer;
  }

  candidate(candidate: IceCandidate | null): void {
    this.#waiting.push(candidate);
    void this.#trickle();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#delete();
  }

  /** Standard players say nothing of relays, and get them; so does the attempt that wants them. */
  get #postUrl(): string {
    const { url, way } = this.#options;
    return way === "direct" ? `${url}?relay=false` : url;
  }

  /** Sends what has gathered so far; one request at a time keeps the order. */
  async #trickle(): Promise<void> {
    const resource = this.#resource;
    if (resource === null || this.#patching || this.#closed || !this.#trickles) return;
    this.#patching = true;
    try {
      while (this.#waiting.length > 0) {
        const response = await this.#fetch("PATCH", resource.url, REQUEST_TIMEOUT_MS, {
          headers: {
            "Content-Type": "application/trickle-ice-sdpfrag",
            ...(resource.etag === null ? {} : { "If-Match": resource.etag }),
          },
          body: trickleFragment(this.#offerSdp, this.#waiting.splice(0)),
        });
        // The gateway learns the address from our checks as well: a refusal costs little.
        if (!response.ok) this.#trickles = false;
        if (!response.ok) break;
      }
    } catch {
      this.#trickles = false;
    } finally {
      this.#patching = false;
    }
  }

  #delete(): void {
    if (this.#resource === null) return;
    const { url } = this.#resource;
    this.#resource = null;
    this.#fetch("DELETE", url, REQUEST_TIMEOUT_MS, { keepalive: true }).catch(() => undefined);
  }

  #fetch(method: string, url: string, timeoutMs: number, init: RequestInit = {}) {
    const token = this.#options.token();
    const headers = new Headers(init.headers);
    if (token !== null) headers.set("Authorization", `Bearer ${token}`);
    const signal = AbortSignal.timeout(timeoutMs);
    return this.#options.fetch(url, { ...init, method, headers, signal, cache: "no-store" });
  }
}

const SLUG_BY_STATUS: ReadonlyMap<number, string> = new Map([
  [401, "unauthorized"],
  [403, "forbidden"],
  [404, "unknown-camera"],
  [406, "no-common-codec"],
  [422, "no-common-codec"],
  [503, "too-many-viewers"],
]);

/** Reads `Link: <turn:...>; rel="ice-server"; username="..."; credential="..."` (RFC 9725). */
export function parseIceServers(link: string | null): readonly IceServer[] {
  if (link === null) return [];
  return [...link.matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))*)/g)]
    .map(([, url = "", parameters = ""]) => {
      const pairs = [...parameters.matchAll(/;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]+))/g)];
      const values = new Map(
        pairs.map(([, name = "", quoted, bare]) => [
          name.toLowerCase(),
          (quoted ?? bare ?? "").replace(/\\(.)/g, "$1"),
        ]),
      );
      return { url, values };
    })
    .filter(({ values }) => values.get("rel") === "ice-server")
    .map(({ url, values }) => ({
      urls: [url],
      username: values.get("username") ?? null,
      credential: values.get("credential") ?? null,
    }));
}

/** Where the servers are: `config.js` may say so; by default they are where the page came from. */

export interface PeerlensConfig {
  /** `wss://HOST/ws`, when the page is hosted elsewhere. */
  readonly signalingUrl?: string;
}

declare global {
  interface Window {
    PEERLENS?: PeerlensConfig;
  }
}

export interface Endpoints {
  /** The signaling WebSocket. */
  readonly signalingUrl: string;
  /** The WebSocket for driving over the relay. */
  readonly controlUrl: string;
  /** The WebSocket for pictures without a peer connection. */
  readonly viewerUrl: string;
  /** Base of `/{camera}/whep` and `/{camera}/snapshot.jpg`, without a slash at the end. */
  readonly httpUrl: string;
}

/** Throws `Error` with a readable line when `config.signalingUrl` is not usable. */
export function endpoints(config: PeerlensConfig | undefined, pageUrl: string): Endpoints {
  const page = new URL(pageUrl);
  const given = config?.signalingUrl;
  const url = given === undefined || given === "" ? new URL("/ws", page) : new URL(given, page);
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw new Error(`config.js: signalingUrl ${url.href}: expected ws:// or wss://`);
  }
  url.hash = "";
  const http = new URL(url);
  http.protocol = url.protocol === "ws:" ? "http:" : "https:";
  http.search = "";
  http.pathname = http.pathname.replace(/\/ws\/?$/, "");
  return {
    signalingUrl: url.href,
    controlUrl: below(url, "control"),
    viewerUrl: below(url, "viewer"),
    httpUrl: http.href.replace(/\/$/, ""),
  };
}

function below(url: URL, name: string): string {
  const found = new URL(url);
  found.pathname = `${url.pathname.replace(/\/$/, "")}/${name}`;
  return found.href;
}

/** What can be said of the page and its browser before anything is sent. */

import { finding, ok, type Finding } from "./finding";

/** `codecs` are the video formats that the browser can receive, such as `video/H264`. */
export interface PageReading {
  readonly hasWebRtc: boolean;
  readonly codecs: readonly string[];
  readonly pageUrl: string;
  readonly signalingUrl: string;
  readonly isSecureContext: boolean;
  /** Addresses of cameras' own streams, for viewing in their network. */
  readonly localStreams: readonly string[];
}

/** What cameras are sent as. */
const FORMATS = { "video/h264": "H.264", "video/vp8": "VP8" };

export function judgePage(reading: PageReading): readonly Finding[] {
  return [...judgeBrowser(reading), ...judgeSecurity(reading)];
}

function judgeBrowser({ hasWebRtc, codecs }: PageReading): readonly Finding[] {
  if (!hasWebRtc) {
    return [
      finding("problem", "browser.no-webrtc", {
        what: "This browser has no WebRTC, or it is switched off",
        why: "Only single pictures can be shown, which are late and cost a lot",
        do: "Use a current Chrome, Edge, Firefox or Safari; look for an add-on or a policy that blocks WebRTC",
      }),
    ];
  }
  const names = codecs.map((codec) => codec.toLowerCase());
  const formats = Object.entries(FORMATS).filter(([type]) => names.includes(type));
  if (formats.length === 0) {
    return [
      finding("problem", "browser.no-codec", {
        what: "This browser receives neither H.264 nor VP8",
        why: "Cameras are sent as one of these",
        do: "Use another browser",
      }),
    ];
  }
  return [ok("browser.webrtc", `This browser has WebRTC and plays ${formats.map(([, name]) => name).join(" and ")}`)];
}

function judgeSecurity(reading: PageReading): readonly Finding[] {
  const page = new URL(reading.pageUrl);
  const server = new URL(reading.signalingUrl);
  const isSecure = page.protocol === "https:";
  if (isSecure && server.protocol === "ws:") {
    return [
      finding("problem", "page.mixed-content", {
        what: `This page is secure, and its server (${server.host}) is not`,
        why: "Browsers do not let a secure page talk to an insecure server",
        do: "Put a proxy with TLS in front of the server, and its wss:// address into config.js",
      }),
    ];
  }
  const found: Finding[] = [];
  if (!reading.isSecureContext) {
    found.push(
      finding("note", "page.not-secure", {
        what: "This page is not encrypted (http://)",
        why: "Video is, but the token is not; and gamepads and installing need https://",
        do: "Use it like this only in a network that you trust; elsewhere put a proxy with TLS in front",
      }),
    );
  }
  const insecure = reading.localStreams.filter((url) => isPlain(url, reading.pageUrl));
  if (isSecure && insecure.length > 0) {
    found.push(
      finding("note", "page.local-stream", {
        what: "The cameras’ own streams (http://) cannot be shown on this secure page",
        why: "Browsers block insecure pictures on secure pages",
        do: "Nothing, for video through Peerlens; for the direct view open the page over http:// in the cameras’ network",
      }),
    );
  }
  return found.length > 0 ? found : [ok("page.secure", "The page and its server fit together")];
}

function isPlain(url: string, base: string): boolean {
  try {
    return new URL(url, base).protocol === "http:";
  } catch {
    return false;
  }
}

import { expect, it } from "vitest";
import { judgePage, type PageReading } from "../../../src/client/doctor/page";

const FINE: PageReading = {
  hasWebRtc: true,
  codecs: ["video/VP8", "video/rtx", "video/H264"],
  pageUrl: "https://cars.example.org/doctor",
  signalingUrl: "wss://cars.example.org/ws",
  isSecureContext: true,
  localStreams: [],
};

function levels(reading: Partial<PageReading>): Record<string, string> {
  const found = judgePage({ ...FINE, ...reading });
  return Object.fromEntries(found.map(({ id, level }) => [id, level]));
}

it("finds nothing wrong with a current browser", () => {
  expect(levels({})).toEqual({ "browser.webrtc": "ok", "page.secure": "ok" });
  expect(judgePage(FINE)[0]?.what).toContain("plays H.264 and VP8");
});

it("misses WebRTC, or formats", () => {
  expect(levels({ hasWebRtc: false })["browser.no-webrtc"]).toBe("problem");
  expect(levels({ codecs: ["video/AV1"] })["browser.no-codec"]).toBe("problem");
  expect(levels({ codecs: ["video/VP8"] })["browser.webrtc"]).toBe("ok");
});

it("sees that a secure page has an insecure server", () => {
  expect(levels({ signalingUrl: "ws://10.0.0.5:8080/ws" })["page.mixed-content"]).toBe("problem");
});

it("notes cameras whose own streams a secure page cannot show", () => {
  const insecure = { localStreams: ["http://192.168.0.20:8080/stream"] };
  expect(levels(insecure)["page.local-stream"]).toBe("note");
  // A path is the server's own, and as secure as the page.
  expect(levels({ localStreams: ["/front/stream"] })["page.secure"]).toBe("ok");
  const plain = { pageUrl: "http://10.0.0.5/doctor", signalingUrl: "ws://10.0.0.5/ws" };
  expect(levels({ ...plain, ...insecure })["page.secure"]).toBe("ok");
});

it("notes that a page is not encrypted", () => {
  const plain = { pageUrl: "http://10.0.0.5/doctor", signalingUrl: "ws://10.0.0.5/ws" };
  expect(levels({ ...plain, isSecureContext: false })["page.not-secure"]).toBe("note");
});

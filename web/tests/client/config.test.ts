import { expect, it } from "vitest";
import { endpoints } from "../../src/client/config";

it("takes the page's own server by default", () => {
  expect(endpoints(undefined, "http://localhost:8080/camera/front?whep#x")).toEqual({
    signalingUrl: "ws://localhost:8080/ws",
    controlUrl: "ws://localhost:8080/ws/control",
    viewerUrl: "ws://localhost:8080/ws/viewer",
    httpUrl: "http://localhost:8080",
  });
  expect(endpoints({}, "https://example.org/").signalingUrl).toBe("wss://example.org/ws");
});

it("takes what config.js says", () => {
  const page = "https://static.example.org/";
  expect(endpoints({ signalingUrl: "wss://cams.example.org/eye/ws" }, page)).toEqual({
    signalingUrl: "wss://cams.example.org/eye/ws",
    controlUrl: "wss://cams.example.org/eye/ws/control",
    viewerUrl: "wss://cams.example.org/eye/ws/viewer",
    httpUrl: "https://cams.example.org/eye",
  });
  expect(endpoints({ signalingUrl: "https://cams.example.org/ws" }, page).signalingUrl).toBe(
    "wss://cams.example.org/ws",
  );
});

it("says what is wrong with an unusable address", () => {
  expect(() => endpoints({ signalingUrl: "ftp://example.org" }, "https://a/")).toThrow(
    "expected ws:// or wss://",
  );
});

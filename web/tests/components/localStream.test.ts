import { expect, it } from "vitest";
import { hostOf, isMixed } from "../../src/components/localStream";

it.each([
  ["http://192.168.0.20:8080/stream", "https:", true],
  ["HTTP://cam.local/stream", "https:", true],
  ["https://cam.example/stream", "https:", false],
  ["http://192.168.0.20:8080/stream", "http:", false],
])("%s on a page over %s is mixed content: %s", (url, protocol, isIt) => {
  expect(isMixed(url, protocol)).toBe(isIt);
});

it("shows no more of an address than where it is", () => {
  expect(hostOf("http://cam.local:8080/stream?token=secret")).toBe("cam.local:8080");
  expect(hostOf("nonsense")).toBe("");
});

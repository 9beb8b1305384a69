import { expect, it } from "vitest";
import { parseRoute, Router, routePath, type Browser } from "../src/router";

it.each([
  ["/", { page: "grid" }],
  ["", { page: "grid" }],
  ["/camera/front", { page: "camera", id: "front" }],
  ["/camera/front/", { page: "camera", id: "front" }],
  ["/camera/a.b_c-1", { page: "camera", id: "a.b_c-1" }],
  ["/doctor", { page: "doctor" }],
  ["/doctor/", { page: "doctor" }],
  ["/doctor/front", { page: "not-found" }],
  ["/events", { page: "events" }],
  ["/events/front", { page: "not-found" }],
  ["/drive/front", { page: "drive", id: "front" }],
  ["/drive/front/", { page: "drive", id: "front" }],
  ["/drive", { page: "not-found" }],
  ["/drive/.hidden", { page: "not-found" }],
  ["/drive/front/more", { page: "not-found" }],
  ["/camera", { page: "not-found" }],
  ["/camera/.hidden", { page: "not-found" }],
  ["/camera/a%20b", { page: "not-found" }],
  ["/camera/front/more", { page: "not-found" }],
  ["/elsewhere", { page: "not-found" }],
])("reads %s", (pathname, route) => {
  expect(parseRoute(pathname)).toEqual(route);
});

it("writes what it reads", () => {
  expect(parseRoute(routePath({ page: "camera", id: "front" }))).toEqual({
    page: "camera",
    id: "front",
  });
  expect(routePath({ page: "drive", id: "front" })).toBe("/drive/front");
  expect(parseRoute(routePath({ page: "grid" }))).toEqual({ page: "grid" });
  expect(parseRoute(routePath({ page: "doctor" }))).toEqual({ page: "doctor" });
  expect(parseRoute(routePath({ page: "events" }))).toEqual({ page: "events" });
});

class FakeBrowser implements Browser {
  location = { pathname: "/", search: "?whep" };
  readonly visited: string[] = [];
  back: () => void = () => undefined;
  readonly history = {
    pushState: (_data: unknown, _unused: string, url: string) => {
      this.visited.push(url);
      this.location = { ...this.location, pathname: url.split("?")[0] ?? "" };
    },
  };
  addEventListener(_type: "popstate", listener: () => void): void {
    this.back = listener;
  }
}

it("moves, keeps the options of the address, and follows the back button", () => {
  const browser = new FakeBrowser();
  const router = new Router(browser);
  let changes = 0;
  router.route.subscribe(() => (changes += 1));
  router.go({ page: "camera", id: "front" });
  expect(browser.visited).toEqual(["/camera/front?whep"]);
  expect(router.route.value).toEqual({ page: "camera", id: "front" });
  browser.location = { pathname: "/", search: "?whep" };
  browser.back();
  expect(router.route.value).toEqual({ page: "grid" });
  expect(changes).toBe(2);
});

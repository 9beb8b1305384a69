/** Which page an address means, and moving between them without loading anything. */

import type { Observable } from "./client/observable";
import { Source } from "./client/observable";

export type Route =
  | { readonly page: "grid" | "doctor" | "events" }
  | { readonly page: "camera" | "drive"; readonly id: string }
  | { readonly page: "not-found" };

const CAMERA_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function parseRoute(pathname: string): Route {
  const parts = pathname.split("/").filter((part) => part !== "");
  if (parts.length === 0) return { page: "grid" };
  const [page, id, ...rest] = parts;
  if ((page === "doctor" || page === "events") && parts.length === 1) return { page };
  const isOfCamera = page === "camera" || page === "drive";
  if (isOfCamera && id !== undefined && rest.length === 0 && CAMERA_ID.test(id)) {
    return { page, id };
  }
  return { page: "not-found" };
}

export function routePath(route: Route): string {
  if ("id" in route) return `/${route.page}/${route.id}`;
  return route.page === "doctor" || route.page === "events" ? `/${route.page}` : "/";
}

/** What this needs of `window`. */
export interface Browser {
  readonly location: { readonly pathname: string; readonly search: string };
  readonly history: { pushState(data: unknown, unused: string, url: string): void };
  addEventListener(type: "popstate", listener: () => void): void;
}

export class Router {
  readonly #browser: Browser;
  readonly #route: Source<Route>;

  constructor(browser: Browser) {
    this.#browser = browser;
    this.#route = new Source(parseRoute(browser.location.pathname));
    browser.addEventListener("popstate", () => {
      this.#route.set(parseRoute(browser.location.pathname));
    });
  }

  get route(): Observable<Route> {
    return this.#route;
  }

  /** The address of `route`; options in the query (`?whep`) are kept. */
  href(route: Route): string {
    return routePath(route) + this.#browser.location.search;
  }

  go(route: Route): void {
    this.#browser.history.pushState(null, "", this.href(route));
    this.#route.set(route);
  }
}

/**
 * The access token: it comes in the address (`#token=...`, which browsers never send to a
 * server), is taken out of the address bar at once, and is kept in this browser.
 */

const KEY = "peerlens.token";
const MAX_LENGTH = 512;

export interface AddressBar {
  /** The whole address. */
  readonly href: string;
  /** Puts `href` in the place of the current address, without loading anything. */
  replace(href: string): void;
}

export class TokenStore {
  #token: string | null;

  /** `storage` may be null or refuse to work (private windows): then the token lives in memory. */
  constructor(readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null) {
    this.#token = attempt(() => storage?.getItem(KEY) ?? null) ?? null;
  }

  get token(): string | null {
    return this.#token;
  }

  /** Keeps `token`, or forgets it when null or unusable. */
  set(token: string | null): void {
    this.#token = token !== null && token.length > 0 && token.length <= MAX_LENGTH ? token : null;
    attempt(() => {
      if (this.#token === null) this.storage?.removeItem(KEY);
      else this.storage?.setItem(KEY, this.#token);
    });
  }

  /** Moves a token from the address bar to the store; says whether there was one. */
  takeFrom(bar: AddressBar): boolean {
    const url = new URL(bar.href);
    const hash = new URLSearchParams(url.hash.slice(1));
    const token = hash.get("token");
    if (token === null) return false;
    hash.delete("token");
    url.hash = hash.toString();
    bar.replace(url.hash === "" ? url.href.replace(/#$/, "") : url.href);
    if (token !== "") this.set(token);
    return token !== "";
  }
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

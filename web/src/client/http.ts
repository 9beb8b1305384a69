/** Requests to the server by HTTP, with the token of this page. */

import { epochNow } from "./clock";
import { problemSlug, Refused } from "./errors";

export interface HttpOptions {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: () => string | null;
  readonly fetch: typeof fetch;
}

export interface Question {
  readonly method?: "GET" | "PATCH" | "DELETE";
  /** The body. */
  readonly json?: unknown;
  readonly timeoutMs?: number;
  /** Whether what was fetched before may serve again, once the server has said that it is current. */
  readonly isKept?: boolean;
}

const TIMEOUT_MS = 10_000;

export class Http {
  readonly #options: HttpOptions;
  #aheadMs = 0;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** The server's clock, to about a second; this computer's before the server has answered. */
  get serverNowMs(): number {
    return epochNow() + this.#aheadMs;
  }

  /** Rejects with `Refused` only where there is no answer. */
  async send(path: string, question: Question = {}): Promise<Response> {
    const { url, token, fetch } = this.#options;
    const { method = "GET", json, timeoutMs = TIMEOUT_MS, isKept = false } = question;
    const shown = token();
    try {
      const response = await fetch(`${url}/${path}`, {
        method,
        headers: {
          ...(shown === null ? {} : { Authorization: `Bearer ${shown}` }),
          ...(json === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        cache: isKept ? "no-cache" : "no-store",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const dateMs = Date.parse(response.headers.get("Date") ?? "");
      // It is cut to whole seconds.
      if (!Number.isNaN(dateMs)) this.#aheadMs = dateMs + 500 - epochNow();
      return response;
    } catch (error) {
      throw new Refused("gateway-offline", String(error));
    }
  }

  /** Rejects with `Refused` unless the server does as asked. */
  async ask(path: string, question: Question = {}): Promise<Response> {
    const response = await this.send(path, question);
    if (response.ok) return response;
    throw await refusal(response);
  }
}

/** What a problem (RFC 9457) says; where it names none, `slugs` may know it by its status. */
export async function refusal(
  response: Response,
  slugs: ReadonlyMap<number, string> = new Map(),
): Promise<Refused> {
  const retryAfterS = Number(response.headers.get("Retry-After") ?? NaN);
  const problem: unknown = await response.json().catch(() => null);
  const { type, detail } = (problem ?? {}) as { type?: unknown; detail?: unknown };
  return new Refused(
    typeof type === "string" && type !== "about:blank"
      ? problemSlug(type)
      : (slugs.get(response.status) ?? "refused"),
    typeof detail === "string" ? detail : `the server answered ${String(response.status)}`,
    Number.isFinite(retryAfterS) ? retryAfterS * 1000 : null,
  );
}

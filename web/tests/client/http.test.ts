import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Http } from "../../src/client/http";

const NOW_MS = Date.parse("2026-08-10T12:00:00Z");
const asked: RequestInit[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS });
  asked.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

function http(respond: () => Promise<Response>, token: string | null = null): Http {
  return new Http({
    url: "https://example.org",
    token: () => token,
    fetch: ((_: string, init: RequestInit) => {
      asked.push(init);
      return respond();
    }) as typeof fetch,
  });
}

describe("requests", () => {
  it("show the token, and send what is to change as JSON", async () => {
    await http(() => Promise.resolve(new Response()), "secret").ask("x", { method: "PATCH", json: { a: 1 } });
    await http(() => Promise.resolve(new Response())).ask("x", { isKept: true });
    expect(asked[0]).toMatchObject({
      method: "PATCH",
      body: '{"a":1}',
      cache: "no-store",
      headers: { Authorization: "Bearer secret", "Content-Type": "application/json" },
    });
    expect(asked[1]).toMatchObject({ method: "GET", headers: {}, cache: "no-cache" });
  });

  it("are refused in the server's words, or by its silence", async () => {
    const problem = { type: "urn:peerlens:problem:event-goes-on", detail: "it goes on" };
    const refused = http(() => Promise.resolve(new Response(JSON.stringify(problem), { status: 409 })));
    await expect(refused.ask("x")).rejects.toMatchObject({ slug: "event-goes-on", detail: "it goes on" });
    const silent = http(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(silent.ask("x")).rejects.toMatchObject({ slug: "gateway-offline" });
    const bare = http(() => Promise.resolve(new Response("no", { status: 500 })));
    await expect(bare.ask("x")).rejects.toMatchObject({ slug: "refused" });
  });

  it("tell the server's time where this computer's is wrong", async () => {
    const made = http(() =>
      Promise.resolve(new Response("", { headers: { Date: "Mon, 10 Aug 2026 13:00:00 GMT" } })),
    );
    const aheadMs = () => made.serverNowMs - Date.parse("2026-08-10T13:00:00Z");
    expect(aheadMs()).toBeLessThan(-3_000_000);
    await made.ask("x");
    expect(Math.abs(aheadMs())).toBeLessThan(2_000);
  });
});

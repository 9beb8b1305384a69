import { describe, expect, it } from "vitest";
import { Http } from "../../../src/client/http";
import { EventArchive, MOST_CLIP_BYTES } from "../../../src/client/timeline/eventArchive";

const ALL = { camera: null, what: null };
const asked: { url: string; method: string; authorization: string | null }[] = [];

function archive(respond: () => Response): EventArchive {
  asked.length = 0;
  return new EventArchive(
    new Http({
      url: "https://example.org",
      token: () => "secret",
      fetch: ((url: string, { method, headers }: RequestInit) => {
        asked.push({
          url,
          method: method ?? "GET",
          authorization: new Headers(headers).get("Authorization"),
        });
        return Promise.resolve(respond());
      }) as typeof fetch,
    }),
  );
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status === 200 ? "application/json" : "application/problem+json" },
  });
}

describe("the archive", () => {
  it("asks with filter, cursor and token, and reads the page", async () => {
    const event = { id: "e1", camera: "front", startMs: 5, level: "LOW", percent: 1.5 };
    const page = await archive(() => json({ events: [event], next: "e1" })).page(
      { camera: "front", what: "person" },
      "e9",
    );
    expect(page.next).toBe("e1");
    expect(page.events).toMatchObject([{ ...event, what: "unknown", endMs: null, zones: [] }]);
    expect(asked[0]?.url).toBe(
      "https://example.org/api/events?camera=front&what=person&limit=24&cursor=e9",
    );
    expect(asked[0]?.authorization).toBe("Bearer secret");
  });

  it.each([
    ["no such address", () => json({}, 404)],
    ["the page itself", () => new Response("<!doctype html>", { headers: { "Content-Type": "text/html" } })],
  ])("knows a server that keeps none by %s", async (_, respond) => {
    await expect(archive(respond).page(ALL, null)).rejects.toMatchObject({ slug: "apart" });
  });

  it("passes on what a problem says", async () => {
    const problem = { type: "urn:peerlens:problem:events-unavailable", detail: "switched off" };
    const refused = archive(() => json(problem, 503)).page(ALL, null);
    await expect(refused).rejects.toMatchObject({ slug: "events-unavailable", detail: "switched off" });
    await expect(archive(() => json({}, 403)).remove("e1")).rejects.toMatchObject({ slug: "refused" });
    expect(asked[0]).toMatchObject({ method: "DELETE", url: "https://example.org/api/events/e1" });
  });

  it("fetches no clip that is larger than a page should hold", async () => {
    const headers = { "Content-Length": String(MOST_CLIP_BYTES + 1) };
    const large = archive(() => new Response("x", { headers })).file("e1", "clip.mp4");
    await expect(large).rejects.toMatchObject({ slug: "too-large" });
    const small = await archive(() => new Response("clip")).file("e1", "clip.mp4");
    expect(await small.text()).toBe("clip");
  });
});

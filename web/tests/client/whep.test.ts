import { describe, expect, it } from "vitest";
import type { NegotiationListener } from "../../src/client/negotiation";
import { trickleFragment } from "../../src/client/trickle";
import { parseIceServers, Whep } from "../../src/client/whep";

const URL_ = "https://example.org/front/whep";
const OFFER = [
  "v=0",
  "a=group:BUNDLE 0 1",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:secretsecretsecretsecret",
  "a=mid:0",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
  "a=ice-ufrag:abcd",
  "a=mid:1",
  "",
].join("\r\n");
const HOST = { candidate: "candidate:1 1 udp 1 10.0.0.2 5 typ host", sdpMid: "0", sdpMLineIndex: 0 };
const listener: NegotiationListener = { candidate: () => undefined, ended: () => undefined };

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A server that answers by method, and a list of what it was asked. */
function server(answers: Readonly<Record<string, () => Response>>) {
  const asked: Asked[] = [];
  const fetch_ = (url: string, init: RequestInit) => {
    const method = init.method ?? "GET";
    asked.push({ method, url, headers: new Headers(init.headers), body: init.body });
    const answer = answers[method];
    return answer === undefined
      ? Promise.reject(new TypeError("network down"))
      : Promise.resolve(answer());
  };
  return { asked, fetch: fetch_ as typeof fetch };
}

const created = () =>
  new Response("v=0 answer", {
    status: 201,
    headers: { Location: "/front/whep/s1", ETag: '"tag"', "Content-Type": "application/sdp" },
  });
const empty = (status: number) => () => new Response(null, { status });

function whep(fetch_: typeof fetch, token: string | null = null, way: "direct" | "turn" = "turn") {
  return new Whep({ url: URL_, way, token: () => token, fetch: fetch_ });
}

/** Lets promises that are ready go on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

it("posts the offer with the token and gives the answer", async () => {
  const { asked, fetch } = server({ POST: created });
  await expect(whep(fetch, "secret").offer(OFFER, listener)).resolves.toBe("v=0 answer");
  expect(asked[0]).toMatchObject({ method: "POST", url: URL_, body: OFFER });
  expect(asked[0]?.headers.get("Content-Type")).toBe("application/sdp");
  expect(asked[0]?.headers.get("Authorization")).toBe("Bearer secret");
});

it("asks for an answer without relays where it tries the direct way", async () => {
  const { asked, fetch } = server({ POST: created, DELETE: empty(200) });
  const negotiation = whep(fetch, null, "direct");
  await negotiation.offer(OFFER, listener);
  negotiation.close();
  expect(asked.map(({ url }) => url)).toEqual([
    `${URL_}?relay=false`,
    "https://example.org/front/whep/s1",
  ]);
});

it("trickles what was found before and after the answer", async () => {
  const { asked, fetch } = server({ POST: created, PATCH: empty(204) });
  const negotiation = whep(fetch);
  negotiation.candidate(HOST);
  await negotiation.offer(OFFER, listener);
  await settle();
  negotiation.candidate(null);
  await settle();
  const patches = asked.filter(({ method }) => method === "PATCH");
  expect(patches.map(({ body }) => body)).toEqual([
    trickleFragment(OFFER, [HOST]),
    trickleFragment(OFFER, [null]),
  ]);
  expect(patches[0]?.url).toBe("https://example.org/front/whep/s1");
  expect(patches[0]?.headers.get("If-Match")).toBe('"tag"');
  expect(patches[0]?.headers.get("Content-Type")).toBe("application/trickle-ice-sdpfrag");
});

it("stops trickling where the server does not take it", async () => {
  const { asked, fetch } = server({ POST: created, PATCH: empty(405) });
  const negotiation = whep(fetch);
  await negotiation.offer(OFFER, listener);
  for (const candidate of [HOST, HOST, null]) {
    negotiation.candidate(candidate);
    await settle();
  }
  expect(asked.filter(({ method }) => method === "PATCH")).toHaveLength(1);
});

it("deletes its session once", async () => {
  const { asked, fetch } = server({ POST: created, DELETE: empty(200) });
  const negotiation = whep(fetch, "secret");
  await negotiation.offer(OFFER, listener);
  negotiation.close();
  negotiation.close();
  const deletes = asked.filter(({ method }) => method === "DELETE");
  expect(deletes.map(({ url }) => url)).toEqual(["https://example.org/front/whep/s1"]);
  expect(deletes[0]?.headers.get("Authorization")).toBe("Bearer secret");
});

it("deletes a session that was granted after it was closed", async () => {
  const { asked, fetch } = server({ POST: created, DELETE: empty(200) });
  const negotiation = whep(fetch);
  const answer = negotiation.offer(OFFER, listener);
  negotiation.close();
  await expect(answer).rejects.toMatchObject({ slug: "bye" });
  expect(asked.map(({ method }) => method)).toEqual(["POST", "DELETE"]);
});

describe("refusals", () => {
  it("carry the problem, its words and when to come back", async () => {
    const body = JSON.stringify({
      type: "urn:peerlens:problem:too-many-viewers",
      detail: "500 viewers already",
    });
    const { fetch } = server({
      POST: () => new Response(body, { status: 503, headers: { "Retry-After": "3" } }),
    });
    await expect(whep(fetch).offer(OFFER, listener)).rejects.toMatchObject({
      slug: "too-many-viewers",
      detail: "500 viewers already",
      retryAfterMs: 3_000,
    });
  });

  it.each([
    [401, "unauthorized"],
    [404, "unknown-camera"],
    [406, "no-common-codec"],
    [422, "no-common-codec"],
    [503, "too-many-viewers"],
    [500, "refused"],
  ])("are known by status %i alone", async (status, slug) => {
    const { fetch } = server({ POST: () => new Response("<h1>no</h1>", { status }) });
    await expect(whep(fetch).offer(OFFER, listener)).rejects.toMatchObject({ slug });
  });

  it("include an unreachable server", async () => {
    const { fetch } = server({});
    await expect(whep(fetch).offer(OFFER, listener)).rejects.toMatchObject({
      slug: "gateway-offline",
    });
  });
});

describe("relays", () => {
  it("are asked for when they are not known", async () => {
    const link = '<turn:t.example.org>; rel="ice-server"; username="u"; credential="a\\"b"';
    const { fetch } = server({
      OPTIONS: () => new Response(null, { status: 204, headers: { Link: link } }),
    });
    await expect(whep(fetch).iceServers()).resolves.toEqual([
      { urls: ["turn:t.example.org"], username: "u", credential: 'a"b' },
    ]);
  });

  it("are none where OPTIONS fails", async () => {
    await expect(whep(server({}).fetch).iceServers()).resolves.toEqual([]);
  });

  it("are read from several links, others left out", () => {
    const link =
      '<https://example.org/next>; rel="next", <stun:s.example.org:3478>; rel="ice-server",' +
      ' <turn:t.example.org?transport=tcp>; rel=ice-server; username=u; credential=p';
    expect(parseIceServers(link)).toEqual([
      { urls: ["stun:s.example.org:3478"], username: null, credential: null },
      { urls: ["turn:t.example.org?transport=tcp"], username: "u", credential: "p" },
    ]);
  });
});

it("writes fragments that name the first section", () => {
  expect(trickleFragment(OFFER, [HOST, null])).toBe(
    [
      "a=ice-ufrag:abcd",
      "a=ice-pwd:secretsecretsecretsecret",
      "m=video 9 UDP/TLS/RTP/SAVPF 96",
      "a=mid:0",
      "a=candidate:1 1 udp 1 10.0.0.2 5 typ host",
      "a=end-of-candidates",
      "",
    ].join("\r\n"),
  );
});

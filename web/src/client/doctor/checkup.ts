/** One check-up from this page: what is looked at, in which order, and for how long. */

import type { Endpoints } from "../config";
import type { CameraInfo, IceServer } from "../messages";
import { Source, type Observable } from "../observable";
import type { CreatePeerConnection } from "../session";
import type { Socket } from "../signaling";
import { call, judgeCalls, type CallKind, type CallReading } from "./call";
import type { Finding } from "./finding";
import { gather } from "./gather";
import { addressesOf, type IceAddress, type IceAddresses } from "./iceUrls";
import { judgeNat, judgeStun, natKind } from "./nat";
import { judgePage, type PageReading } from "./page";
import { judgeClock, judgeLink, judgePictures } from "./server";
import { tryLink, tryPictures } from "./sockets";
import { isRefused, judgeTurn, relayMs } from "./turn";

/** What a check-up needs of its surroundings. */
export interface Surroundings {
  readonly endpoints: Endpoints;
  readonly token: () => string | null;
  readonly createSocket: (url: string) => Socket;
  readonly createPeerConnection: CreatePeerConnection | null;
  readonly fetch: typeof fetch;
  readonly page: Omit<PageReading, "hasWebRtc" | "signalingUrl" | "localStreams">;
}

/** `looking` says in words what is being looked at; null when all is done. */
export interface CheckupView {
  readonly looking: string | null;
  readonly findings: readonly Finding[];
}

const LINK_MS = 5_000;
const STUN_MS = 3_000;
const TURN_MS = 5_000;
const SECOND_TRY_MS = 300;
const PICTURE_MS = 6_000;
const CALL_MS = 9_000;
const REQUEST_MS = 4_000;
/** Servers of each kind that are tried, and cars whose own streams are looked up. */
const MOST = 8;

/** Single use: to look again, build a new one. */
export class Checkup {
  readonly #around: Surroundings;
  readonly #view = new Source<CheckupView>({ looking: "Looking at this browser", findings: [] });
  readonly #sessions: string[] = [];
  #isStopped = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get view(): Observable<CheckupView> {
    return this.#view;
  }

  /** What is still on its way ends by itself, and is not shown. */
  stop(): void {
    this.#isStopped = true;
  }

  async run(): Promise<void> {
    const { endpoints, createSocket, token } = this.#around;
    this.#look("Looking for the server");
    const link = await tryLink(() => createSocket(endpoints.signalingUrl), token(), LINK_MS);
    this.#add(judgePage(await this.#page(link.cameras)));
    this.#add(judgeLink(link.reading, new URL(endpoints.signalingUrl).host));
    const camera = chosen(link.cameras);
    if (camera !== null) {
      this.#look("Asking for a picture");
      const socket = () => createSocket(endpoints.viewerUrl);
      const pictures = await tryPictures(socket, camera, token(), PICTURE_MS);
      this.#add([...judgeClock(pictures.offsetMs), ...judgePictures(pictures)]);
    }
    const { createPeerConnection } = this.#around;
    if (createPeerConnection !== null && link.reading.kind === "welcome") {
      const servers = (await this.#iceServers()) ?? link.iceServers;
      await this.#paths(createPeerConnection, addressesOf(servers), camera);
    }
    this.#set({ ...this.#view.value, looking: null });
  }

  async #paths(
    create: CreatePeerConnection,
    { stun, turn }: IceAddresses,
    camera: string | null,
  ): Promise<void> {
    this.#look("Trying STUN and TURN servers, each by itself");
    const asked = stun.slice(0, MOST);
    const [apart, together, relays] = await Promise.all([
      Promise.all(asked.map(async (address) => this.#stun(create, address))),
      asked.length > 1
        ? gather(create, { iceServers: asked.map(({ server }) => server) }, STUN_MS)
        : Promise.resolve(null),
      Promise.all(turn.slice(0, MOST).map(async (address) => this.#turn(create, address))),
    ]);
    const hasTurn = relays.some((each) => relayMs(each) !== null);
    this.#add([
      ...judgeStun(apart),
      ...judgeNat(natKind(apart, together), hasTurn),
      ...judgeTurn(relays),
    ]);
    if (camera === null) return;
    this.#look(`Calling ${camera}`);
    const calls = [this.#call(create, "direct", camera, stun)];
    // All of TURN, as the page uses it; the browser picks what works.
    if (hasTurn) calls.push(this.#call(create, "turn", camera, turn));
    this.#add(judgeCalls(await Promise.all(calls)));
    this.#hangUp();
  }

  async #stun(create: CreatePeerConnection, address: IceAddress) {
    const configuration = { iceServers: [address.server] };
    const isSeen = (candidates: readonly { readonly type: string }[]) =>
      candidates.some(({ type }) => type === "srflx");
    return { address, reading: await gather(create, configuration, STUN_MS, isSeen) };
  }

  async #turn(create: CreatePeerConnection, address: IceAddress) {
    const configuration: RTCConfiguration = {
      iceServers: [address.server],
      iceTransportPolicy: "relay",
    };
    const attempt = () => gather(create, configuration, TURN_MS, ({ length }) => length > 0);
    const first = await attempt();
    if (!isRefused(first)) return { address, reading: first };
    // coturn 4.6 refuses some of the first that come at once, while its database is locked.
    await new Promise((resolve) => setTimeout(resolve, SECOND_TRY_MS));
    return { address, reading: await attempt() };
  }

  #call(
    create: CreatePeerConnection,
    kind: CallKind,
    camera: string,
    addresses: readonly IceAddress[],
  ): Promise<CallReading> {
    return call({
      kind,
      camera,
      iceServers: addresses.map(({ server }) => server),
      createPeerConnection: create,
      exchange: (offer) => this.#exchange(camera, offer, kind === "turn"),
      timeoutMs: CALL_MS,
    });
  }

  /** Over WHEP. */
  async #exchange(camera: string, offer: string, relay: boolean): Promise<string> {
    const { endpoints } = this.#around;
    const path = `/${encodeURIComponent(camera)}/whep?relay=${String(relay)}`;
    const response = await this.#request("POST", path, CALL_MS, {
      headers: { "Content-Type": "application/sdp" },
      body: offer,
    });
    if (response.status !== 201) {
      const problem: unknown = await response.json().catch(() => null);
      const { detail } = (problem ?? {}) as { detail?: unknown };
      const said = `the server answered ${String(response.status)}`;
      throw new Error(typeof detail === "string" ? detail : said);
    }
    const location = response.headers.get("Location");
    if (location !== null) this.#sessions.push(new URL(location, endpoints.httpUrl).pathname);
    return response.text();
  }

  /** So that gateways need not find out by silence that we hung up. */
  #hangUp(): void {
    for (const path of this.#sessions.splice(0)) {
      this.#request("DELETE", path, REQUEST_MS, { keepalive: true }).catch(() => undefined);
    }
  }

  async #page(cameras: readonly CameraInfo[]): Promise<PageReading> {
    const { endpoints, createPeerConnection, page } = this.#around;
    const cars = cameras.flatMap(({ car }) => (car == null ? [] : [car])).slice(0, MOST);
    const urls = await Promise.all(cars.map((car) => this.#localStream(car)));
    return {
      ...page,
      hasWebRtc: createPeerConnection !== null,
      signalingUrl: endpoints.signalingUrl,
      localStreams: urls.filter((url) => url !== null),
    };
  }

  async #localStream(car: string): Promise<string | null> {
    const body = await this.#json(`/api/cars/${encodeURIComponent(car)}/camera`);
    const { streamUrl } = (body ?? {}) as { streamUrl?: unknown };
    return typeof streamUrl === "string" ? streamUrl : null;
  }

  async #iceServers(): Promise<readonly IceServer[] | null> {
    const { iceServers } = ((await this.#json("/api/ice-servers")) ?? {}) as { iceServers?: unknown };
    return Array.isArray(iceServers) ? (iceServers as readonly IceServer[]) : null;
  }

  async #json(path: string): Promise<unknown> {
    try {
      const response = await this.#request("GET", path, REQUEST_MS);
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  #request(method: string, path: string, timeoutMs: number, init: RequestInit = {}) {
    const { endpoints, token } = this.#around;
    const headers = new Headers(init.headers);
    const shown = token();
    if (shown !== null) headers.set("Authorization", `Bearer ${shown}`);
    const signal = AbortSignal.timeout(timeoutMs);
    return this.#around.fetch(`${endpoints.httpUrl}${path}`, { ...init, method, headers, signal, cache: "no-store" });
  }

  #look(looking: string): void {
    this.#set({ ...this.#view.value, looking });
  }

  #add(findings: readonly Finding[]): void {
    this.#set({ ...this.#view.value, findings: [...this.#view.value.findings, ...findings] });
  }

  #set(view: CheckupView): void {
    if (!this.#isStopped) this.#view.set(view);
  }
}

/** The camera to call: one that works already, else one that may. */
export function chosen(cameras: readonly CameraInfo[]): string | null {
  const order = ["live", "idle", "connecting", "stalled"];
  const usable = cameras.filter(({ state }) => order.includes(state));
  const [first] = [...usable].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return first?.id ?? cameras[0]?.id ?? null;
}

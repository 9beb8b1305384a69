/**
 * Decides which ways to the camera are tried when, and which one is shown. Pure: facts come with
 * their time, moves go out; whoever carries them out (`Climber`) has the timers and the sockets.
 *
 * A climb begins with the direct way. The others follow at staggered times while it has found
 * nothing, and the first picture is shown, whatever its way. From then on better ways are tried
 * beside it with growing pauses. A better one that has a picture takes its place, and only once
 * that is seen the other ends. When what is shown dies, a climb begins anew.
 */

import { Backoff } from "./backoff";
import { bestOf, isBetter, WAYS, type Path, type Way } from "./path";

/** What holds while a decision is made. */
export interface Conditions {
  /** Which ways there are right now. */
  readonly can: Readonly<Record<Way, boolean>>;
  /** The browser has WebRTC at all. */
  readonly isSupported: boolean;
  /** To the server and back, as far as it is known. */
  readonly roundTripMs: number;
  /** Somebody drives, or waits for it, by what is shown: the place would be lost with it. */
  readonly isHeld: boolean;
  /** The camera itself gives no pictures: that none comes says nothing of a way. */
  readonly isCameraAway: boolean;
}

export type Move =
  | { readonly do: "start"; readonly id: number; readonly way: Way }
  | { readonly do: "show"; readonly id: number }
  | { readonly do: "stop"; readonly id: number; readonly why: Ending };

/** Why an attempt is ended from here. */
export type Ending = "no-picture" | "no-connection" | "no-better" | "not-needed" | "replaced";

export interface Refusal {
  /** As in `Refused`. */
  readonly slug: string;
  readonly retryAfterMs: number | null;
  /** The server tells when this has changed, so nobody needs to ask all the time. */
  readonly isAnnounced: boolean;
}

/** Connecting straight takes about this long where nothing is in the way, beside round trips ... */
export const TURN_AFTER_MS = 150;
/** ... of it this after the answer; a gateway or a page that is busy answers late ... */
const CHECKS_MS = 100;
/** ... but is not waited for for ever. */
const ANSWER_MS = 500;
export const RELAY_AFTER_MS = 1_000;
/** What worked has died, and the network with it, it seems: the sure way sooner. */
export const RELAY_AFTER_DEATH_MS = 400;
const ROUND_TRIPS = 3;
/** How long the link to the server may take before the relay is tried without it. */
const SERVER_MS = 1_500;
/** A way is found, or the connection on it stands, and still no picture: large packets get lost, say. */
export const PICTURE_MS = 3_000;
/**
 * A way that works connects within this, and has a picture as long after; one that is beside
 * another gets no longer. They may share a thin network, so a picture takes its time.
 */
export const TRIAL_MS = 5_000;
/** Between trials of better ways, while another one is shown. */
export const PAUSES_MS = [2_000, 5_000, 10_000, 20_000, 40_000, 60_000] as const;
/** How long the picture before is kept after a better one came, until that one is seen. */
export const HANDOVER_MS = 1_000;
/** What worked for so long may be tried again at once. */
const PROVEN_MS = 2_000;
/** An attempt this young is given its chance before a nudge replaces it. */
const YOUNG_MS = 500;
const PATIENT_MS = 10_000;
const RELAY_CAP_MS = 5_000;

/** Refusals that no other way cures. */
const INCURABLE: ReadonlySet<string> = new Set([
  "gateway-offline",
  "unknown-camera",
  "too-many-viewers",
  "too-many-sessions",
  "unauthorized",
  "forbidden",
]);
/** Refusals that only a change elsewhere ends. */
const PATIENT: ReadonlySet<string> = new Set([
  "gateway-offline",
  "unknown-camera",
  "no-common-codec",
  "no-webrtc",
  "unauthorized",
  "forbidden",
]);

interface Attempt {
  readonly id: number;
  readonly way: Way;
  readonly startedMs: number;
  answeredMs: number | null;
  reachedMs: number | null;
  connectedMs: number | null;
  liveMs: number | null;
  path: Path | null;
}

export class Ladder {
  readonly #attempts = new Map<number, Attempt>();
  readonly #backoffs: Readonly<Record<Way, Backoff>>;
  /** The earliest time of each way's next attempt. */
  #due: Record<Way, number> = { direct: 0, turn: 0, relay: 0 };
  /** How many trials in a row did not help. */
  #trials: Record<Way, number> = { direct: 0, turn: 0, relay: 0 };
  /** The ways that failed since the climb began. */
  readonly #failed = new Set<Way>();
  #isIncurable = false;
  #climbMs = 0;
  /** When the first session of this climb was begun. */
  #firstMs: number | null = null;
  #isAfterDeath = false;
  #shown: Attempt | null = null;
  #leaving: { readonly attempt: Attempt; readonly untilMs: number } | null = null;
  #wasHeld = false;
  #conditions: Conditions | null = null;
  #id = 0;

  /** `random` is uniform in [0, 1). */
  constructor(random: () => number = Math.random) {
    this.#backoffs = {
      direct: new Backoff({ random }),
      turn: new Backoff({ random }),
      relay: new Backoff({ random, capMs: RELAY_CAP_MS }),
    };
  }

  /** What is shown; null before the first picture, and after the end of what was shown. */
  get shown(): number | null {
    return this.#shown?.id ?? null;
  }

  begin(nowMs: number): void {
    this.#climb(nowMs, false);
  }

  /** The far end agrees to `id`, and looks for a way as well now. */
  answered(id: number, nowMs: number): void {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    attempt.answeredMs ??= nowMs;
    this.#isIncurable = false;
  }

  /** The far end is reached by `id`: a connection on that way follows. */
  reached(id: number, nowMs: number): void {
    const attempt = this.#attempts.get(id);
    if (attempt !== undefined) attempt.reachedMs ??= nowMs;
  }

  /** The connection of `id` stands. */
  connected(id: number, nowMs: number): void {
    this.reached(id, nowMs);
    const attempt = this.#attempts.get(id);
    if (attempt !== undefined) attempt.connectedMs ??= nowMs;
  }

  /** `id` has pictures; `path` as soon as it is known. */
  live(id: number, path: Path | null, nowMs: number): void {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    this.connected(id, nowMs);
    attempt.liveMs ??= nowMs;
    attempt.path = path;
  }

  /** The pictures of `id`, which is shown, are seen: what was shown before may end. */
  seen(id: number): void {
    if (id === this.shown && this.#leaving !== null) {
      this.#leaving = { ...this.#leaving, untilMs: -Infinity };
    }
  }

  /** `id` could not be shown after all: back to what was shown before, if that is still there. */
  unseen(id: number, nowMs: number): Move[] {
    if (id !== this.shown || this.#shown === null || this.#leaving === null) return [];
    this.#later(this.#shown.way, nowMs);
    this.#attempts.delete(id);
    return [{ do: "stop", id, why: "no-picture" }, this.#back(this.#leaving.attempt)];
  }

  /** `id` is over, by itself or by the other side. */
  ended(id: number, refusal: Refusal, nowMs: number): Move[] {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return [];
    this.#attempts.delete(id);
    if (this.#leaving?.attempt === attempt) this.#leaving = null;
    else if (attempt !== this.#shown) this.#refused(attempt, refusal, nowMs);
    else if (this.#leaving !== null) return [this.#back(this.#leaving.attempt)];
    else this.#died(attempt, nowMs);
    return [];
  }

  /** There is reason to try now: the network changed, say. */
  nudge(nowMs: number): Move[] {
    for (const way of WAYS) {
      this.#due[way] = nowMs;
      this.#trials[way] = 0;
      this.#backoffs[way].reset();
    }
    this.#isIncurable = false;
    if (this.#shown !== null) return [];
    const stale = this.#others.filter(
      ({ reachedMs, startedMs }) => reachedMs === null && nowMs - startedMs > YOUNG_MS,
    );
    this.#climb(nowMs, this.#isAfterDeath);
    return stale.map(({ id }) => this.#stop(id, "replaced"));
  }

  /** What is to be done now, in this order. */
  decide(nowMs: number, conditions: Conditions): Move[] {
    this.#conditions = conditions;
    if (this.#wasHeld && !conditions.isHeld) for (const way of WAYS) this.#due[way] = nowMs;
    this.#wasHeld = conditions.isHeld;
    return [
      ...this.#choose(nowMs, conditions),
      ...this.#leave(nowMs),
      ...this.#prune(nowMs, conditions),
      ...this.#start(nowMs, conditions),
    ];
  }

  /** When to decide again if nothing happens before; null: not by itself. */
  nextMs(nowMs: number): number | null {
    const times = [
      this.#leaving?.untilMs ?? Infinity,
      ...(this.#shown === null ? [this.#turnMs, this.#relayMs] : []),
      ...(this.#shown?.path === "direct" ? [] : WAYS.map((way) => this.#due[way])),
      ...this.#others.map(({ startedMs }) => startedMs + TRIAL_MS),
      ...this.#others.flatMap((attempt) => {
        const sinceMs = waitingSinceMs(attempt) ?? Infinity;
        return [sinceMs + PICTURE_MS, sinceMs + TRIAL_MS];
      }),
    ];
    const next = Math.min(...times.filter((timeMs) => timeMs > nowMs));
    return next === Infinity ? null : next;
  }

  /** Neither shown nor on their way out. */
  get #others(): Attempt[] {
    return [...this.#attempts.values()].filter(
      (attempt) => attempt !== this.#shown && attempt !== this.#leaving?.attempt,
    );
  }

  get #shownPath(): Path | null {
    return this.#shown === null ? null : (this.#shown.path ?? bestOf(this.#shown.way));
  }

  /** When the time of TURN comes in this climb: the direct way has had its chance by then. */
  get #turnMs(): number {
    const tripsMs = ROUND_TRIPS * (this.#conditions?.roundTripMs ?? 0);
    const firstMs = (this.#firstMs ?? Infinity) + tripsMs;
    const direct = this.#others.find(({ way }) => way === "direct");
    const answeredMs = direct?.answeredMs ?? Infinity;
    const checkedMs = Math.min(answeredMs + CHECKS_MS + tripsMs, firstMs + ANSWER_MS);
    return Math.max(firstMs + TURN_AFTER_MS, checkedMs);
  }

  /** When the relay's turn comes in this climb. */
  get #relayMs(): number {
    if (this.#isAfterDeath) return this.#climbMs + RELAY_AFTER_DEATH_MS;
    const fromMs = this.#firstMs ?? this.#climbMs + SERVER_MS;
    return fromMs + RELAY_AFTER_MS + ROUND_TRIPS * (this.#conditions?.roundTripMs ?? 0);
  }

  #climb(nowMs: number, isAfterDeath: boolean): void {
    this.#climbMs = nowMs;
    this.#firstMs = null;
    this.#isAfterDeath = isAfterDeath;
    this.#isIncurable = false;
    this.#failed.clear();
    for (const way of WAYS) {
      this.#due[way] = nowMs;
      this.#trials[way] = 0;
    }
  }

  #died({ way, liveMs }: Attempt, nowMs: number): void {
    this.#shown = null;
    this.#climb(nowMs, true);
    // What dies as soon as it lives must not be tried in a circle.
    if (liveMs !== null && nowMs - liveMs >= PROVEN_MS) this.#backoffs[way].reset();
    else this.#due[way] = nowMs + this.#backoffs[way].next();
  }

  #refused({ way }: Attempt, refusal: Refusal, nowMs: number): void {
    this.#failed.add(way);
    this.#isIncurable = INCURABLE.has(refusal.slug);
    if (this.#shown !== null) {
      this.#later(way, nowMs);
      return;
    }
    const isPatient = refusal.isAnnounced && PATIENT.has(refusal.slug);
    const delayMs = isPatient ? PATIENT_MS : this.#backoffs[way].next();
    this.#due[way] = nowMs + Math.max(delayMs, refusal.retryAfterMs ?? 0);
  }

  #back(to: Attempt): Move {
    this.#leaving = null;
    this.#shown = to;
    return { do: "show", id: to.id };
  }

  /** The next trial of `way` comes after a longer pause. */
  #later(way: Way, nowMs: number): void {
    const pauseMs = PAUSES_MS[Math.min(this.#trials[way], PAUSES_MS.length - 1)] ?? Infinity;
    this.#trials[way] += 1;
    this.#due[way] = nowMs + pauseMs;
  }

  /** The best of those that have pictures; but nobody changes horses who drives. */
  #choose(nowMs: number, { isHeld }: Conditions): Move[] {
    const shownPath = this.#shownPath;
    if (shownPath !== null && (isHeld || this.#leaving !== null)) return [];
    let best: Attempt | null = null;
    for (const attempt of this.#others) {
      if (attempt.liveMs === null) continue;
      if (shownPath !== null && (attempt.path === null || !isBetter(attempt.path, shownPath))) {
        continue;
      }
      const isBest =
        best === null ||
        isBetter(attempt.path ?? bestOf(attempt.way), best.path ?? bestOf(best.way));
      if (isBest) best = attempt;
    }
    if (best === null) return [];
    if (this.#shown !== null) {
      this.#leaving = { attempt: this.#shown, untilMs: nowMs + HANDOVER_MS };
    } else {
      // Those that have failed so far get a moment; those under way go on.
      for (const way of this.#failed) if (way !== best.way) this.#later(way, nowMs);
    }
    // The browser has just looked for the best of its TURN servers.
    this.#later(best.way, nowMs);
    this.#shown = best;
    return [{ do: "show", id: best.id }];
  }

  #leave(nowMs: number): Move[] {
    if (this.#leaving === null || this.#leaving.untilMs > nowMs) return [];
    const { id } = this.#leaving.attempt;
    this.#leaving = null;
    return [this.#stop(id, "not-needed")];
  }

  #prune(nowMs: number, { isHeld }: Conditions): Move[] {
    const shownPath = this.#shownPath;
    if (shownPath === null) return [];
    const moves: Move[] = [];
    for (const attempt of this.#others) {
      const { id, way, path, startedMs, reachedMs, liveMs } = attempt;
      if (isHeld || !isBetter(bestOf(way), shownPath)) {
        moves.push(this.#stop(id, "not-needed"));
        continue;
      }
      const isWorse = liveMs !== null && path !== null && !isBetter(path, shownPath);
      const isLate = reachedMs === null && nowMs - startedMs >= TRIAL_MS;
      const isBlind = nowMs - (waitingSinceMs(attempt) ?? nowMs) >= TRIAL_MS;
      if (!isWorse && !isLate && !isBlind) continue;
      this.#later(way, nowMs);
      moves.push(this.#stop(id, isWorse ? "no-better" : isLate ? "no-connection" : "no-picture"));
    }
    return moves;
  }

  #start(nowMs: number, conditions: Conditions): Move[] {
    const moves: Move[] = [];
    for (const way of WAYS) {
      if (!conditions.can[way] || this.#due[way] > nowMs) continue;
      if (this.#others.some((attempt) => attempt.way === way)) continue;
      if (!this.#wants(way, nowMs, conditions)) continue;
      this.#id += 1;
      const id = this.#id;
      const startedMs = nowMs;
      const unknown = {
        answeredMs: null,
        reachedMs: null,
        connectedMs: null,
        liveMs: null,
        path: null,
      };
      this.#attempts.set(id, { id, way, startedMs, ...unknown });
      if (way !== "relay") this.#firstMs ??= nowMs;
      moves.push({ do: "start", id, way });
    }
    return moves;
  }

  #wants(way: Way, nowMs: number, conditions: Conditions): boolean {
    const shownPath = this.#shownPath;
    if (shownPath !== null) {
      return !conditions.isHeld && this.#leaving === null && isBetter(bestOf(way), shownPath);
    }
    if (way === "direct") return true;
    if (this.#isIncurable || this.#isReached(nowMs, conditions)) return false;
    if (way === "turn") {
      return this.#isOut("direct", conditions) || nowMs >= this.#turnMs;
    }
    if (!conditions.isSupported || nowMs >= this.#relayMs) return true;
    return (
      this.#failed.size > 0 && this.#isOut("direct", conditions) && this.#isOut("turn", conditions)
    );
  }

  /** A session stands, and it is not its fault if it has no picture yet. */
  #isReached(nowMs: number, { isCameraAway }: Conditions): boolean {
    return this.#others.some((attempt) => {
      const sinceMs = waitingSinceMs(attempt);
      if (attempt.way === "relay" || sinceMs === null) return false;
      return isCameraAway || nowMs - sinceMs < PICTURE_MS;
    });
  }

  /** Nothing comes of `way` right now. */
  #isOut(way: Way, { can }: Conditions): boolean {
    const isUnderWay = this.#others.some((attempt) => attempt.way === way);
    return !isUnderWay && (!can[way] || this.#failed.has(way));
  }

  #stop(id: number, why: Ending): Move {
    this.#attempts.delete(id);
    return { do: "stop", id, why };
  }
}

/** Since when a picture could be there; each step that was made gives it time anew. */
function waitingSinceMs({ reachedMs, connectedMs }: Attempt): number | null {
  return connectedMs ?? reachedMs;
}

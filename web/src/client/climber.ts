/** Carries out what the ladder decides: owns the attempts, makes time pass, and keeps a log. */

import type { Attempt } from "./attempt";
import { epochNow } from "./clock";
import { Ladder, type Conditions, type Ending, type Move } from "./ladder";
import { WAYS, type Path, type Way } from "./path";

/** One attempt, for whoever wants to know what was tried. */
export interface Tried {
  readonly id: number;
  readonly way: Way;
  /** Where it is known which. */
  readonly path: Path | null;
  /** `shown`, until it was `seen` long enough or `lost`; else an ending, or a refusal's slug. */
  readonly outcome: "trying" | "shown" | "seen" | "lost" | Ending | (string & {});
  /** From its start to its first picture, or else to its end; null while it goes on. */
  readonly tookMs: number | null;
}

export interface ClimberOptions<A extends Attempt> {
  /** Makes an attempt, not started yet; `changed` is for it to call. Null: not possible now. */
  readonly open: (way: Way, changed: () => void) => A | null;
  readonly conditions: () => Conditions;
  /** Whether the server tells when this refusal has changed. */
  readonly isAnnounced: () => boolean;
  readonly listener: ClimberListener<A>;
  readonly random?: (() => number) | undefined;
}

export interface ClimberListener<A extends Attempt> {
  /** Anything that `lead`, `shown` or `tried` tell has changed. */
  changed(): void;
  /** `attempt` is to be on screen now; what was there before goes on until `seen`. */
  show(attempt: A): void;
  /** `attempt` ended by itself or by the other side. */
  ended(attempt: A, wasShown: boolean): void;
}

const MOST_TRIED = 8;
/** More moves at once than this are a circle. */
const MOST_ROUNDS = 10;

export class Climber<A extends Attempt> {
  readonly #options: ClimberOptions<A>;
  #ladder: Ladder;
  readonly #attempts = new Map<number, A>();
  #tried: readonly Tried[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOn = false;
  #isDeciding = false;
  #mustDecide = false;
  #count = 0;

  constructor(options: ClimberOptions<A>) {
    this.#options = options;
    this.#ladder = new Ladder(options.random);
  }

  /** What is shown, or on its way to the screen. */
  get shown(): A | null {
    return this.#attempts.get(this.#ladder.shown ?? -1) ?? null;
  }

  /** What to tell people about: what is shown, or else the attempt that is farthest. */
  get lead(): A | null {
    const { shown } = this;
    if (shown !== null) return shown;
    const all = WAYS.flatMap((way) => [...this.#attempts.values()].filter((a) => a.way === way));
    return all.find(({ isConnected }) => isConnected) ?? all[0] ?? null;
  }

  get attempts(): readonly A[] {
    return [...this.#attempts.values()];
  }

  /** The newest attempts, oldest first. */
  get tried(): readonly Tried[] {
    return this.#tried;
  }

  /** How many attempts there were so far. */
  get count(): number {
    return this.#count;
  }

  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#ladder.begin(epochNow());
    this.decide();
  }

  /** `start` begins anew. */
  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
    this.#ladder = new Ladder(this.#options.random);
    for (const [id, attempt] of [...this.#attempts]) {
      this.#attempts.delete(id);
      this.#over(id, attempt, "not-needed");
      attempt.close();
    }
  }

  /** There is reason to try now, or to doubt what seems to work: the network changed, say. */
  nudge(): void {
    if (!this.#isOn) return;
    for (const attempt of this.attempts) if (attempt.isConnected) attempt.probe();
    this.#carryOut(this.#ladder.nudge(epochNow()));
    this.decide();
  }

  /** A picture of `attempt` is on screen. */
  seen(attempt: A): void {
    const id = this.#idOf(attempt);
    if (id === null) return;
    this.#ladder.seen(id);
    this.decide();
  }

  /** The browser does not show `attempt`; says whether there is something else to show. */
  unseen(attempt: A): boolean {
    const id = this.#idOf(attempt);
    const moves = id === null ? [] : this.#ladder.unseen(id, epochNow());
    this.#carryOut(moves);
    this.decide();
    return moves.length > 0;
  }

  /** Looks at the conditions anew, and does what is to be done. */
  decide(): void {
    if (!this.#isOn) return;
    // What is carried out here tells of itself while it is.
    this.#mustDecide = true;
    if (this.#isDeciding) return;
    this.#isDeciding = true;
    for (let round = 0; this.#mustDecide && round < MOST_ROUNDS; round += 1) {
      this.#mustDecide = false;
      this.#carryOut(this.#ladder.decide(epochNow(), this.#options.conditions()));
    }
    this.#isDeciding = false;
    clearTimeout(this.#timer);
    const nowMs = epochNow();
    const nextMs = this.#ladder.nextMs(nowMs);
    if (nextMs === null) return;
    this.#timer = setTimeout(() => {
      this.decide();
    }, Math.ceil(nextMs - nowMs));
  }

  #carryOut(moves: readonly Move[]): void {
    for (const move of moves) {
      if (move.do === "start") this.#open(move.id, move.way);
      else if (move.do === "show") this.#show(move.id);
      else this.#stop(move.id, move.why);
    }
    if (moves.length > 0) this.#options.listener.changed();
  }

  #open(id: number, way: Way): void {
    const attempt = this.#options.open(way, () => {
      this.#changed(id);
    });
    if (attempt === null) {
      this.#ladder.ended(id, { slug: "timeout", retryAfterMs: null, isAnnounced: false }, epochNow());
      return;
    }
    this.#count += 1;
    this.#attempts.set(id, attempt);
    const tried = { id, way, path: null, outcome: "trying", tookMs: null };
    this.#tried = [...this.#tried, tried].slice(-MOST_TRIED);
    attempt.start();
  }

  #show(id: number): void {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    this.#note(id, attempt, "shown");
    this.#options.listener.show(attempt);
  }

  #stop(id: number, why: Ending): void {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    this.#attempts.delete(id);
    this.#over(id, attempt, why);
    attempt.close(WORDS[why]);
  }

  #changed(id: number): void {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    const nowMs = epochNow();
    if (attempt.state === "failed") this.#ended(id, attempt, nowMs);
    else {
      if (attempt.isAnswered) this.#ladder.answered(id, nowMs);
      if (attempt.hasWay) this.#ladder.reached(id, nowMs);
      if (attempt.isConnected) this.#ladder.connected(id, nowMs);
      if (attempt.state === "live") this.#ladder.live(id, attempt.path, nowMs);
      if (this.#ladder.shown === id) this.#note(id, attempt, "shown");
    }
    this.decide();
    this.#options.listener.changed();
  }

  #ended(id: number, attempt: A, nowMs: number): void {
    const { failure } = attempt;
    const wasShown = this.#ladder.shown === id;
    this.#attempts.delete(id);
    this.#over(id, attempt, failure?.slug ?? "failed");
    const moves = this.#ladder.ended(
      id,
      {
        slug: failure?.slug ?? "failed",
        retryAfterMs: failure?.retryAfterMs ?? null,
        isAnnounced: this.#options.isAnnounced(),
      },
      nowMs,
    );
    this.#options.listener.ended(attempt, wasShown);
    this.#carryOut(moves);
  }

  #over(id: number, attempt: A, outcome: string): void {
    const wasShown = this.#tried.find((each) => each.id === id)?.outcome === "shown";
    const after = outcome === "not-needed" ? "seen" : "lost";
    this.#note(id, attempt, wasShown ? after : outcome);
  }

  #note(id: number, attempt: A, outcome: Tried["outcome"]): void {
    this.#tried = this.#tried.map((each) =>
      each.id === id
        ? {
            ...each,
            outcome,
            path: attempt.path ?? each.path,
            tookMs: each.tookMs ?? epochNow() - attempt.startedMs,
          }
        : each,
    );
  }

  #idOf(attempt: A): number | null {
    for (const [id, each] of this.#attempts) if (each === attempt) return id;
    return null;
  }
}

/** For the other side's log. */
const WORDS: Readonly<Record<Ending, string>> = {
  "no-picture": "no picture came",
  "no-connection": "no connection in time",
  "no-better": "no better than what is shown",
  "not-needed": "not needed any more",
  replaced: "replaced",
};

/** The driver's place at one camera: input in, commands out, and what the page shows of it. */

import type { CarNews, DriveReason, LeaseRequest } from "../messages";
import { Source, type Observable } from "../observable";
import { alarm } from "./alarms";
import type { Command } from "./driver";
import type { Pad } from "./gamepad";
import { Hands } from "./hands";
import { IDLE, NEUTRAL_THROTTLE, type SourceName } from "./input";
import { NO_CAPABILITIES } from "./lease";
import { OwedStop } from "./owedStop";
import { Sender } from "./sender";
import type { DriveSettings } from "./settings";
import type { Transport, TransportListener } from "./transport";
import type { DriveView } from "./view";

/** What this needs of a `Watcher`. */
export interface Sight {
  readonly transport: Transport | null;
  readonly onScreenMs: number | null;
  /** Tells of every change. */
  readonly view: Observable<unknown>;
  drive(listener: TransportListener): () => void;
}

export interface CockpitOptions {
  readonly sight: Sight;
  readonly settings: Observable<DriveSettings>;
  readonly pads: () => readonly (Pad | null)[];
  readonly vibrate: (pattern: readonly number[]) => void;
}

const PUBLISH_EVERY_MS = 100;
const LATELY_MS = 500;
const NEUTRAL: Command = { ...IDLE, lights: false };

export class Cockpit implements TransportListener {
  readonly #options: CockpitOptions;
  readonly #hands: Hands;
  readonly #sender: Sender;
  readonly #view: Source<DriveView>;
  readonly #output = new Source<Command>(NEUTRAL);
  readonly #owedStop = new OwedStop();
  #transport: Transport | null = null;
  #release: (() => void)[] = [];
  #ticker: ReturnType<typeof setInterval> | undefined;
  #lately: { readonly reason: DriveReason; readonly atMs: number } | null = null;

  constructor(options: CockpitOptions) {
    this.#options = options;
    this.#hands = new Hands({
      settings: options.settings,
      pads: options.pads,
      stop: () => {
        this.stop();
      },
    });
    this.#sender = new Sender({
      transport: () => this.#transport,
      sample: (nowMs) => this.#sample(nowMs),
      videoAgeMs: () => options.sight.onScreenMs,
    });
    this.#view = new Source(this.#look());
  }

  get view(): Observable<DriveView> {
    return this.#view;
  }

  /** What is asked of the car now. */
  get output(): Observable<Command> {
    return this.#output;
  }

  get sticks(): Hands["sticks"] {
    return this.#hands.sticks;
  }

  get isDriving(): boolean {
    return this.#sender.session !== null;
  }

  start(): void {
    const { sight } = this.#options;
    this.#release = [
      sight.drive(this),
      sight.view.subscribe(() => {
        this.changed();
      }),
    ];
    this.#ticker = setInterval(() => {
      this.#publish();
    }, PUBLISH_EVERY_MS);
    this.changed();
  }

  /** Leaves the car, and the queue; idempotent. */
  close(): void {
    if (this.#release.length === 0) return;
    this.#letGo();
    // A page that is left frees the car at once, not when its connection is missed.
    const you = this.#transport?.lease.car?.you;
    if (you === "driving" || you === "queued") this.request("releaseLease");
    for (const release of this.#release.splice(0)) release();
    clearInterval(this.#ticker);
    this.#sender.close();
    this.#transport = null;
    this.#publish();
  }

  /** Asks the gateway; false when it cannot be reached. */
  request(type: LeaseRequest["type"]): boolean {
    return this.#transport?.request({ type }) ?? false;
  }

  /** The emergency stop, by every way there is, and by the next one if that is dead already. */
  stop(): void {
    if (this.#transport?.lease.car?.mayDrive !== true) return;
    this.#owedStop.asked(performance.now());
    this.#sayStop();
  }

  // What hands do

  /** Whether a key drives; others are left to the page. */
  drives(code: string): boolean {
    return this.#hands.drives(code);
  }

  /** A key went down; says whether it drives. */
  press(code: string): boolean {
    this.#hands.press(code, performance.now());
    this.sample();
    return this.drives(code);
  }

  unpress(code: string): boolean {
    this.#hands.release(code);
    this.sample();
    return this.drives(code);
  }

  horn(isOn: boolean): void {
    this.#hands.horn(isOn);
    this.sample();
  }

  toggleLights(): void {
    this.#hands.toggleLights();
    this.sample();
  }

  /** Something has changed at the controls: look now rather than at the next regular time. */
  sample(): void {
    this.#sender.sample();
  }

  // What goes wrong with hands

  /** Nobody looks at the page: neutral, until somebody is back and has let go of everything. */
  leave(): void {
    if (!this.#hands.isAway) this.#setAway(true);
  }

  enter(): void {
    if (this.#hands.isAway) this.#setAway(false);
  }

  /** A source broke off in the middle of what it asked for. */
  lose(source: SourceName): void {
    this.#hands.lose(source);
    this.#sender.sample(true);
  }

  // What the other side does

  changed(): void {
    const { transport } = this.#options.sight;
    const next = transport?.isOpen === true ? transport : null;
    if (next !== this.#transport) {
      this.#transport = next;
      this.#sender.end();
      this.#owedStop.left();
    }
    this.#followLease();
    this.#oweStop();
    this.#publish();
  }

  heard(news: CarNews, from: Transport): void {
    // The first word on a transport may be what opens it.
    if (from !== this.#transport) this.changed();
    if (from !== this.#transport) return;
    if (news.type === "driven") {
      this.#sender.heard(news);
      this.#note(news.reason, performance.now());
    } else {
      this.#followLease();
      this.#oweStop();
      this.#publish();
    }
  }

  #sayStop(): void {
    this.#sender.stop();
    this.request("stop");
    this.#letGo();
  }

  #oweStop(): void {
    const car = this.#transport?.lease.car;
    if (car?.state === "stopped") this.#owedStop.heard();
    else if (car?.mayDrive === true && this.#owedStop.takeDue(performance.now())) this.#sayStop();
  }

  /** Sends while this page holds the lease. What is held when one begins or ends counts not. */
  #followLease(): void {
    const session = this.#transport?.lease.session ?? null;
    if (session === this.#sender.session) return;
    this.#sender.end();
    this.#letGo();
    this.#output.set(NEUTRAL);
    this.#lately = null;
    if (session !== null) this.#sender.begin(session);
  }

  #note(reason: DriveReason | null, nowMs: number): void {
    // The first commands of a lease are refused so by design: they ask for the gateway's time.
    const isUsual = reason === "expired" && this.#sender.isYoung(nowMs);
    if (reason !== null && !isUsual) this.#lately = { reason, atMs: nowMs };
  }

  #setAway(isAway: boolean): void {
    this.#hands.setAway(isAway);
    this.#sayNow();
  }

  #letGo(): void {
    this.#hands.letGo();
    this.#sayNow();
  }

  #sayNow(): void {
    // There may be no next time soon: timers of hidden pages come once a second.
    this.#sender.sample(true);
    this.#publish();
  }

  #sample(nowMs: number): Command {
    const capabilities = this.#transport?.lease.capabilities ?? NO_CAPABILITIES;
    const command = this.#hands.read(nowMs, capabilities);
    if (!isSame(command, this.#output.value)) this.#output.set(command);
    return command;
  }

  #publish(): void {
    const before = this.#view.value;
    const after = this.#look();
    this.#view.set(after);
    const pattern = alarm(before, after);
    if (pattern !== null) this.#options.vibrate(pattern);
  }

  #look(): DriveView {
    const nowMs = performance.now();
    const transport = this.#transport;
    const lease = transport?.lease ?? null;
    const driven = this.isDriving ? this.#sender.acknowledgements.newest(nowMs) : null;
    // Hidden pages ask so seldom that an answer is old before the next question.
    const isUnanswered = !this.#hands.isAway && this.#sender.isUnanswered(nowMs);
    const isLately =
      this.isDriving && this.#lately !== null && nowMs - this.#lately.atMs <= LATELY_MS;
    const tripMs = this.#sender.acknowledgements.roundTripMs(nowMs);
    return {
      path: transport?.path ?? null,
      car: lease?.car ?? null,
      you: lease?.car?.you ?? null,
      isUnanswered,
      state: isUnanswered ? null : (driven?.state ?? lease?.car?.state ?? null),
      reason: driven?.reason ?? null,
      lately: isLately ? (this.#lately?.reason ?? null) : null,
      leftMs: lease?.leftMs(nowMs) ?? null,
      health: lease?.health ?? null,
      capabilities: lease?.capabilities ?? NO_CAPABILITIES,
      roundTripMs: tripMs ?? transport?.roundTripMs ?? null,
      boardMs: driven?.boardMs ?? null,
      videoAgeMs: this.#options.sight.onScreenMs,
      problem: lease?.problem(nowMs) ?? null,
      isAway: this.#hands.isAway,
      mustCentre: this.isDriving && this.#hands.mustCentre,
      isThrottled: Math.abs(this.#output.value.throttle) > NEUTRAL_THROTTLE,
    };
  }
}

function isSame(a: Command, b: Command): boolean {
  return (Object.keys(a) as (keyof Command)[]).every((name) => a[name] === b[name]);
}

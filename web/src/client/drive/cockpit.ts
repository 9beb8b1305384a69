/** The driver's place at one camera: input in, commands out, and what the page shows of it. */

import type {
  BoardCapabilities,
  BoardHealth,
  Car,
  CarNews,
  DriveReason,
  DriveState,
  LeaseRequest,
} from "../messages";
import { Source, type Observable } from "../observable";
import { alarm } from "./alarms";
import { Driver, type Command } from "./driver";
import { GamepadReader, type Pad } from "./gamepad";
import { IDLE, NEUTRAL_THROTTLE, type SourceName } from "./input";
import { Joystick } from "./joystick";
import { Keyboard } from "./keyboard";
import { NO_CAPABILITIES } from "./lease";
import type { Relay } from "./relay";
import { Sender } from "./sender";
import type { DriveSettings } from "./settings";
import type { Transport, TransportListener } from "./transport";

/** What people see; a new object ten times a second, and at each change that matters. */
export interface DriveView {
  /** How the car is reached; null while it is not. */
  readonly path: Transport["path"] | null;
  readonly car: Car | null;
  readonly you: Car["you"] | null;
  /** Commands are sent and nobody answers: what the car does is not known. */
  readonly isUnanswered: boolean;
  /** Of the failsafe, as heard last; null while it is not known. */
  readonly state: DriveState | null;
  readonly reason: DriveReason | null;
  readonly leftMs: number | null;
  readonly health: BoardHealth | null;
  readonly capabilities: BoardCapabilities;
  /** From here to the gateway and back. */
  readonly roundTripMs: number | null;
  /** From the gateway to the board and back. */
  readonly boardMs: number | null;
  /** Age of the picture on screen. */
  readonly videoAgeMs: number | null;
  /** The newest refusal. */
  readonly problem: string | null;
  /** Nobody looks at this page, so nothing that is held counts. */
  readonly isAway: boolean;
  /** Something is held that counts only after it has been let go. */
  readonly mustCentre: boolean;
  /** Throttle is asked for. */
  readonly isThrottled: boolean;
}

/** What this needs of a `Watcher`. */
export interface Sight {
  readonly transport: Transport | null;
  readonly onScreenMs: number | null;
  readonly view: Observable<{ readonly pathless: number; readonly tile: { readonly reason: string } }>;
  drive(listener: TransportListener): () => void;
}

export interface CockpitOptions {
  readonly sight: Sight;
  readonly relay: (listener: TransportListener) => Relay;
  readonly settings: Observable<DriveSettings>;
  readonly pads: () => readonly (Pad | null)[];
  readonly vibrate: (pattern: readonly number[]) => void;
}

const PUBLISH_EVERY_MS = 100;
/** So many attempts without a way, and the relay has to do. */
const PATHLESS_ATTEMPTS = 2;
const NEUTRAL: Command = { ...IDLE, lights: false };

export class Cockpit implements TransportListener {
  /** The left thumb steers, the right one gives throttle. */
  readonly sticks = { steering: new Joystick("right"), throttle: new Joystick("up") };
  readonly #options: CockpitOptions;
  readonly #driver = new Driver();
  readonly #keyboard = new Keyboard();
  readonly #gamepads = new GamepadReader();
  readonly #sender: Sender;
  readonly #view: Source<DriveView>;
  readonly #output = new Source<Command>(NEUTRAL);
  #transport: Transport | null = null;
  #relay: Relay | null = null;
  #release: (() => void)[] = [];
  #ticker: ReturnType<typeof setInterval> | undefined;
  #pad: { readonly lights: boolean; readonly stop: boolean } | null = null;
  #isHorn = false;

  constructor(options: CockpitOptions) {
    this.#options = options;
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
    this.#relay?.close();
    this.#relay = null;
    this.#transport = null;
    this.#publish();
  }

  /** Asks the gateway; false when it cannot be reached. */
  request(type: LeaseRequest["type"]): boolean {
    return this.#transport?.request({ type }) ?? false;
  }

  /** The emergency stop, by every way there is. */
  stop(): void {
    if (this.#transport?.lease.car?.mayDrive !== true) return;
    this.#sender.stop();
    this.request("stop");
    this.#letGo();
  }

  // What hands do

  /** Whether a key drives; others are left to the page. */
  drives(code: string): boolean {
    return this.#keyboard.knows(code);
  }

  /** A key went down; says whether it drives. */
  press(code: string): boolean {
    if (!this.#keyboard.knows(code)) return false;
    this.#keyboard.press(code, performance.now());
    this.sample();
    return true;
  }

  unpress(code: string): boolean {
    this.#keyboard.release(code);
    this.sample();
    return this.#keyboard.knows(code);
  }

  horn(isOn: boolean): void {
    this.#isHorn = isOn;
    this.sample();
  }

  toggleLights(): void {
    this.#driver.toggleLights();
    this.sample();
  }

  /** Something has changed at the controls: look now rather than at the next regular time. */
  sample(): void {
    this.#sender.sample();
  }

  // What goes wrong with hands

  /** Nobody looks at the page: neutral, until somebody is back and has let go of everything. */
  leave(): void {
    if (this.#driver.isAway) return;
    this.#driver.setAway(true);
    this.#letGo();
  }

  enter(): void {
    if (!this.#driver.isAway) return;
    this.#driver.setAway(false);
    this.#letGo();
  }

  /** A source broke off in the middle of what it asked for. */
  lose(source: SourceName): void {
    if (source === "keyboard") this.#keyboard.clear();
    if (source === "touch") this.#clearTouch();
    this.#driver.lose(source);
    this.#sender.sample(true);
  }

  // What the other side does

  changed(): void {
    this.#findRelay();
    const next = this.#chosen();
    if (next !== this.#transport) {
      this.#transport = next;
      this.#sender.end();
    }
    this.#followLease();
    this.#publish();
  }

  heard(news: CarNews, from: Transport): void {
    // The first word on a transport may be what opens it.
    if (from !== this.#transport) this.changed();
    if (from !== this.#transport) return;
    if (news.type === "driven") this.#sender.heard(news);
    else {
      this.#followLease();
      this.#publish();
    }
  }

  /** The peer connection, where there is one; but nobody changes horses who drives. */
  #chosen(): Transport | null {
    const peer = this.#options.sight.transport;
    const relay = this.#relay?.isOpen === true ? this.#relay : null;
    if (relay !== null && relay === this.#transport && this.isDriving) return relay;
    return peer?.isOpen === true ? peer : relay;
  }

  #findRelay(): void {
    const { sight, relay } = this.#options;
    if (this.#release.length === 0) return;
    const { pathless, tile } = sight.view.value;
    const isPathless = pathless >= PATHLESS_ATTEMPTS || tile.reason === "unsupported-browser";
    if (this.#relay === null && isPathless) {
      this.#relay = relay(this);
      this.#relay.start();
    } else if (this.#relay !== null && sight.transport?.isOpen === true && !this.isDriving) {
      this.#relay.close();
      this.#relay = null;
    }
  }

  /** Sends while this page holds the lease. What is held when one begins or ends counts not. */
  #followLease(): void {
    const session = this.#transport?.lease.session ?? null;
    if (session === this.#sender.session) return;
    this.#sender.end();
    this.#letGo();
    this.#output.set(NEUTRAL);
    if (session !== null) this.#sender.begin(session);
  }

  #letGo(): void {
    this.#keyboard.clear();
    this.#clearTouch();
    this.#driver.loseAll();
    // There may be no next time soon: timers of hidden pages come once a second.
    this.#sender.sample(true);
    this.#publish();
  }

  #clearTouch(): void {
    this.sticks.steering.clear();
    this.sticks.throttle.clear();
    this.#isHorn = false;
  }

  #sample(nowMs: number): Command {
    const settings = this.#options.settings.value;
    const { steering, throttle } = this.sticks;
    this.#driver.give("keyboard", this.#keyboard.read(nowMs));
    this.#driver.give(
      "touch",
      { ...IDLE, steering: steering.value, throttle: throttle.value, horn: this.#isHorn },
      settings,
    );
    this.#readGamepad(settings);
    const capabilities = this.#transport?.lease.capabilities ?? NO_CAPABILITIES;
    const command = this.#driver.command(settings, capabilities);
    if (!isSame(command, this.#output.value)) this.#output.set(command);
    return command;
  }

  #readGamepad(settings: DriveSettings): void {
    const index = this.#gamepads.index;
    const state = this.#gamepads.read(this.#options.pads());
    // Gone, come, or another one: it is centred before it counts.
    if (this.#gamepads.index !== index) this.#driver.lose("gamepad");
    const before = this.#pad;
    this.#pad = state;
    if (state === null) return;
    this.#driver.give("gamepad", state.input, settings);
    if (state.lights && before?.lights === false) this.#driver.toggleLights();
    if (state.stop && before?.stop !== true) this.stop();
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
    const isUnanswered = !this.#driver.isAway && this.#sender.isUnanswered(nowMs);
    const tripMs = this.#sender.acknowledgements.roundTripMs(nowMs);
    return {
      path: transport?.path ?? null,
      car: lease?.car ?? null,
      you: lease?.car?.you ?? null,
      isUnanswered,
      state: isUnanswered ? null : (driven?.state ?? lease?.car?.state ?? null),
      reason: driven?.reason ?? null,
      leftMs: lease?.leftMs(nowMs) ?? null,
      health: lease?.health ?? null,
      capabilities: lease?.capabilities ?? NO_CAPABILITIES,
      roundTripMs: tripMs ?? (transport === this.#relay ? (this.#relay?.roundTripMs ?? null) : null),
      boardMs: driven?.boardMs ?? null,
      videoAgeMs: this.#options.sight.onScreenMs,
      problem: lease?.problem(nowMs) ?? null,
      isAway: this.#driver.isAway,
      mustCentre: this.isDriving && this.#driver.mustCentre,
      isThrottled: Math.abs(this.#output.value.throttle) > NEUTRAL_THROTTLE,
    };
  }
}

function isSame(a: Command, b: Command): boolean {
  return (Object.keys(a) as (keyof Command)[]).every((name) => a[name] === b[name]);
}

import { Cockpit, type Sight } from "../../src/client/drive/cockpit";
import type { Pad } from "../../src/client/drive/gamepad";
import { DEFAULTS } from "../../src/client/drive/settings";
import type { TransportListener } from "../../src/client/drive/transport";
import type { CarNews } from "../../src/client/messages";
import { Source } from "../../src/client/observable";
import { carNews, drivenNews, FakeTransport } from "./FakeTransport";

/** A cockpit whose car, hands and screen are the test's. */
export class FakeCockpit implements Sight {
  transport: FakeTransport | null = new FakeTransport();
  onScreenMs: number | null = 40;
  readonly view = new Source<object>({});
  readonly settings = new Source(DEFAULTS);
  readonly vibrations: (readonly number[])[] = [];
  pads: readonly (Pad | null)[] = [];
  listener: TransportListener | null = null;
  readonly cockpit = new Cockpit({
    sight: this,
    settings: this.settings,
    pads: () => this.pads,
    vibrate: (pattern) => this.vibrations.push(pattern),
  });

  drive(listener: TransportListener): () => void {
    this.listener = listener;
    return () => {
      this.listener = null;
    };
  }

  /** The gateway says something on the peer connection. */
  hear(news: CarNews): void {
    this.way.lease.heard(news, performance.now());
    this.listener?.heard(news, this.way);
  }

  /** Gives the lease; the car's board is there. */
  grant(session = "lease-1", more: object = {}): FakeTransport {
    this.hear(carNews({ you: "driving", driven: true, session, leftMs: 600_000, ...more }));
    return this.way;
  }

  /** Answers the newest command. */
  answer(more: object = {}): void {
    const { seq, sentMs } = this.way.last;
    this.hear(drivenNews({ seq, sentMs, atMs: sentMs, ...more }));
  }

  /** The peer connection's. */
  get way(): FakeTransport {
    if (this.transport === null) throw new Error("there is no transport");
    return this.transport;
  }
}

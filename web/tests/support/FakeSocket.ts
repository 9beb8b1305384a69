import type { Socket } from "../../src/client/signaling";

type Handler<E> = ((event: E) => void) | null;

/** A WebSocket whose far end is the test. */
export class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readonly sent: Record<string, unknown>[] = [];
  bufferedAmount = 0;
  binaryType: BinaryType = "blob";
  closedWith: number | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code?: number): void {
    this.closedWith = code ?? 1005;
  }

  open(): void {
    (this.onopen as Handler<Event>)?.(new Event("open"));
  }

  receive(message: object | string): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    (this.onmessage as Handler<MessageEvent>)?.(new MessageEvent("message", { data }));
  }

  receiveBinary(data: ArrayBuffer): void {
    (this.onmessage as Handler<MessageEvent>)?.(new MessageEvent("message", { data }));
  }

  closeFromServer(code: number, reason = ""): void {
    (this.onclose as Handler<CloseEvent>)?.({ code, reason } as CloseEvent);
  }

  /** Opens and welcomes. */
  welcome(fields: object = {}): void {
    this.open();
    this.receive({ type: "welcome", v: 1, peer: "p1", role: "viewer", heartbeatS: 5, ...fields });
  }

  sentOf(type: string): Record<string, unknown>[] {
    return this.sent.filter((message) => message.type === type);
  }
}

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ControlChannel } from "../../../src/client/drive/control";
import { MOST_BUFFERED_BYTES } from "../../../src/client/drive/transport";
import type { Driven } from "../../../src/client/messages";
import { FakeChannel } from "../../support/FakePeer";
import { drivenNews } from "../../support/FakeTransport";

let channel: FakeChannel;
let control: ControlChannel;
let heard: Driven[];
let changes: number;

beforeEach(() => {
  channel = new FakeChannel();
  heard = [];
  changes = 0;
  control = new ControlChannel(channel, {
    driven: (driven) => heard.push(driven),
    changed: () => (changes += 1),
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

it("sends once it is open, and not after its end", () => {
  expect(control.send({ type: "stop" })).toBe(false);
  channel.onopen?.();
  expect(control.send({ type: "stop" })).toBe(true);
  channel.onclose?.();
  expect(control.send({ type: "stop" })).toBe(false);
  expect(channel.sent).toEqual([{ type: "stop" }]);
  expect(changes).toBe(2);
});

it("does not add to what waits", () => {
  channel.onopen?.();
  channel.bufferedAmount = MOST_BUFFERED_BYTES + 1;
  expect(control.send({ type: "stop" })).toBe(false);
  channel.bufferedAmount = MOST_BUFFERED_BYTES;
  expect(control.send({ type: "stop" })).toBe(true);
});

it("survives a channel that throws", () => {
  channel.onopen?.();
  channel.send = () => {
    throw new Error("closing");
  };
  expect(control.send({ type: "stop" })).toBe(false);
});

it("hands answers on, and survives what it does not understand", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  channel.onopen?.();
  channel.receive({ type: "future" });
  channel.receive({ type: "driven", seq: -1 });
  channel.onmessage?.({ data: new ArrayBuffer(2) });
  channel.receive(drivenNews({ seq: 7 }));
  expect(heard.map(({ seq }) => seq)).toEqual([7]);
  expect(warn).toHaveBeenCalledTimes(1);
});

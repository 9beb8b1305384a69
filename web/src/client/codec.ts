/** Strict JSON codec, equal to `protocol/codec.py`; `protocol/vectors` holds both to it. */

import { MalformedMessage, UnknownType } from "./errors";
import { object } from "./fields";
import { parseJson, type Json, type JsonObject } from "./json";
import type { Draft, Message, Spec } from "./messages";

/** Largest message either side may send, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 65_536;

/**
 * Parses one message of `direction`.
 * Throws `MalformedMessage`, `UnknownType` or `InvalidField`.
 */
export function decode<X extends Spec>(text: string, direction: readonly X[]): Message<X> {
  const wire = parse(text);
  const type = wire.get("type");
  const named = direction.filter((spec) => spec.type === type);
  if (named.length === 0) {
    throw new UnknownType(`expected type to be one of ${names(direction.map((s) => s.type))}`);
  }
  const withRole = named.filter((spec) => spec.role !== null);
  const role = wire.get("role");
  const spec = withRole.length > 0 ? withRole.find((s) => s.role === role) : named[0];
  if (spec === undefined) {
    throw new UnknownType(`expected role to be one of ${names(withRole.map((s) => s.role))}`);
  }
  const body = new Map(wire);
  body.delete("type");
  if (withRole.length > 0) body.delete("role");
  return { type: spec.type, ...object(spec.shape)(body, "") } as Message<X>;
}

/** Writes one message of `direction`, leaving out what equals its default, except `v`. */
export function encode<X extends Spec>(message: Draft<X>, direction: readonly X[]): string {
  const given = message as unknown as Readonly<Record<string, unknown>>;
  const spec = direction.find((each) => each.type === given.type);
  if (spec === undefined) throw new UnknownType(`${String(given.type)} is of another direction`);
  const wire: Record<string, unknown> = { type: spec.type };
  for (const [key, field] of Object.entries(spec.shape)) {
    const fallback: unknown = field.fallback;
    const value = given[key] === undefined ? fallback : given[key];
    if (!field.optional || value !== fallback || key === "v") wire[key] = value;
  }
  return JSON.stringify(wire);
}

function parse(text: string): JsonObject {
  const size = new TextEncoder().encode(text).length;
  if (size > MAX_MESSAGE_BYTES) {
    throw new MalformedMessage(
      `message of ${String(size)} bytes: expected at most ${String(MAX_MESSAGE_BYTES)}`,
    );
  }
  let wire: Json;
  try {
    wire = parseJson(text);
  } catch (error) {
    throw new MalformedMessage(`expected a JSON object: ${String(error)}`, { cause: error });
  }
  if (!(wire instanceof Map)) {
    throw new MalformedMessage("expected a JSON object at the top level");
  }
  return wire as JsonObject;
}

function names(values: readonly (string | null)[]): string {
  return [...new Set(values)].sort().join(", ");
}

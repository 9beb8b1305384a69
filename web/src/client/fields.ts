/** Readers for the fields of messages: what `protocol/fields.py` and the annotations say. */

import { InvalidField } from "./errors";
import { Real, type Json } from "./json";

/** Turns parsed JSON into a `T`, or throws `InvalidField` naming `path`. */
export type Read<T> = (value: Json, path: string) => T;

/** One field of an object. `Optional` ones may be left out or null and then have a fallback. */
export interface Field<T, Optional extends boolean = boolean> {
  readonly read: Read<T>;
  readonly optional: Optional;
  readonly fallback: T | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- shapes hold fields of every type
export type Shape = Readonly<Record<string, Field<any>>>;
type Value<F> = F extends Field<infer T> ? T : never;
type OptionalKeys<S extends Shape> = {
  [K in keyof S]: S[K] extends Field<unknown, true> ? K : never;
}[keyof S];

/** What reading gives: every field, fallbacks filled in. */
export type Output<S extends Shape> = { readonly [K in keyof S]: Value<S[K]> };
/** What may be written: optional fields may be left out. */
export type Input<S extends Shape> = {
  readonly [K in Exclude<keyof S, OptionalKeys<S>>]: Value<S[K]>;
} & { readonly [K in OptionalKeys<S>]?: Value<S[K]> };

export function required<T>(read: Read<T>): Field<T, false> {
  return { read, optional: false, fallback: undefined };
}

export function optional<T>(read: Read<T>, fallback: T): Field<T, true> {
  return { read, optional: true, fallback };
}

/** An optional field whose absence means nothing but absence. */
export function maybe<T>(read: Read<T>): Field<T | null, true> {
  return optional<T | null>(read, null);
}

export function nullable<T>(read: Read<T>): Read<T | null> {
  return (value, path) => (value === null ? null : read(value, path));
}

/** Text of `atLeast` to `atMost` characters (Unicode code points). */
export function text(atLeast: number, atMost: number): Read<string> {
  return (value, path) => {
    const read = unicode(value, path);
    const length = codePoints(read);
    if (length < atLeast || length > atMost) {
      throw new InvalidField(path, `${String(atLeast)} to ${String(atMost)} characters`);
    }
    return read;
  };
}

export function pattern(expression: RegExp, meaning: string): Read<string> {
  return (value, path) => {
    const read = unicode(value, path);
    if (!expression.test(read)) throw new InvalidField(path, meaning);
    return read;
  };
}

export function oneOf<T extends string>(...names: readonly T[]): Read<T> {
  return (value, path) => {
    const found = names.find((name) => name === value);
    if (found === undefined) throw new InvalidField(path, `one of ${names.join(", ")}`);
    return found;
  };
}

export function boolean(value: Json, path: string): boolean {
  if (typeof value !== "boolean") throw new InvalidField(path, "true or false");
  return value;
}

export function integer(atLeast = -Infinity, atMost = Infinity): Read<number> {
  return (value, path) => {
    if (typeof value !== "number") throw new InvalidField(path, "an integer");
    return inRange(value, atLeast, atMost, path);
  };
}

export function number(atLeast: number, atMost: number): Read<number> {
  return (value, path) => {
    const read = value instanceof Real ? value.value : value;
    if (typeof read !== "number") throw new InvalidField(path, "a number");
    if (!Number.isFinite(read)) throw new InvalidField(path, "a finite number");
    return inRange(read, atLeast, atMost, path);
  };
}

export function list<T>(item: Read<T>, atLeast: number, atMost: number): Read<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new InvalidField(path, "an array");
    const read = value.map((entry: Json, i) => item(entry, `${path}[${String(i)}]`));
    if (read.length < atLeast || read.length > atMost) {
      throw new InvalidField(path, `${String(atLeast)} to ${String(atMost)} items`);
    }
    return read;
  };
}

/** Reads an object of exactly the fields of `shape`. */
export function object<S extends Shape>(shape: S): Read<Output<S>> {
  return (value, path) => {
    if (!(value instanceof Map)) throw new InvalidField(path, "an object");
    const source = value as ReadonlyMap<string, Json>;
    const prefix = path === "" ? "" : `${path}.`;
    const unknown = [...source.keys()].filter((key) => !Object.hasOwn(shape, key)).sort()[0];
    if (unknown !== undefined) {
      throw new InvalidField(prefix + unknown.slice(0, 60), "no such field");
    }
    const result: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(shape)) {
      const given = source.get(key);
      const isGiven = given !== undefined && !(field.optional && given === null);
      if (isGiven) result[key] = field.read(given, prefix + key);
      else if (field.optional) result[key] = field.fallback;
      else throw new InvalidField(prefix + key, "a value, but it is missing");
    }
    return result as Output<S>;
  };
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function unicode(value: Json, path: string): string {
  if (typeof value !== "string") throw new InvalidField(path, "a string");
  if (LONE_SURROGATE.test(value)) {
    throw new InvalidField(path, "Unicode text without lone surrogates");
  }
  return value;
}

function codePoints(value: string): number {
  let count = 0;
  for (let i = 0; i < value.length; i += (value.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) count += 1;
  return count;
}

function inRange(value: number, atLeast: number, atMost: number, path: string): number {
  if (value < atLeast || value > atMost) {
    throw new InvalidField(path, `${String(atLeast)} to ${String(atMost)}`);
  }
  return value;
}

/**
 * A strict JSON reader. `JSON.parse` hides two things that the contract refuses: repeated keys,
 * and whether a number was written as an integer.
 */

/** A number written with a fraction or an exponent; plain numbers were written as integers. */
export class Real {
  constructor(readonly value: number) {}
}

/** Objects are maps, so that no key (`__proto__`) means anything special. */
export type JsonObject = ReadonlyMap<string, Json>;
export type Json = null | boolean | number | Real | string | readonly Json[] | JsonObject;

/** Nesting that is refused; Python's own reader gives up near this depth too. */
const MAX_DEPTH = 900;

const SPACE = /[ \t\n\r]*/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WORDS: readonly (readonly [string, null | boolean])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
];

/** Parses `text`. Throws `SyntaxError` on anything but one strict JSON value. */
export function parseJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  #at = 0;
  constructor(readonly text: string) {}

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new SyntaxError("nested too deeply");
    this.#match(SPACE);
    const next = this.text.charAt(this.#at);
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#array(depth);
    if (next === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  end(): void {
    this.#match(SPACE);
    if (this.#at !== this.text.length) throw this.#unexpected();
  }

  #object(depth: number): JsonObject {
    const object = new Map<string, Json>();
    this.#at += 1;
    if (this.#take("}")) return object;
    do {
      this.#match(SPACE);
      const key = this.#string();
      if (object.has(key)) throw new SyntaxError("an object repeats a key");
      if (!this.#take(":")) throw this.#unexpected();
      object.set(key, this.value(depth + 1));
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#unexpected();
    return object;
  }

  #array(depth: number): readonly Json[] {
    const array: Json[] = [];
    this.#at += 1;
    if (this.#take("]")) return array;
    do array.push(this.value(depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) throw this.#unexpected();
    return array;
  }

  #string(): string {
    const lexeme = this.#match(STRING)?.[0];
    if (lexeme === undefined) throw this.#unexpected();
    return JSON.parse(lexeme) as string;
  }

  #number(): number | Real {
    const match = this.#match(NUMBER);
    if (match === null) throw this.#unexpected();
    const value = Number(match[0]);
    return match[1] === undefined && match[2] === undefined ? value : new Real(value);
  }

  #take(mark: string): boolean {
    this.#match(SPACE);
    if (this.text.charAt(this.#at) !== mark) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`unexpected text at character ${String(this.#at)}`);
  }
}

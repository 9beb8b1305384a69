import { describe, expect, it } from "vitest";
import { parseJson, Real } from "../../src/client/json";

describe("parseJson", () => {
  it.each([
    ["null", null],
    [" true ", true],
    ["-0", -0],
    ["12", 12],
    ["1.0", new Real(1)],
    ["1e3", new Real(1000)],
    [String.raw`"\u00e9\ud83d\ude00\n\/"`, "é😀\n/"],
    ["[]", []],
    ["[1, [2]]", [1, [2]]],
    ["{}", new Map()],
    ['{"__proto__": {"a": 1}}', new Map([["__proto__", new Map([["a", 1]])]])],
  ])("reads %s", (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it.each([
    "",
    "{",
    "[1,]",
    '{"a":1,}',
    "{a:1}",
    "'a'",
    "01",
    "1.",
    ".5",
    "+1",
    "NaN",
    "-Infinity",
    "nul",
    '"a',
    '"\t"',
    String.raw`"\x"`,
    String.raw`"\u12"`,
    "1 2",
    "\ufeff1",
    "[1}",
    "\u00a01",
  ])("refuses %j", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it.each(['{"a":1,"a":1}', String.raw`{"a":1,"\u0061":2}`, '[{"b":{"c":0,"c":0}}]'])(
    "refuses the repeated key in %s",
    (text) => {
      expect(() => parseJson(text)).toThrow("repeats a key");
    },
  );

  it("reads a long text fast enough to be used on every message", () => {
    expect(parseJson(JSON.stringify("a\\n".repeat(20_000)))).toHaveLength(60_000);
    expect(() => parseJson(`"${"a".repeat(60_000)}`)).toThrow(SyntaxError);
  });
});

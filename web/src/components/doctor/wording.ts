/** What the check-up's page says about its findings as a whole. */

import type { Finding, Level } from "../../client/doctor/finding";

/** The parts of the page, and which areas of findings are in each. */
export const PARTS: readonly (readonly [name: string, areas: readonly string[]])[] = [
  ["This browser", ["browser", "page"]],
  ["Server", ["server", "clock", "pictures"]],
  ["Network", ["stun", "nat"]],
  ["Relay (TURN)", ["turn"]],
  ["Video", ["call"]],
];

const VERDICTS: Readonly<Record<Level, string>> = {
  ok: "All is well",
  note: "All is well",
  warning: "It works, but not well",
  problem: "Something does not work",
};

export function verdict(level: Level): string {
  return VERDICTS[level];
}

/** How many findings there are of each kind, the worst first. */
export function summary(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((each) => each.level === level).length;
  const parts = (["problem", "warning", "note"] as const)
    .map((level) => [count(level), level] as const)
    .filter(([number]) => number > 0)
    .map(([number, level]) => `${String(number)} ${level}${number === 1 ? "" : "s"}`);
  const fine = count("ok");
  parts.push(`${String(fine)} ${fine === 1 ? "check is" : "checks are"} fine`);
  return parts.join(", ");
}

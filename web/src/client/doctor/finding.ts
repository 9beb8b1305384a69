/** One finding of a check-up: what was seen, why it matters, and what to do about it. */

/** In this order: `note` is nothing wrong, `warning` works badly, `problem` does not work. */
export const LEVELS = ["ok", "note", "warning", "problem"] as const;
export type Level = (typeof LEVELS)[number];

export type Figures = Readonly<Record<string, string | number | boolean | null>>;

/** `id` is stable: `area.name`. Texts are for people, and figures hold no secrets. */
export interface Finding {
  readonly id: string;
  readonly level: Level;
  readonly what: string;
  readonly why: string;
  readonly do: string;
  readonly figures: Figures;
}

export function ok(id: string, what: string, figures: Figures = {}): Finding {
  return { id, level: "ok", what, why: "", do: "", figures };
}

/** What is not simply fine. */
export function finding(
  level: Exclude<Level, "ok">,
  id: string,
  texts: { readonly what: string; readonly why: string; readonly do: string },
  figures: Figures = {},
): Finding {
  return { id, level, ...texts, figures };
}

export function worst(findings: readonly Finding[]): Level {
  const indexes = findings.map(({ level }) => LEVELS.indexOf(level));
  return LEVELS[Math.max(0, ...indexes)] ?? "ok";
}

export function areaOf({ id }: Finding): string {
  return id.split(".")[0] ?? id;
}

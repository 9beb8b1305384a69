/** How sensitive motion detection is, in words and in numbers. */

export const LOWEST_THRESHOLD = 0.05;
export const HIGHEST_THRESHOLD = 0.3;
export const THRESHOLD_STEP = 0.01;

const WORDS: readonly (readonly [threshold: number, words: string])[] = [
  [0.05, "Very sensitive"],
  [0.1, "Default"],
  [0.2, "Low"],
  [0.3, "Very low"],
];

/** The words that are nearest. */
export function sensitivityWords(threshold: number): string {
  const nearest = WORDS.reduce((best, each) =>
    Math.abs(each[0] - threshold) < Math.abs(best[0] - threshold) ? each : best,
  );
  return nearest[1];
}

/** From which percent of the picture it is motion at all, as the gateway counts. */
export function leastPercent(threshold: number): number {
  return 2 * threshold;
}

/** How far a level meter is filled: small motion is common, and must be seen. */
export function meterFill(percent: number): number {
  return Math.min(1, Math.sqrt(Math.max(0, percent) / 25));
}

/** The ways on which pictures can come, the best one first. */

/** How an attempt is made: straight, through TURN servers, or as pictures through the server. */
export const WAYS = ["direct", "turn", "relay"] as const;
export type Way = (typeof WAYS)[number];

/** What came of it: which of its TURN servers an attempt found, too. */
export const PATHS = ["direct", "turn-udp", "turn-tcp", "turn-tls", "relay"] as const;
export type Path = (typeof PATHS)[number];

const BEST: Readonly<Record<Way, Path>> = { direct: "direct", turn: "turn-udp", relay: "relay" };

/** The best that can come of an attempt. */
export function bestOf(way: Way): Path {
  return BEST[way];
}

/** Whether pictures on `one` are worth leaving `other` for. */
export function isBetter(one: Path, other: Path): boolean {
  return PATHS.indexOf(one) < PATHS.indexOf(other);
}

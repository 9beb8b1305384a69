/** Trickled candidates as an SDP fragment (RFC 8840), the body of WHEP's PATCH. */

import type { IceCandidate } from "./negotiation";

/** `offer` is the whole local SDP; null among `candidates` says that there are no more. */
export function trickleFragment(
  offer: string,
  candidates: readonly (IceCandidate | null)[],
): string {
  const lines = offer.split(/\r?\n/);
  const line = (start: string) => lines.find((each) => each.startsWith(start));
  const result = [line("a=ice-ufrag:"), line("a=ice-pwd:")];
  // Media are bundled: all candidates belong to the first m-section.
  result.push(line("m="), line("a=mid:"));
  for (const each of candidates) {
    if (each !== null) result.push(`a=${each.candidate}`);
  }
  if (candidates.includes(null)) result.push("a=end-of-candidates");
  return result.filter((each) => each !== undefined).join("\r\n") + "\r\n";
}

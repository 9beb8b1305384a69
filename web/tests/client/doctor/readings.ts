/** What browsers report, as the tests of the check-up need it. */

import type { Gathered, GatherReading } from "../../../src/client/doctor/gather";
import { addressesOf, type IceAddress } from "../../../src/client/doctor/iceUrls";

export function address(url: string): IceAddress {
  const { stun, turn } = addressesOf([{ urls: [url], username: null, credential: null }]);
  const [found] = [...stun, ...turn];
  if (found === undefined) throw new Error(`${url} is no address`);
  return found;
}

export function candidate(type: string, port: number, url = "", atMs = 30): Gathered {
  return { type, address: "203.0.113.7", port, url, atMs };
}

export function gathered(
  candidates: readonly Gathered[],
  { codes = [] as readonly number[], isComplete = true } = {},
): GatherReading {
  return { candidates, errors: codes.map((code) => ({ url: "", code, text: "text" })), isComplete };
}

/** Which inputs of a PSBT a signer should have signed, by the origins that the PSBT tells. */

import { keyOrigins } from "./combine-path.ts";
import type { PsbtMap } from "./psbt-map.ts";

/** The accounts of a master's keys in an input. */
const accountsOf = (map: PsbtMap, fingerprint: string): ReadonlySet<string> =>
  new Set(
    [...keyOrigins(map).values()].flatMap((origin) =>
      origin.fingerprint === fingerprint ? [origin.account] : [],
    ),
  );

/**
 * How many inputs have a key of the same master and account as one of the signed ones: a signer
 * signs all inputs of a wallet or none. Where none is signed, all inputs of the master count.
 */
export const inputsBeside = (
  maps: readonly PsbtMap[],
  fingerprint: string,
  signed: ReadonlySet<number>,
): number => {
  const accounts = maps.map((map) => accountsOf(map, fingerprint));
  const wanted = new Set(
    accounts.flatMap((own, input) => (signed.size === 0 || signed.has(input) ? [...own] : [])),
  );
  return accounts.filter((own) => !own.isDisjointFrom(wanted)).length;
};

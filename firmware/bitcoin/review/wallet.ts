/**
 * Which wallet a PSBT spends from, and where in it a script stands. What a PSBT says of places
 * is a hint and nothing more: a place counts if the script derived there is the one in question.
 */
import { isSame } from "../encoding/bytes.ts";
import { isChildIndex } from "../wallet/extended-key.ts";
import type { Derivation } from "../transaction/psbt-map.ts";
import type { RegisteredWallet } from "../wallet/registered-wallet.ts";
import type { Branch, DerivedScript } from "../wallet/script.ts";
import type { WalletKey } from "../wallet/wallet-key.ts";

/** A place in a wallet. */
export interface WalletPlace {
  readonly branch: Branch;
  readonly index: number;
}

/** A place and what stands there. */
export interface Found extends WalletPlace {
  readonly script: DerivedScript;
}

/** The place a path names below a key's origin: exactly a branch and an index more. */
const placeBelow = (
  path: readonly number[],
  origin: readonly number[],
): WalletPlace | undefined => {
  const [branch, index, ...rest] = path.slice(origin.length);
  const isBelow = origin.every((element, at) => path[at] === element);
  if (!isBelow || index === undefined || rest.length > 0 || !isChildIndex(index)) return undefined;
  return branch === 0 || branch === 1 ? { branch, index } : undefined;
};

/** The first place that the hints name for one of the keys. */
const hintedPlace = (
  derivations: readonly Derivation[],
  keys: readonly WalletKey[],
): WalletPlace | undefined => {
  for (const { fingerprint, path } of derivations) {
    for (const key of keys) {
      const isOfKey = isSame(fingerprint, key.fingerprint);
      const place = isOfKey ? placeBelow(path, key.originPath) : undefined;
      if (place !== undefined) return place;
    }
  }
  return undefined;
};

/** What stands at the place the hints name for these keys of the wallet; undefined without one. */
export const findPlace = (
  derivations: readonly Derivation[],
  keys: readonly WalletKey[],
  wallet: RegisteredWallet,
): Found | undefined => {
  const place = hintedPlace(derivations, keys);
  if (place === undefined) return undefined;
  const script = wallet.deriver.derive(place.branch, place.index);
  return script.ok ? { ...place, script: script.value } : undefined;
};

/** The inputs of a PSBT, each as the ways in which it may be spent. */

import type { Transaction } from "bitcoinjs-lib";
import { inputDigests, legacyDigest } from "./combine-digest.ts";
import { type TaprootDigest, taprootDigests } from "./combine-digest-taproot.ts";
import { ecdsaPath } from "./combine-ecdsa.ts";
import type { InputContext, SpendPath } from "./combine-path.ts";
import { hashIn } from "./combine-script.ts";
import { type SpentOutput, spentReader } from "./combine-spent.ts";
import { taprootPaths } from "./combine-taproot.ts";
import type { PsbtMap } from "./psbt-map.ts";

/**
 * Taproot signatures are for the outputs of all inputs, so their digest waits until one is asked
 * for; `undefined` where one of the outputs is not known.
 */
const lazyTaproot = (
  transaction: Transaction,
  spent: readonly (SpentOutput | undefined)[],
): (() => TaprootDigest | undefined) => {
  let digest: TaprootDigest | undefined;
  const known = spent.filter((output) => output !== undefined);
  return () => {
    if (known.length < spent.length) return undefined;
    digest ??= taprootDigests(transaction, known);
    return digest;
  };
};

const pathsOf = (context: InputContext): readonly SpendPath[] => {
  const outputKey = hashIn("tr", context.spent.script);
  if (outputKey !== undefined) return taprootPaths(context, outputKey);
  const path = ecdsaPath(context);
  return path === undefined ? [] : [path];
};

/**
 * A reader of a PSBT's inputs by position; each is read once.
 *
 * @returns no way at all for an input that isn't there, whose output is not known, or whose
 * scripts don't fit it
 */
export const inputReader = (
  maps: readonly PsbtMap[],
  transaction: Transaction,
): ((position: number) => readonly SpendPath[]) => {
  const readSpent = spentReader();
  const spent = transaction.ins.map((outpoint, position) => {
    const map = maps[position];
    return map === undefined ? undefined : readSpent(map, outpoint);
  });
  const shared = {
    segwit: inputDigests(transaction),
    legacy: (position: number, scriptCode: Uint8Array, sighash: number) =>
      legacyDigest(transaction, position, scriptCode, sighash),
    taproot: lazyTaproot(transaction, spent),
  };
  const known = new Map<number, readonly SpendPath[]>();
  const read = (position: number): readonly SpendPath[] => {
    const map = maps[position];
    const output = spent[position];
    return map === undefined || output === undefined
      ? []
      : pathsOf({ ...shared, map, position, spent: output });
  };
  return (position) => {
    const paths = known.get(position) ?? read(position);
    known.set(position, paths);
    return paths;
  };
};

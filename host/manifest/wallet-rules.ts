/** The rules of a manifest's wallets: policies that hold, over keys of this manifest. */
import { ERRORS } from "../../protocol/errors.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import { openWallet } from "../vault/index.ts";
import { type Tell, tellRepeated } from "./checks.ts";
import { step } from "./problem.ts";

/** A fingerprint is a name that anyone can write: a key is known by all of it. */
const checkOrigins = (
  holders: ReadonlyMap<string, string>,
  keys: readonly string[],
  place: string,
  tell: Tell,
): void => {
  for (const [i, key] of keys.entries()) {
    const pointer = `${place}/keys${step(i)}`;
    // A policy that holds has a key without origin only where nobody has its private key.
    const isKnown = holders.has(key) || !key.startsWith("[");
    if (!isKnown) tell(pointer, "This is no account that a device made at genesis.");
  }
  const means = "One device would hold two keys of this wallet.";
  const known = keys.map((key) => holders.get(key) ?? key);
  tellRepeated(known, `${place}/keys`, "", means, tell);
};

/** Without the member nothing is allowed: an empty list would be another hash for the same. */
const checkAllowances = (allows: readonly string[], place: string, tell: Tell): void => {
  if (allows.length === 0) tell(place, "A wallet that allows nothing leaves this out.");
  tellRepeated(allows, place, "", "This allowance stands twice.", tell);
};

/** Checks all wallets. */
export const checkWallets = (manifest: Manifest, tell: Tell): void => {
  const { wallets, network, version, keys } = manifest;
  if (version === 0 && wallets.length > 0) {
    tell("/wallets", "A draft has no wallets: their keys are still to be made.");
    return;
  }
  const holders = new Map(
    keys.flatMap(({ id, made }) => (made?.accounts ?? []).map((account) => [account, id])),
  );
  for (const [i, wallet] of wallets.entries()) {
    const place = `/wallets${step(i)}`;
    const opened = openWallet(wallet, network);
    if (!opened.ok) tell(place, ERRORS[opened.error].means);
    else checkOrigins(holders, wallet.keys, place, tell);
    if (wallet.allows !== undefined) checkAllowances(wallet.allows, `${place}/allows`, tell);
  }
  const names = wallets.map(({ name }) => name);
  tellRepeated(names, "/wallets", "/name", undefined, tell);
};

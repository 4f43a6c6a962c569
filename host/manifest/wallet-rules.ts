/** The rules of a manifest's wallets: policies that hold, over keys of this manifest. */
import { ERRORS } from "../../protocol/errors.ts";
import type { Manifest } from "../../protocol/manifest/manifest.ts";
import { openWallet } from "../vault/index.ts";
import { fingerprintOf, type Tell, tellRepeated } from "./checks.ts";
import { step } from "./problem.ts";

const FINGERPRINT = /^\[([0-9a-fA-F]{8})/;

const checkOrigins = (
  fingerprints: readonly string[],
  keys: readonly string[],
  place: string,
  tell: Tell,
): void => {
  const own = keys.map((key) => FINGERPRINT.exec(key)?.[1]?.toLowerCase() ?? "");
  for (const [i, fingerprint] of own.entries()) {
    const pointer = `${place}/keys${step(i)}`;
    if (!fingerprints.includes(fingerprint)) {
      tell(pointer, "This is a key of none of the manifest's devices.");
    }
  }
  const means = "One device would hold two keys of this wallet.";
  tellRepeated(own, `${place}/keys`, "", means, tell);
};

/** Checks all wallets. */
export const checkWallets = (manifest: Manifest, tell: Tell): void => {
  const { wallets, network, version, keys } = manifest;
  if (version === 0 && wallets.length > 0) {
    tell("/wallets", "A draft has no wallets: their keys are still to be made.");
    return;
  }
  const fingerprints = keys.flatMap(({ made }) =>
    made === undefined ? [] : [fingerprintOf(made.publicKey)],
  );
  for (const [i, wallet] of wallets.entries()) {
    const place = `/wallets${step(i)}`;
    const opened = openWallet(wallet, network);
    if (!opened.ok) tell(place, ERRORS[opened.error].means);
    else checkOrigins(fingerprints, wallet.keys, place, tell);
  }
  const names = wallets.map(({ name }) => name);
  tellRepeated(names, "/wallets", "/name", undefined, tell);
};

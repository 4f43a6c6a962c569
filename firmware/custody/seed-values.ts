/** What a seed says of itself: the values that a manifest holds of its key, all of them public. */
import { assert } from "../../protocol/errors.ts";
import { accountPath, SEED_LABELS, type MadeKey } from "../../protocol/manifest/manifest.ts";
import { LINK_LABEL } from "../../protocol/session/pairing.ts";
import { fingerprintOf, formatKey, type NetworkName, toXpub } from "../bitcoin/index.ts";
import type { Hal, Handle } from "../hal.ts";

/** All but the commitments, which are of the shares. */
export type SeedValues = Omit<MadeKey, "commitments">;

/** The account's key with its origin (BIP-380), as a wallet's policy names it. */
const accountOf = (
  { secrets, crypto }: Pick<Hal, "secrets" | "crypto">,
  network: NetworkName,
  master: Handle<"node">,
  publicKey: Uint8Array,
): string => {
  const path = accountPath(network);
  const node = secrets.derive(master, path);
  assert(node.ok, "the account's path is in range");
  const xpub = toXpub(secrets.publicNode(node.value), network, crypto);
  secrets.wipe(node.value);
  const fingerprint = fingerprintOf(publicKey, crypto);
  const hex = Array.from(fingerprint, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return formatKey(hex, path, xpub);
};

/** Derives them; `genesis` is the hash of the draft. The seed stays, all else is wiped. */
export const seedValues = (
  hal: Pick<Hal, "secrets" | "crypto">,
  network: NetworkName,
  seed: Handle<"seed">,
  genesis: Uint8Array,
): SeedValues => {
  const { secrets } = hal;
  const master = secrets.master(seed);
  const audit = secrets.deriveNode(seed, SEED_LABELS.audit);
  const link = secrets.deriveAgreement(seed, LINK_LABEL);
  const root = secrets.deriveSymmetric(seed, SEED_LABELS.root);
  const publicKey = secrets.publicKey(master);
  const values = {
    publicKey,
    linkKey: link.publicKey,
    auditKey: secrets.publicKey(audit),
    rootTag: secrets.mac(root, genesis),
    accounts: [accountOf(hal, network, master, publicKey)],
  };
  for (const handle of [master, audit, link.secret, root]) secrets.wipe(handle);
  return values;
};

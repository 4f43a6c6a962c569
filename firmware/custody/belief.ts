/**
 * Believing a manifest: the seed that was recombined vouches for the genesis by its root tag, the
 * lineage leads from there, and the manifest's key is this seed's. Only then does the device hold
 * keys, and with them whom to trust. On any mismatch all of it is wiped.
 */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { MadeKey, Manifest, ManifestKey } from "../../protocol/manifest/manifest.ts";
import {
  isSame,
  parseWalletPolicy,
  type RegisteredWallet,
  type WalletPolicy,
} from "../bitcoin/index.ts";
import type { AuditKey } from "../audit/audit-key.ts";
import type { Believed, Keys } from "../device.ts";
import type { Context } from "../dispatch.ts";
import type { Handle } from "../hal.ts";
import { registered } from "../handlers/wallet.ts";
import { keysOf, wipeKeys } from "../keys.ts";
import type { Lineage } from "../manifest/lineage.ts";
import { type SeedValues, seedValues } from "./seed-values.ts";

/** Why a manifest is not believed. */
export type BeliefError = "root_tag_mismatch" | "device_key_mismatch" | "wallet_malformed";

const VALUES = ["publicKey", "linkKey", "auditKey", "rootTag"] as const;

const isSameValues = (a: SeedValues, b: SeedValues): boolean =>
  VALUES.every((name) => isSame(a[name], b[name])) && a.accounts.join() === b.accounts.join();

/** Whether version 1 says of this device what the device has made itself. */
export const isOwnMade = (own: MadeKey, named: MadeKey): boolean =>
  isSameValues(own, named) &&
  own.commitments.length === named.commitments.length &&
  own.commitments.every((one, i) => isSame(one, named.commitments[i] ?? new Uint8Array(0)));

const checkValues = (
  own: SeedValues,
  { made }: ManifestKey,
): Outcome<void, "root_tag_mismatch" | "device_key_mismatch"> => {
  if (made === undefined || !isSame(own.rootTag, made.rootTag)) return fail("root_tag_mismatch");
  return isSameValues(own, made) ? ok(undefined) : fail("device_key_mismatch");
};

/** A manifest's wallet; none where it names a key that no device of the manifest made. */
const policyOf = (
  context: Pick<Context, "hal" | "network">,
  text: Manifest["wallets"][number],
  accounts: ReadonlySet<string>,
): WalletPolicy | undefined => {
  const policy = parseWalletPolicy(text, context.network, context.hal.crypto);
  if (!policy.ok) return undefined;
  // A fingerprint is a name that anyone can write: what a device made at genesis is its key.
  const isKnown = policy.value.keys.every((key) => key.isNobodys || accounts.has(key.text));
  return isKnown ? policy.value : undefined;
};

/**
 * The manifest's wallets that this device takes part in; one that lies about it is refused, and
 * one that stands there twice under different spellings.
 */
const walletsOf = (
  context: Pick<Context, "hal" | "network">,
  { wallets, keys: all }: Manifest,
  keys: Keys,
): Outcome<readonly RegisteredWallet[], "wallet_malformed"> => {
  const own: RegisteredWallet[] = [];
  const accounts = new Set(all.flatMap(({ made }) => made?.accounts ?? []));
  for (const [i, text] of wallets.entries()) {
    const policy = policyOf(context, text, accounts);
    if (policy === undefined) return fail("wallet_malformed", { wallet: i });
    const isOurs = policy.keys.some(({ fingerprint }) => isSame(fingerprint, keys.fingerprint));
    const wallet = registered(context, { ...keys, wallets: own }, policy);
    const isKnown = wallet.ok && own.some(({ id }) => isSame(id, wallet.value.id));
    if (isKnown || (isOurs && !wallet.ok)) return fail("wallet_malformed", { wallet: i });
    if (wallet.ok) own.push(wallet.value);
  }
  return ok(own);
};

const believedOf = ({ newest, hash }: Lineage, keyId: string): Believed => {
  const { version, generation, hosts, revoked, people } = newest;
  const signers = people.map(({ signingKey }) => signingKey);
  return { hash, version, keyId, trust: { generation, hosts, revoked }, signers };
};

/** The keys of a seed under a manifest; takes the seed over and wipes it, whatever happens. */
export const believe = (
  context: Pick<Context, "hal" | "network" | "bootId">,
  auditKey: AuditKey,
  lineage: Lineage,
  key: ManifestKey,
  seed: Handle<"seed">,
): Outcome<Keys, BeliefError> => {
  const { secrets } = context.hal;
  const checked = checkValues(seedValues(context.hal, context.network, seed, lineage.genesis), key);
  if (!checked.ok) {
    secrets.wipe(seed);
    return checked;
  }
  const { keys } = keysOf(context.hal, seed, { auditKey, bootId: context.bootId });
  const wallets = walletsOf(context, lineage.newest, keys);
  if (wallets.ok) {
    return ok({ ...keys, wallets: wallets.value, believed: believedOf(lineage, key.id) });
  }
  wipeKeys(secrets, keys);
  return wallets;
};

/** The demo's wallet: 2-of-3 over the signers' own public keys, registered on each of them. */
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { openWallet, type Wallet, walletDescriptors } from "../../vault/index.ts";
import type { WalletPolicy } from "../../withdrawal.ts";
import { formatPath } from "../paths.ts";
import type { ReadySigner } from "./signers.ts";

const HARDENED = 0x8000_0000;
/** BIP-48: multisig, test coin, first account, P2WSH. */
const ACCOUNT = [48, 1, 0, 2].map((step) => step + HARDENED);

/** A wallet that every signer has registered under one id. */
export interface DemoWallet {
  readonly wallet: Wallet;
  /** 32 bytes. */
  readonly walletId: Uint8Array;
  /** Multipath, with its checksum. */
  readonly descriptor: string;
}

const keyOf = async ({ client, fingerprint }: ReadySigner): Promise<Outcome<string>> => {
  const reply = await client.getXpub({ path: ACCOUNT });
  return reply.ok ? ok(`[${fingerprint}/${formatPath(ACCOUNT)}]${reply.value.xpub}`) : reply;
};

const policyOf = async (signers: readonly ReadySigner[]): Promise<Outcome<WalletPolicy>> => {
  const keys: string[] = [];
  for (const signer of signers) {
    const key = await keyOf(signer);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  const places = keys.map((_, i) => `@${i}/**`).join(",");
  return ok({ name: "Hot wallet", template: `wsh(sortedmulti(2,${places}))`, keys });
};

/** Registers the policy on a signer, which must describe it as the host does. */
const register = async (
  { client, name }: ReadySigner,
  wallet: Wallet,
): Promise<Outcome<Uint8Array>> => {
  const { receive, change } = walletDescriptors(wallet);
  const reply = await client.registerWallet(wallet.policy);
  if (!reply.ok) return reply;
  const isAgreed = reply.value.receive === receive && reply.value.change === change;
  return isAgreed ? ok(reply.value.walletId) : fail("wallet_malformed", { signer: name });
};

/** Builds the wallet from the signers' keys and registers it on each. */
export const makeWallet = async (signers: readonly ReadySigner[]): Promise<Outcome<DemoWallet>> => {
  const policy = await policyOf(signers);
  if (!policy.ok) return policy;
  const wallet = openWallet(policy.value, "regtest");
  if (!wallet.ok) return wallet;
  let walletId: Uint8Array | undefined;
  for (const signer of signers) {
    const id = await register(signer, wallet.value);
    if (!id.ok) return id;
    walletId ??= id.value;
  }
  if (walletId === undefined) return fail("signers_missing", { have: 0 });
  const descriptor = walletDescriptors(wallet.value).multipath;
  return ok({ wallet: wallet.value, walletId, descriptor });
};

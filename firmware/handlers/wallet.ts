/** Wallets and public keys: registering a policy, extended public keys, addresses. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  createDeriver,
  deriveAddress,
  descriptors,
  isSame,
  parseWalletPolicy,
  type RegisteredWallet,
  registrationLines,
  toXpub,
  type WalletKey,
  type WalletPolicy,
  walletId,
  walletLine,
} from "../bitcoin/index.ts";
import type { Keys } from "../device.ts";
import type { Context, Handlers } from "../dispatch.ts";
import type { PublicNode } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";

/** What a policy is held against, besides keys. */
type Bearings = Pick<Context, "hal" | "network">;

const publicNodeAt = (
  { hal }: Pick<Context, "hal">,
  keys: Keys,
  path: readonly number[],
): Outcome<PublicNode, "index_out_of_range"> => {
  const node = hal.secrets.derive(keys.master, path);
  if (!node.ok) return node;
  const publicNode = hal.secrets.publicNode(node.value);
  hal.secrets.wipe(node.value);
  return ok(publicNode);
};

/** Whether this device's seed gives the key at the origin that the policy names. */
const isGiven = (context: Bearings, keys: Keys, { originPath, node }: WalletKey): boolean => {
  const own = publicNodeAt(context, keys, originPath);
  return (
    own.ok &&
    isSame(own.value.publicKey, node.publicKey) &&
    isSame(own.value.chainCode, node.chainCode)
  );
};

/** Which of the policy's keys are this device's. */
const ownKeys = (
  context: Bearings,
  keys: Keys,
  policy: WalletPolicy,
): Outcome<readonly number[], "wallet_key_not_ours"> => {
  const own: number[] = [];
  for (const [i, key] of policy.keys.entries()) {
    const isNamed = isSame(key.fingerprint, keys.fingerprint);
    const isOwn = isGiven(context, keys, key);
    // Our fingerprint on a key that is not ours, or another on ours, is a forgery.
    if (isOwn !== isNamed) return fail("wallet_key_not_ours", { key: i });
    if (isOwn) own.push(i);
  }
  return ok(own);
};

/** Whether the other wallet's own key stands in this one as a co-signer's. */
const hides = (wallet: RegisteredWallet, other: RegisteredWallet): boolean => {
  const key = other.policy.keys[other.ownKeyIndex];
  return wallet.policy.keys.some(
    ({ node }, i) =>
      i !== wallet.ownKeyIndex && key !== undefined && isSame(node.publicKey, key.node.publicKey),
  );
};

/** The policy as this device's wallet: exactly one of its keys is ours, and proved to be. */
export const registered = (
  context: Bearings,
  keys: Keys,
  policy: WalletPolicy,
): Outcome<RegisteredWallet, "wallet_key_not_ours" | "wallet_keys_ours"> => {
  const own = ownKeys(context, keys, policy);
  if (!own.ok) return own;
  const [ownKeyIndex, second] = own.value;
  if (ownKeyIndex === undefined) return fail("wallet_key_not_ours");
  if (second !== undefined) return fail("wallet_keys_ours", { key: second });
  const { crypto } = context.hal;
  const deriver = createDeriver(policy, context.network, crypto);
  const wallet = { id: walletId(policy, crypto), policy, ownKeyIndex, deriver };
  // A key of ours under a false origin looks like a co-signer's: two wallets of the same scripts,
  // each hiding another of our keys, would have us sign for both.
  const isHiding = keys.wallets.some((other) => hides(wallet, other) || hides(other, wallet));
  return isHiding ? fail("wallet_keys_ours") : ok(wallet);
};

const policyLines = (policy: WalletPolicy): readonly string[] => [
  "Register this wallet?",
  walletLine(policy.name),
  ...registrationLines(policy),
];

const reply = (wallet: RegisteredWallet) => {
  const [receive, change] = descriptors(wallet.policy);
  return ok({ walletId: wallet.id, receive, change });
};

const registerWallet: Handlers["registerWallet"] = async (context, params) => {
  const { hal, ask, device, advance } = context;
  const before = device();
  if (!hal.identity.insecure) return fail("only_insecure");
  if (before.phase !== "ready") return fail("wrong_phase");
  const policy = parseWalletPolicy(params, context.network, hal.crypto);
  if (!policy.ok) return policy;
  const wallet = registered(context, before.keys, policy.value);
  if (!wallet.ok) return wallet;
  const known = before.keys.wallets.find(({ id }) => isSame(id, wallet.value.id));
  if (known !== undefined) return reply(known);
  if (before.keys.wallets.length >= DEVICE_LIMITS.wallets) return fail("wallet_limit");
  const consent = await ask({ kind: "message", lines: policyLines(policy.value) });
  if (!consent.ok) return consent;
  if (device().phase !== "ready") return fail("wrong_phase");
  advance({ kind: "wallet-registered", wallet: wallet.value });
  return reply(wallet.value);
};

const getXpub: Handlers["getXpub"] = (context, { path }) => {
  const now = context.device();
  if (now.phase !== "ready" && now.phase !== "suspended") return fail("wrong_phase");
  const node = publicNodeAt(context, now.keys, path);
  if (!node.ok) return node;
  const xpub = toXpub(node.value, context.network, context.hal.crypto);
  return ok({ xpub, fingerprint: now.keys.fingerprint });
};

const getAddress: Handlers["getAddress"] = async (context, params) => {
  const now = context.device();
  if (now.phase !== "ready" && now.phase !== "suspended") return fail("wrong_phase");
  const wallet = now.keys.wallets.find(({ id }) => isSame(id, params.walletId));
  if (wallet === undefined) return fail("wallet_unknown");
  const found = deriveAddress(wallet.deriver, params.isChange ? 1 : 0, params.index);
  if (!found.ok) return found;
  const { address, scriptPubKey } = found.value;
  if (!params.isShown) return ok({ address, scriptPubKey });
  const kind = params.isChange ? "Change" : "Receive";
  const consent = await context.ask({
    kind: "address",
    lines: [walletLine(wallet.policy.name), `${kind} address ${params.index}`, address],
  });
  return consent.ok ? ok({ address, scriptPubKey }) : consent;
};

/** Handlers of protocol/commands/wallet.ts. */
export const walletHandlers: Pick<Handlers, "registerWallet" | "getXpub" | "getAddress"> = {
  registerWallet,
  getXpub,
  getAddress,
};

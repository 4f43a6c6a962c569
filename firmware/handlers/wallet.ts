/** Wallets and public keys: registering a policy, extended public keys, addresses. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  createDeriver,
  deriveAddress,
  descriptors,
  isSame,
  parseWalletPolicy,
  type RegisteredWallet,
  toXpub,
  type WalletPolicy,
  walletId,
} from "../bitcoin/index.ts";
import type { Keys } from "../device.ts";
import type { Context, Handlers } from "../dispatch.ts";
import type { PublicNode } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";

const publicNodeAt = (
  { hal }: Context,
  keys: Keys,
  path: readonly number[],
): Outcome<PublicNode, "index_out_of_range"> => {
  const node = hal.secrets.derive(keys.master, path);
  if (!node.ok) return node;
  const publicNode = hal.secrets.publicNode(node.value);
  hal.secrets.wipe(node.value);
  return ok(publicNode);
};

/** Which of the policy's keys this device's seed gives at their own origin. */
const ownKeys = (
  context: Context,
  keys: Keys,
  policy: WalletPolicy,
): Outcome<readonly number[], "wallet_key_not_ours"> => {
  const own: number[] = [];
  for (const [i, key] of policy.keys.entries()) {
    const node = publicNodeAt(context, keys, key.originPath);
    const isOwn =
      node.ok &&
      isSame(node.value.publicKey, key.node.publicKey) &&
      isSame(node.value.chainCode, key.node.chainCode);
    if (isOwn) own.push(i);
    // Our fingerprint on a key that is not ours is a forgery, not a co-signer.
    else if (isSame(key.fingerprint, keys.fingerprint)) {
      return fail("wallet_key_not_ours", { key: i });
    }
  }
  return ok(own);
};

const registered = (
  context: Context,
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
  return ok({ id: walletId(policy, crypto), policy, ownKeyIndex, deriver });
};

const policyLines = (policy: WalletPolicy): readonly string[] => [
  "Register this wallet?",
  policy.name,
  policy.template,
  ...policy.keys.map((key, i) => `@${i} ${key.text}`),
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
    lines: [wallet.policy.name, `${kind} address ${params.index}`, address],
  });
  return consent.ok ? ok({ address, scriptPubKey }) : consent;
};

/** Handlers of protocol/commands/wallet.ts. */
export const walletHandlers: Pick<Handlers, "registerWallet" | "getXpub" | "getAddress"> = {
  registerWallet,
  getXpub,
  getAddress,
};

/**
 * The review of a message: from what was asked to what a person is shown and what is signed, or to
 * a refusal by name. Pure, as the review of a transaction is.
 */
import { assert, fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto, Screen } from "../../hal.ts";
import { formatAddress, walletLine } from "../review/screens.ts";
import type { SigningTask } from "../../signing/work.ts";
import { ownExpressions, type RegisteredWallet } from "../wallet/registered-wallet.ts";
import { type Branch, type DerivedScript, deriveAddress } from "../wallet/script.ts";
import { createMessageDigest, hasLegacyFormat, messageSighash } from "./challenge.ts";
import { controlBlock } from "./control-block.ts";
import { legacyMessageDigest } from "./legacy.ts";
import { type MessageFormat, messageScreens } from "./screens.ts";

/** What is asked for. */
export interface MessageRequest {
  readonly branch: Branch;
  readonly index: number;
  readonly message: string;
  readonly format: MessageFormat;
}

/** A leaf that is signed, and what proves it. */
export interface ProvedLeaf {
  readonly leaf: number;
  readonly script: Uint8Array;
  readonly controlBlock: Uint8Array;
}

/** A message that may be shown and signed. */
export interface MessagePlan {
  readonly address: string;
  readonly script: DerivedScript;
  /** To be shown in order, all of them, before anything is signed. */
  readonly screens: readonly Screen[];
  /** All of input 0; of the legacy form the sighash is 0. */
  readonly tasks: readonly SigningTask[];
  readonly leaves: readonly ProvedLeaf[];
}

/** Whose signature a task is, and where its key is found. */
const headOf = (
  { policy, ownKeyIndex }: RegisteredWallet,
  place: number,
  { branch, index, format }: MessageRequest,
) => {
  const child = policy.expressions[place]?.branches[branch];
  assert(child !== undefined, "a key expression has two branches");
  const sighash = format === "legacy" ? 0 : messageSighash(policy.kind);
  return { input: 0, key: ownKeyIndex, sighash, child, index };
};

const keyAt = ({ publicKeys }: DerivedScript, place: number): Uint8Array => {
  const key = publicKeys[place];
  assert(key !== undefined, "a script has the keys of its template");
  return key;
};

const ecdsaTasks = (
  wallet: RegisteredWallet,
  request: MessageRequest,
  script: DerivedScript,
  digest: Uint8Array,
): readonly SigningTask[] =>
  ownExpressions(wallet).map((place) => ({
    ...headOf(wallet, place, request),
    scheme: "ecdsa",
    digest,
    publicKey: keyAt(script, place),
  }));

/** By the key path where it is ours, which needs nobody else; else by every leaf with our key. */
const taprootTasks = (
  wallet: RegisteredWallet,
  request: MessageRequest,
  script: DerivedScript,
  digestOf: ReturnType<typeof createMessageDigest>,
): readonly SigningTask[] => {
  const { taproot } = script;
  assert(taproot !== undefined, "a taproot wallet derives taproot outputs");
  const own = ownExpressions(wallet);
  if (own.includes(0)) {
    const { outputKey: publicKey, tweak } = taproot;
    const head = headOf(wallet, 0, request);
    return [{ ...head, scheme: "schnorr", digest: digestOf(), publicKey, tweak }];
  }
  return taproot.leaves.flatMap(({ hash, expressions }, leaf) =>
    own
      .filter((place) => expressions.includes(place))
      .map((place) => ({
        ...headOf(wallet, place, request),
        leaf,
        scheme: "schnorr" as const,
        digest: digestOf(hash),
        publicKey: keyAt(script, place).subarray(1),
      })),
  );
};

const tasksOf = (
  wallet: RegisteredWallet,
  request: MessageRequest,
  script: DerivedScript,
  message: Uint8Array,
  crypto: Crypto,
): readonly SigningTask[] => {
  if (request.format === "legacy") {
    return ecdsaTasks(wallet, request, script, legacyMessageDigest(message, crypto));
  }
  const { kind } = wallet.policy;
  const digestOf = createMessageDigest(message, { kind, ...script }, crypto);
  return kind === "tr"
    ? taprootTasks(wallet, request, script, digestOf)
    : ecdsaTasks(wallet, request, script, digestOf());
};

const leavesOf = (
  { policy }: RegisteredWallet,
  { taproot }: DerivedScript,
  tasks: readonly SigningTask[],
  crypto: Crypto,
): readonly ProvedLeaf[] => {
  const { tree } = policy;
  if (taproot === undefined || tree === undefined) return [];
  const signed = new Set(tasks.map(({ leaf }) => leaf));
  return taproot.leaves.flatMap(({ script }, leaf) =>
    signed.has(leaf)
      ? [{ leaf, script, controlBlock: controlBlock(tree, taproot, leaf, crypto) }]
      : [],
  );
};

/**
 * Plans a message for an address of a wallet. `message_unsupported` where the wallet's addresses
 * have no legacy form, `index_out_of_range` where there is no such address.
 */
export const planMessage = (
  wallet: RegisteredWallet,
  request: MessageRequest,
  crypto: Crypto,
): Outcome<MessagePlan, "index_out_of_range" | "message_unsupported"> => {
  const { branch, index, message: text, format } = request;
  const { kind, name } = wallet.policy;
  if (format === "legacy" && !hasLegacyFormat(kind)) return fail("message_unsupported", { kind });
  const found = deriveAddress(wallet.deriver, branch, index);
  if (!found.ok) return found;
  const { address, ...script } = found.value;
  const message = new TextEncoder().encode(text);
  const tasks = tasksOf(wallet, request, script, message, crypto);
  const screens = messageScreens({
    wallet: walletLine(name),
    isChange: branch === 1,
    index,
    address: formatAddress(address),
    format,
    text,
    size: message.length,
  });
  return ok({ address, script, screens, tasks, leaves: leavesOf(wallet, script, tasks, crypto) });
};

/**
 * The review of a message: from what was asked to what a person is shown and what is signed, or to
 * a refusal by name. Pure, as the review of a transaction is.
 */
import { assert, fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto, Screen } from "../../hal.ts";
import { formatAddress, walletLine } from "../review/screens.ts";
import { ownKey, type RegisteredWallet } from "../wallet/registered-wallet.ts";
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

/** One signature to be made. */
export interface MessageSigning {
  /** From the master key: origin, branch, index. */
  readonly path: readonly number[];
  /** 32 bytes. */
  readonly digest: Uint8Array;
  readonly sighash: number;
  /** The key that the signature holds under: 33 bytes of ECDSA, 32 bytes of BIP-340. */
  readonly publicKey: Uint8Array;
  /** BIP-340's: 32 bytes to add to the key, or none; undefined where the scheme is ECDSA. */
  readonly taproot?: { readonly tweak?: Uint8Array };
  /** Of a script path: the leaf's place in the template's order. */
  readonly leaf?: number;
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
  readonly signings: readonly MessageSigning[];
  readonly leaves: readonly ProvedLeaf[];
}

/** Where the device's key stands in the wallet's template. */
const ownExpressions = ({ policy, ownKeyIndex }: RegisteredWallet): readonly number[] =>
  policy.expressions.flatMap(({ key }, place) => (key === ownKeyIndex ? [place] : []));

/** The path of a key expression at a place of the wallet. */
const pathOf = (wallet: RegisteredWallet, place: number, { branch, index }: MessageRequest) => {
  const step = wallet.policy.expressions[place]?.branches[branch];
  assert(step !== undefined, "a key expression has two branches");
  return [...ownKey(wallet).originPath, step, index];
};

const keyAt = ({ publicKeys }: DerivedScript, place: number): Uint8Array => {
  const key = publicKeys[place];
  assert(key !== undefined, "a script has the keys of its template");
  return key;
};

const ecdsaSignings = (
  wallet: RegisteredWallet,
  request: MessageRequest,
  script: DerivedScript,
  digest: Uint8Array,
): readonly MessageSigning[] => {
  const isLegacy = request.format === "legacy";
  const sighash = isLegacy ? 0 : messageSighash(wallet.policy.kind);
  return ownExpressions(wallet).map((place) => ({
    path: pathOf(wallet, place, request),
    digest,
    sighash,
    publicKey: keyAt(script, place),
  }));
};

/** By the key path where it is ours, which needs nobody else; else by every leaf with our key. */
const taprootSignings = (
  wallet: RegisteredWallet,
  request: MessageRequest,
  script: DerivedScript,
  digestOf: ReturnType<typeof createMessageDigest>,
): readonly MessageSigning[] => {
  const { taproot } = script;
  assert(taproot !== undefined, "a taproot wallet derives taproot outputs");
  const own = ownExpressions(wallet);
  const sighash = messageSighash("tr");
  if (own.includes(0)) {
    const { outputKey, tweak } = taproot;
    const path = pathOf(wallet, 0, request);
    return [{ path, digest: digestOf(), sighash, publicKey: outputKey, taproot: { tweak } }];
  }
  return taproot.leaves.flatMap(({ hash, expressions }, leaf) =>
    own
      .filter((place) => expressions.includes(place))
      .map((place) => ({
        path: pathOf(wallet, place, request),
        digest: digestOf({ hash }),
        sighash,
        publicKey: keyAt(script, place).subarray(1),
        taproot: {},
        leaf,
      })),
  );
};

const signingsOf = (
  wallet: RegisteredWallet,
  request: MessageRequest,
  script: DerivedScript,
  message: Uint8Array,
  crypto: Crypto,
): readonly MessageSigning[] => {
  if (request.format === "legacy") {
    return ecdsaSignings(wallet, request, script, legacyMessageDigest(message, crypto));
  }
  const { kind } = wallet.policy;
  const digestOf = createMessageDigest(message, { kind, ...script }, crypto);
  return kind === "tr"
    ? taprootSignings(wallet, request, script, digestOf)
    : ecdsaSignings(wallet, request, script, digestOf());
};

const leavesOf = (
  { policy }: RegisteredWallet,
  { taproot }: DerivedScript,
  signings: readonly MessageSigning[],
  crypto: Crypto,
): readonly ProvedLeaf[] => {
  const { tree } = policy;
  if (taproot === undefined || tree === undefined) return [];
  const signed = new Set(signings.map(({ leaf }) => leaf));
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
  const signings = signingsOf(wallet, request, script, message, crypto);
  const screens = messageScreens({
    wallet: walletLine(name),
    isChange: branch === 1,
    index,
    address: formatAddress(address),
    format,
    text,
    size: message.length,
  });
  const leaves = leavesOf(wallet, script, signings, crypto);
  return ok({ address, script, screens, signings, leaves });
};

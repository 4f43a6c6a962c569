/** Wallets of every kind, whose holders sign messages as their devices would. */
import { hex } from "@scure/base";
import {
  createDeriver,
  type MessagePlan,
  type MessageRequest,
  ownKey,
  parseWalletPolicy,
  planMessage,
  type RegisteredWallet,
  toXpub,
  type WalletPolicyText,
  walletId,
} from "../../../firmware/bitcoin/index.ts";
import { signEcdsa, signSchnorr } from "../../../hardware/secrets/portable/signing.ts";
import {
  type KeySignature,
  scriptOf,
  type SignedMessage,
} from "../../../host/vault/message/index.ts";
import { elementOf, unwrap } from "../expect-value.ts";
import { type Cosigner, cosignerOf, crypto } from "../wallet-fixture.ts";
import type { SigningTask } from "../../../firmware/signing/work.ts";

/** A template, and whether its first key is the one that nobody holds. */
export interface MessageTemplate {
  readonly template: string;
  readonly isFirstNobodys?: boolean;
}

/** Every kind of script, single and multi, with and without a tree. */
export const TEMPLATES: readonly MessageTemplate[] = [
  { template: "pkh(@0/**)" },
  { template: "wpkh(@0/**)" },
  { template: "sh(wpkh(@0/**))" },
  { template: "tr(@0/**)" },
  { template: "sh(sortedmulti(2,@0/**,@1/**,@2/**))" },
  { template: "sh(multi(1,@0/**,@1/**))" },
  { template: "sh(wsh(multi(2,@0/**,@1/**,@2/**)))" },
  { template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))" },
  { template: "wsh(multi(3,@0/<4;5>/*,@1/**,@2/**))" },
  { template: "tr(@0/**,pk(@1/**))" },
  { template: "tr(@0/**,sortedmulti_a(2,@1/**,@2/**,@3/**))", isFirstNobodys: true },
  {
    template: "tr(@0/**,{multi_a(2,@1/**,@2/**),{pk(@3/**),multi_a(1,@1/<2;3>/*,@3/<2;3>/*)}})",
    isFirstNobodys: true,
  },
];

const POINT_H = hex.decode("0250929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0");

/** An extended key of BIP-341's point H. */
const NOBODYS: string = toXpub(
  {
    depth: 0,
    parentFingerprint: new Uint8Array(4),
    childNumber: 0,
    chainCode: new Uint8Array(32).fill(9),
    publicKey: POINT_H,
  },
  "regtest",
  crypto,
);

/** A wallet, its holders (none for a key that nobody holds) and its text. */
export interface MessageWallet {
  readonly text: WalletPolicyText;
  /** By key; seed bytes count from 1. */
  readonly holders: readonly (Cosigner | undefined)[];
  /** As the device of that holder knows it. */
  readonly registeredAs: (key: number) => RegisteredWallet;
}

/** The wallet of a template. */
export const messageWallet = ({ template, isFirstNobodys }: MessageTemplate): MessageWallet => {
  const count = new Set(template.match(/@\d+/g)).size;
  const holders = Array.from({ length: count }, (_, i) =>
    isFirstNobodys === true && i === 0 ? undefined : cosignerOf(i + 1),
  );
  const keys = holders.map((holder) => holder?.keyText ?? NOBODYS);
  const text = { name: "Speaker", template, keys };
  const policy = unwrap(parseWalletPolicy(text, "regtest", crypto));
  const deriver = createDeriver(policy, "regtest", crypto);
  const id = walletId(policy, crypto);
  return { text, holders, registeredAs: (ownKeyIndex) => ({ id, policy, ownKeyIndex, deriver }) };
};

/** 64 bytes, as the portable engine makes them of the holder's key. */
const signAs = (
  holder: Cosigner,
  originPath: readonly number[],
  { child, index, scheme, digest, publicKey, tweak }: SigningTask,
): Uint8Array => {
  const path = [...originPath, child, index];
  const { privateKey } = path.reduce((node, step) => node.derive(step), holder.master);
  if (privateKey === undefined) throw new Error("a holder has private keys");
  const secret = Uint8Array.from(privateKey);
  if (scheme === "ecdsa") return signEcdsa(digest, secret, publicKey);
  const settings = { auxiliary: new Uint8Array(32), publicKey };
  return signSchnorr(digest, secret, tweak === undefined ? settings : { ...settings, tweak });
};

/** What one holder's device would give. */
export interface HolderSignatures {
  readonly plan: MessagePlan;
  readonly signatures: readonly KeySignature[];
}

/** A holder's signatures over a message. */
export const signMessageAs = (
  wallet: MessageWallet,
  key: number,
  request: MessageRequest,
): HolderSignatures => {
  const holder = elementOf(wallet.holders, key);
  if (holder === undefined) throw new Error("nobody holds that key");
  const registered = wallet.registeredAs(key);
  const plan = unwrap(planMessage(registered, request, crypto));
  const { originPath } = ownKey(registered);
  const signatures = plan.tasks.map((task) => ({
    ...(task.leaf === undefined ? {} : { leaf: task.leaf }),
    signature: signAs(holder, originPath, task),
  }));
  return { plan, signatures };
};

/** A message as the host has it, of what holders gave. */
export const signedMessage = (
  message: string,
  { plan }: HolderSignatures,
  signatures: readonly KeySignature[],
): SignedMessage => {
  const { redeemScript, witnessScript } = plan.script;
  const scriptPubKey = scriptOf(plan.address) ?? new Uint8Array(0);
  return {
    message,
    scripts: { scriptPubKey, redeemScript, witnessScript },
    leaves: plan.leaves,
    signatures,
  };
};

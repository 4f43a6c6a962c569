/**
 * What no signer can do without: the keys of all holders (an input is the wallet's because of
 * them, and so is the change), of a key path the output's too, the key that signs, and a signature
 * that is verified.
 */
import type { Crypto, Handle, Secrets } from "../../../firmware/hal.ts";
import { createChildKeys, deriveChild } from "../../../firmware/bitcoin/wallet/extended-key.ts";
import { elementOf, unwrap } from "../../bitcoin/expect-value.ts";
import type { BareTask, Sample } from "./sample.ts";

/** An engine that holds the device's seed. */
export interface Curve {
  readonly secrets: Secrets;
  readonly crypto: Crypto;
  readonly master: Handle<"node">;
}

/** As Bitcoin Core signs (BIP-340). */
export const NO_AUXILIARY: Uint8Array = new Uint8Array(32);
const EVEN = 0x02;

/** The branch that receives: the device's own, whose children sign. */
export const ownBranch = ({ secrets, master }: Curve, { wallet }: Sample): Handle<"node"> => {
  const { origin } = elementOf(wallet.holders, 0);
  return unwrap(secrets.derive(master, [...origin, 0]));
};

/** Signs with a child that lives no longer than that. */
export const withLeaf = <R>(
  { secrets }: Curve,
  branch: Handle<"node">,
  index: number,
  use: (leaf: Handle<"node">) => R,
): R => {
  const leaf = unwrap(secrets.derive(branch, [index]));
  try {
    return use(leaf);
  } finally {
    secrets.wipe(leaf);
  }
};

const childKeysOf = ({ crypto }: Curve, { wallet }: Sample, branch: number) =>
  wallet
    .register()
    .policy.keys.map(({ node }) =>
      createChildKeys(unwrap(deriveChild(node, branch, crypto)), crypto),
    );

/** The change's own keys: nobody signs with them, but it is the wallet's because of them. */
const deriveChange = (curve: Curve, sample: Sample): void => {
  for (const childOf of childKeysOf(curve, sample, 1)) childOf(0);
};

/** What signs under a child's public key. */
const signerOf = ({ secrets, crypto }: Curve, { wallet }: Sample) => {
  if (wallet.kind === "P2WSH") {
    return (leaf: Handle<"node">, publicKey: Uint8Array, { digest }: BareTask) =>
      secrets.signEcdsa(leaf, digest, publicKey);
  }
  return (leaf: Handle<"node">, publicKey: Uint8Array, { digest, tweak }: BareTask) => {
    publicKey[0] = EVEN;
    const output = crypto.addTweak(publicKey, tweak);
    if (output === undefined) throw new Error("an output without a key");
    const under = { auxiliary: NO_AUXILIARY, publicKey: output.subarray(1), tweak };
    return secrets.signSchnorr(leaf, digest, under);
  };
};

/** The signatures of the inputs from one on to before another. */
export const bareLoop = (
  curve: Curve,
  sample: Sample,
  [from, to]: readonly [from: number, to: number],
): readonly Uint8Array[] => {
  const branch = ownBranch(curve, sample);
  const children = childKeysOf(curve, sample, 0);
  const sign = signerOf(curve, sample);
  const signatures: Uint8Array[] = [];
  if (from === 0) deriveChange(curve, sample);
  for (let i = from; i < to; i += 1) {
    const [own] = children.map((childOf) => childOf(i));
    if (own === undefined) throw new Error("a child without a key");
    const task = elementOf(sample.tasks, i);
    signatures.push(withLeaf(curve, branch, i, (leaf) => sign(leaf, own, task)));
  }
  curve.secrets.wipe(branch);
  return signatures;
};

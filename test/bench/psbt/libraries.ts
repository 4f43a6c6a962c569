/** The libraries that wallets sign with, each as it is meant to be used. */
import { HDKey } from "@scure/bip32";
import { Transaction } from "@scure/btc-signer";
import { initEccLib, Psbt } from "bitcoinjs-lib";
import type { Crypto, Handle } from "../../../firmware/hal.ts";
import { elementOf } from "../../bitcoin/expect-value.ts";
import { type Curve, NO_AUXILIARY, ownBranch, withLeaf } from "./bare-loop.ts";
import type { BareTask, Sample } from "./sample.ts";

const EVEN = 0x02;
const ONE = Uint8Array.of(...new Uint8Array(31), 1);

/** The curve's half of bitcoinjs-lib's taproot: the same library as the device's. */
export const lendCurve = ({ addTweak }: Crypto): void =>
  initEccLib({
    isXOnlyPoint: (key: Uint8Array) => addTweak(Uint8Array.of(EVEN, ...key), ONE) !== undefined,
    xOnlyPointAddTweak: (key: Uint8Array, tweak: Uint8Array) => {
      const point = addTweak(Uint8Array.of(EVEN, ...key), tweak);
      if (point === undefined) return null;
      return { parity: point[0] === EVEN ? 0 : 1, xOnlyPubkey: point.subarray(1) };
    },
  });

/** The engine as bitcoinjs-lib wants a signer; keys are known, as they are to who has the hints. */
const signerOf = ({ secrets }: Curve, leaf: Handle<"node">, task: BareTask) => {
  const { publicKey, tweak } = task;
  const under = { auxiliary: NO_AUXILIARY, publicKey: publicKey.subarray(1), tweak };
  return {
    publicKey,
    sign: (digest: Uint8Array) => secrets.signEcdsa(leaf, digest, publicKey),
    signSchnorr: (digest: Uint8Array) => secrets.signSchnorr(leaf, digest, under),
  };
};

/** Reads and signs with bitcoinjs-lib; the PSBT with its signatures. */
export const signByBitcoinjs = (curve: Curve, sample: Sample): Psbt => {
  const psbt = Psbt.fromBuffer(sample.psbt);
  const branch = ownBranch(curve, sample);
  for (const [i, task] of sample.tasks.entries()) {
    withLeaf(curve, branch, i, (leaf) => psbt.signInput(i, signerOf(curve, leaf, task)));
  }
  curve.secrets.wipe(branch);
  return psbt;
};

/** The account's key that receives, which @scure/btc-signer derives from by itself. */
const receivingKey = ({ wallet }: Sample): HDKey => {
  const { origin, seed } = elementOf(wallet.holders, 0);
  if (seed === undefined) throw new Error("the device's seed is known");
  return [...origin, 0].reduce((node, step) => node.deriveChild(step), HDKey.fromMasterSeed(seed));
};

/** Reads and signs with @scure/btc-signer, on its own curve. */
export const signByScure = (sample: Sample): Transaction => {
  const transaction = Transaction.fromPSBT(sample.psbt, { lowR: true });
  const branch = receivingKey(sample);
  for (let i = 0; i < sample.inputs; i += 1) {
    const { privateKey } = branch.deriveChild(i);
    if (privateKey === null) throw new Error("a child without a key");
    transaction.signIdx(privateKey, i, undefined, NO_AUXILIARY);
  }
  return transaction;
};

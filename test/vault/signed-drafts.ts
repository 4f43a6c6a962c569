/** Drafts of a wallet of three, signed by some of them. */

import { hex } from "@scure/base";
import type { Psbt } from "bitcoinjs-lib";
import { type Combiner, draftPsbt, madeUpCoins, type Wallet } from "../../host/vault/index.ts";
import {
  at,
  combinerOf,
  psbtIn,
  randomSigners,
  signaturesOf,
  type TestSigner,
  unwrap,
  walletOf,
} from "./three-keys.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const signers = randomSigners(3).toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));

/** The three, by fingerprint. */
export const people = [at(signers, 0), at(signers, 1), at(signers, 2)] as const;

/** Their wallet: two of them sign. */
export const wallet = walletOf(signers);

/** A draft that spends so many coins. */
export const draftFrom = (from: Wallet, inputs: number, feeRate = 3) =>
  unwrap(
    draftPsbt({
      wallet: from,
      coins: madeUpCoins({
        wallet: from,
        amountsSats: Array.from({ length: inputs }, () => 10_000_000),
        seedLabel: "combine",
      }),
      payments: [{ address: from.address({ branch: 0, index: 99 }).address, amountSats: 50_000 }],
      change: { branch: 1, index: 0 },
      feeRate,
      minimumInputs: inputs,
    }),
  );

/** Adds a signer's signatures over all inputs. */
export const addBy = (combiner: Combiner, signer: TestSigner): Combiner => {
  unwrap(combiner.add(signer.fingerprint, signaturesOf(psbtIn(combiner), signer)));
  return combiner;
};

/** A draft with the signatures of these signers. */
export const signWith = (psbt: Psbt, by: readonly TestSigner[]): Combiner =>
  by.reduce(addBy, combinerOf(psbt));

/** The same signature with s on the other side of the curve's order: valid ECDSA, high S. */
export const withHighS = (signature: Uint8Array): Uint8Array => {
  const s = BigInt(`0x${hex.encode(signature.slice(32))}`);
  const high = hex.decode((ORDER - s).toString(16).padStart(64, "0"));
  return Uint8Array.from([...signature.slice(0, 32), ...high]);
};

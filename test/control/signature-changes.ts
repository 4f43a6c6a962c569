/** Changes to the witnesses of the valid spend, and the points that must refuse each. */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { Transaction } from "@scure/btc-signer";
import {
  editSignatures,
  editTransaction,
  PREVOUTS,
  privateKeyAt,
  type SpendChange,
  SIGNERS,
  TX_HEX,
  walletScript,
} from "./signed-spend.ts";

const [A = "", , C = ""] = SIGNERS.map(({ fingerprint }) => fingerprint);

// A signature over input 0, of another sighash type or with another nonce than signSpend's.
const signFirst = (signer: number, sighash: number, extraEntropy?: Uint8Array): Uint8Array => {
  const [key] = SIGNERS.slice(signer);
  const [coin] = PREVOUTS;
  if (key === undefined || coin === undefined) throw new Error("the spend has them");
  const tx = Transaction.fromRaw(hexToBytes(TX_HEX), { allowUnknownOutputs: true });
  const { witnessScript } = walletScript(coin.path);
  const digest = tx.preimageWitnessV0(0, witnessScript, sighash, BigInt(coin.amountSats));
  const options = { prehash: false, format: "der", extraEntropy: extraEntropy ?? false } as const;
  const der = secp256k1.sign(digest, privateKeyAt(key, coin.path), options);
  return concatBytes(der, Uint8Array.of(sighash));
};

const withHighS = (signature: Uint8Array): Uint8Array => {
  const { r, s } = secp256k1.Signature.fromBytes(signature.subarray(0, -1), "der");
  const high = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s);
  return concatBytes(high.toBytes("der"), signature.subarray(-1));
};

/** Signatures removed, repeated, reordered, altered. */
export const SIGNATURE_CHANGES: readonly SpendChange[] = [
  {
    name: "one signature removed",
    fails: ["witness", "distinct-signers"],
    changes: { txHex: editSignatures(TX_HEX, (all) => all.slice(0, 1)) },
  },
  {
    name: "the same signature twice",
    fails: ["witness", "distinct-signers"],
    changes: { txHex: editSignatures(TX_HEX, ([one]) => (one === undefined ? [] : [one, one])) },
  },
  {
    name: "two signatures by the same key",
    fails: ["witness", "distinct-signers"],
    changes: {
      txHex: editSignatures(TX_HEX, () => [
        signFirst(0, 1),
        signFirst(0, 1, new Uint8Array(32).fill(9)),
      ]),
    },
  },
  {
    name: "the signatures in the wrong order",
    fails: ["witness"],
    changes: { txHex: editSignatures(TX_HEX, (all) => all.toReversed()) },
  },
  {
    name: "one signature too many",
    fails: ["witness"],
    changes: { txHex: editSignatures(TX_HEX, (all) => [...all, signFirst(2, 1)]) },
  },
  {
    name: "a high S",
    fails: ["low-s"],
    changes: {
      txHex: editSignatures(TX_HEX, (all) =>
        all.map((one, place) => (place === 0 ? withHighS(one) : one)),
      ),
    },
  },
  {
    name: "SIGHASH_NONE",
    fails: ["witness", "sighash", "distinct-signers"],
    changes: { txHex: editSignatures(TX_HEX, () => [signFirst(0, 2), signFirst(1, 2)]) },
  },
  {
    name: "another sighash byte on a signature of SIGHASH_ALL",
    fails: ["sighash"],
    changes: {
      txHex: editSignatures(TX_HEX, (all) =>
        all.map((one) => concatBytes(one.subarray(0, -1), Uint8Array.of(0x81))),
      ),
    },
  },
  {
    name: "a signature that is not strict DER",
    fails: ["witness", "low-s", "sighash", "distinct-signers"],
    changes: {
      txHex: editSignatures(TX_HEX, (all) =>
        all.map((one) => concatBytes(one.subarray(0, -1), Uint8Array.of(0, 1))),
      ),
    },
  },
  {
    name: "a dummy that is not empty",
    fails: ["witness"],
    changes: {
      txHex: editTransaction(TX_HEX, ({ witnesses }) => {
        witnesses?.[0]?.splice(0, 1, Uint8Array.of(1));
      }),
    },
  },
  {
    name: "another witness script",
    fails: ["scripts", "witness"],
    changes: {
      txHex: editTransaction(TX_HEX, ({ witnesses }) => {
        witnesses?.[0]?.splice(-1, 1, walletScript("0/9").witnessScript);
      }),
    },
  },
  {
    name: "a scriptSig beside the witness",
    fails: ["witness"],
    changes: {
      txHex: editTransaction(TX_HEX, ({ inputs: [input] }) => {
        if (input !== undefined) input.finalScriptSig = Uint8Array.of(0x51);
      }),
    },
  },
  {
    name: "no witness",
    fails: ["scripts", "witness", "low-s", "sighash", "distinct-signers"],
    changes: {
      txHex: editTransaction(TX_HEX, (tx) => {
        tx.segwitFlag = false;
        tx.witnesses = undefined;
      }),
    },
  },
  {
    name: "a signer who is not expected",
    fails: ["distinct-signers"],
    changes: { fingerprints: [A, C] },
  },
];

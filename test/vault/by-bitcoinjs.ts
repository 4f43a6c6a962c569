/** Spends of locked coins built, signed and finalised by bitcoinjs-lib alone. */

import { hex } from "@scure/base";
import { crypto, Psbt, script, toXOnly } from "bitcoinjs-lib";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import {
  chosenOf,
  type CoinKey,
  isTaproot,
  isWitness,
  type LockedCoin,
  OUTPUTS,
} from "./locked-coins.ts";
import { at } from "./three-keys.ts";

const fingerprintOf = ({ signer }: CoinKey): Uint8Array => hex.decode(signer.fingerprint);

const fieldsOf = (coin: LockedCoin) => {
  const { tree, keys, redeemScript, witnessScript } = coin;
  const shared = {
    ...(isWitness(coin) ? { witnessUtxo: { script: coin.script, value: coin.amountSats } } : {}),
    ...(coin.sighash === undefined ? {} : { sighashType: coin.sighash }),
  };
  if (tree === undefined) {
    return {
      ...shared,
      nonWitnessUtxo: coin.previous.toBuffer(),
      ...(redeemScript === undefined ? {} : { redeemScript }),
      ...(witnessScript === undefined ? {} : { witnessScript }),
      bip32Derivation: keys.map((key) => ({
        masterFingerprint: fingerprintOf(key),
        path: key.path,
        pubkey: key.node.publicKey,
      })),
    };
  }
  const leaves = tree.leaves.map(({ script: leaf, control }) => ({
    leafVersion: 0xc0,
    script: leaf,
    controlBlock: control,
  }));
  const leafHashes = tree.leaves.map(({ hash }) => hash);
  const origins = coin.kind === "tr" ? keys : [tree.internal, ...keys];
  return {
    ...shared,
    tapInternalKey: toXOnly(tree.internal.node.publicKey),
    ...(leaves.length === 0 ? {} : { tapLeafScript: leaves, tapMerkleRoot: tree.merkleRoot }),
    tapBip32Derivation: origins.map((key) => ({
      masterFingerprint: fingerprintOf(key),
      path: key.path,
      pubkey: toXOnly(key.node.publicKey),
      leafHashes: coin.kind === "tr" ? [] : leafHashes,
    })),
  };
};

/** The unsigned PSBT. */
export const psbtByBitcoinjs = (coins: readonly LockedCoin[]): Psbt => {
  const psbt = new Psbt().setVersion(2).setLocktime(7);
  for (const [input, coin] of coins.entries()) {
    psbt.addInput({
      hash: coin.previous.getHash(),
      index: coin.vout,
      sequence: 0xffff_fff0 - input,
    });
    psbt.updateInput(input, fieldsOf(coin));
  }
  for (const output of OUTPUTS) psbt.addOutput(output);
  return psbt;
};

/** The key of a coin's key path. */
const tweaked = ({ node }: CoinKey, merkleRoot: Uint8Array) =>
  node.tweak(
    crypto.taggedHash("TapTweak", Uint8Array.of(...toXOnly(node.publicKey), ...merkleRoot)),
  );

/** Signs an input with a key of its coin. */
export const signInput = (psbt: Psbt, coin: LockedCoin, input: number, key: CoinKey): void => {
  const types = [coin.sighash ?? (isTaproot(coin) ? 0 : 1)];
  if (coin.tree === undefined) psbt.signInput(input, key.node, types);
  else if (coin.kind === "tr")
    psbt.signTaprootInput(input, tweaked(key, coin.tree.merkleRoot), undefined, types);
  else psbt.signTaprootInput(input, key.node, at(coin.tree.leaves, 0).hash, types);
};

/** A signature as a device's record, with its signer. */
export interface Signed {
  readonly fingerprint: string;
  readonly record: SignatureRecord;
}

const ofTaproot = (bytes: Uint8Array) => ({
  signature: bytes.slice(0, 64),
  sighash: bytes[64] ?? 0,
});

/** An input's signatures as records, each with its signer. */
export const signedIn = (
  { partialSig, tapKeySig, tapScriptSig }: Psbt["data"]["inputs"][number],
  { keys }: LockedCoin,
  input: number,
): readonly Signed[] => {
  const signerOf = (publicKey: Uint8Array): string =>
    at(
      keys.filter(({ node }) => hex.encode(node.publicKey).endsWith(hex.encode(publicKey))),
      0,
    ).signer.fingerprint;
  const own = at(keys, 0).signer.fingerprint;
  return [
    ...(partialSig ?? []).map(({ pubkey, signature: der }) => {
      const { signature, hashType } = script.signature.decode(der);
      const record = { input, key: 0, sighash: hashType, signature };
      return { fingerprint: signerOf(pubkey), record };
    }),
    ...(tapKeySig === undefined
      ? []
      : [{ fingerprint: own, record: { input, key: 0, ...ofTaproot(tapKeySig) } }]),
    ...(tapScriptSig ?? []).map(({ pubkey, signature }) => ({
      fingerprint: signerOf(pubkey),
      record: { input, key: 0, leaf: 0, ...ofTaproot(signature) },
    })),
  ];
};

/** Signs all inputs by as many keys as they take. */
export const signByBitcoinjs = (psbt: Psbt, coins: readonly LockedCoin[], from: number): Psbt => {
  const signed = psbt.clone();
  for (const [input, coin] of coins.entries())
    for (const key of chosenOf(coin, from)) signInput(signed, coin, input, key);
  return signed;
};

/** bitcoinjs-lib's own finaliser forgets the empty elements of those that don't sign (BIP-342). */
const leafWitness = (psbt: Psbt, { tree, keys }: LockedCoin, input: number): Uint8Array => {
  const { script: leaf, control } = at(tree?.leaves ?? [], 0);
  const signatures = keys.map(
    ({ node }) =>
      psbt.data.inputs[input]?.tapScriptSig?.find(
        ({ pubkey }) => hex.encode(pubkey) === hex.encode(toXOnly(node.publicKey)),
      )?.signature ?? new Uint8Array(0),
  );
  const stack = [...signatures.toReversed(), leaf, control];
  const sizes = stack.map(({ length }) =>
    length < 0xfd ? [length] : [0xfd, length & 0xff, length >> 8],
  );
  const elements = stack.map((element, i) => [...at(sizes, i), ...element]);
  return Uint8Array.from([stack.length, ...elements.flat()]);
};

/** The transaction of a signed PSBT, in hex. */
export const finaliseByBitcoinjs = (signed: Psbt, coins: readonly LockedCoin[]): string => {
  const psbt = signed.clone();
  for (const [input, coin] of coins.entries()) {
    const isPartial = coin.kind.startsWith("tr-") && coin.threshold < coin.keys.length;
    if (isPartial)
      psbt.finalizeTaprootInput(input, at(coin.tree?.leaves ?? [], 0).hash, () => ({
        finalScriptWitness: leafWitness(psbt, coin, input),
      }));
    else psbt.finalizeInput(input);
  }
  return psbt.extractTransaction(true).toHex();
};

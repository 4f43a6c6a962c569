/** bitcoinjs-lib's half: PSBTs of plans, reference signatures that are ground, transactions. */
import * as ecc from "@bitcoinerlab/secp256k1";
import type { HDKey } from "@scure/bip32";
import { initEccLib, networks, Psbt, script } from "bitcoinjs-lib";
import { elementOf } from "../bitcoin/expect-value.ts";
import { signLowR, signZeroAux } from "./low-r.ts";
import { originsOf, placeOf, publicKeyOf, xOnly } from "./places.ts";
import type { Plan, PlannedCoin } from "./plans.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { Place } from "./seam.ts";
import { spendingLeaf } from "./spending.ts";
import type { AgreementWallet } from "./wallets.ts";

initEccLib(ecc);

const LEAF_VERSION = 0xc0;
const HARDENED = 0x80000000;
const ALLOWED = [0, 1];
/** How bitcoinjs-lib reads PSBTs here: no fee is too high for a test. */
export const PSBT_OPTIONS = { network: networks.regtest, maximumFeeRate: 1e12 };

const pathText = (path: readonly number[]): string =>
  ["m", ...path.map((step) => (step >= HARDENED ? `${step - HARDENED}'` : `${step}`))].join("/");

const fingerprintBytes = (fingerprint: number): Uint8Array =>
  Uint8Array.fromHex(fingerprint.toString(16).padStart(8, "0"));

const derivations = (wallet: AgreementWallet, place: Place) => {
  const origins = originsOf(wallet, place);
  if (wallet.kind !== "tr") {
    return {
      bip32Derivation: origins.map(({ publicKey, fingerprint, path }) => ({
        pubkey: publicKey,
        masterFingerprint: fingerprintBytes(fingerprint),
        path: pathText(path),
      })),
    };
  }
  return {
    tapBip32Derivation: origins.map(({ publicKey, fingerprint, path, leafHashes }) => ({
      pubkey: xOnly(publicKey),
      masterFingerprint: fingerprintBytes(fingerprint),
      path: pathText(path),
      leafHashes: [...leafHashes],
    })),
  };
};

const inputScripts = (wallet: AgreementWallet, place: Place) => {
  const { redeemScript, witnessScript, taproot } = placeOf(wallet, place);
  return {
    ...(redeemScript === undefined ? {} : { redeemScript }),
    ...(witnessScript === undefined ? {} : { witnessScript }),
    ...(taproot === undefined ? {} : { tapInternalKey: taproot.internalKey }),
    ...(taproot?.merkleRoot === undefined ? {} : { tapMerkleRoot: taproot.merkleRoot }),
    ...(taproot === undefined || taproot.leaves.length === 0
      ? {}
      : {
          tapLeafScript: taproot.leaves.map((leaf) => ({
            leafVersion: LEAF_VERSION,
            script: leaf.script,
            controlBlock: leaf.controlBlock,
          })),
        }),
  };
};

/** Depths of the leaves of a tree that leans to the right. */
export const depthOf = (leaf: number, leaves: number): number =>
  leaves === 1 ? 0 : Math.min(leaf + 1, leaves - 1);

const outputScripts = (wallet: AgreementWallet, place: Place) => {
  const { redeemScript, witnessScript, taproot } = placeOf(wallet, place);
  return {
    ...(redeemScript === undefined ? {} : { redeemScript }),
    ...(witnessScript === undefined ? {} : { witnessScript }),
    ...(taproot === undefined ? {} : { tapInternalKey: taproot.internalKey }),
    ...(taproot === undefined || taproot.leaves.length === 0
      ? {}
      : {
          tapTree: {
            leaves: taproot.leaves.map((leaf, at) => ({
              depth: depthOf(at, taproot.leaves.length),
              leafVersion: LEAF_VERSION,
              script: leaf.script,
            })),
          },
        }),
  };
};

const addCoin = (psbt: Psbt, wallet: AgreementWallet, coin: PlannedCoin): void => {
  const { scriptPubKey } = placeOf(wallet, coin.place);
  const witnessUtxo = { script: scriptPubKey, value: BigInt(coin.amountSats) };
  psbt.addInput({
    hash: coin.previous.getId(),
    index: coin.vout,
    sequence: coin.sequence,
    ...(coin.hasPrevious ? { nonWitnessUtxo: coin.previous.toBuffer() } : {}),
    ...(coin.hasWitnessUtxo ? { witnessUtxo } : {}),
    ...inputScripts(wallet, coin.place),
    ...derivations(wallet, coin.place),
  });
  // The library takes DEFAULT, which is 0, for an absent value where it is given with the others.
  if (coin.sighash !== undefined) {
    elementOf(psbt.data.inputs, psbt.inputCount - 1).sighashType = coin.sighash;
  }
};

/** A PSBT of version 0 with all that an updater knows. */
export const psbtByBitcoinjs = ({ wallet, version, lockTime, coins, outputs }: Plan): Psbt => {
  const psbt = new Psbt(PSBT_OPTIONS);
  psbt.setVersion(version);
  psbt.setLocktime(lockTime);
  for (const coin of coins) addCoin(psbt, wallet, coin);
  for (const { script: paid, amountSats, place } of outputs) {
    const known =
      place === undefined ? {} : { ...outputScripts(wallet, place), ...derivations(wallet, place) };
    psbt.addOutput({ script: paid, value: BigInt(amountSats), ...known });
  }
  return psbt;
};

const secretOf = (node: HDKey): Uint8Array => {
  if (node.privateKey === null) throw new Error("nobody holds this key");
  return node.privateKey;
};

/** Signs a digest with a secret key: 64 bytes. */
export type Ecdsa = (digest: Uint8Array, secretKey: Uint8Array) => Uint8Array;

/** What bitcoinjs-lib asks to sign for a key. */
const signerOf = (node: HDKey, ecdsa: Ecdsa) => ({
  publicKey: publicKeyOf(node),
  sign: (digest: Uint8Array) => ecdsa(digest, secretOf(node)),
  signSchnorr: (digest: Uint8Array) => signZeroAux(digest, secretOf(node)),
});

/** The same for a key path: bitcoinjs-lib wants the tweaked key. */
const tweakedSignerOf = (node: HDKey, tweak: Uint8Array) => {
  const isOdd = publicKeyOf(node)[0] === 3;
  const even = isOdd ? ecc.privateNegate(secretOf(node)) : secretOf(node);
  const secret = ecc.privateAdd(even, tweak);
  const publicKey = secret === null ? null : ecc.pointFromScalar(secret, true);
  if (secret === null || publicKey === null) throw new Error("a tweak has a chance to fail");
  const sign = (digest: Uint8Array): Uint8Array => signZeroAux(digest, secret);
  return { publicKey, sign, signSchnorr: sign };
};

/** Signs by one expression of the wallet whatever it signs in an input. */
export const signExpression = (
  psbt: Psbt,
  plan: Plan,
  input: number,
  at: number,
  ecdsa: Ecdsa = signLowR,
): void => {
  const { place, sighash } = elementOf(plan.coins, input);
  const { keys, taproot } = placeOf(plan.wallet, place);
  const node = elementOf(keys, at);
  const allowed = sighash === undefined ? ALLOWED : [sighash];
  if (taproot === undefined) psbt.signInput(input, signerOf(node, ecdsa), allowed);
  else if (at === 0) {
    psbt.signTaprootInput(input, tweakedSignerOf(node, taproot.tweak), undefined, allowed);
  } else psbt.signTaprootInput(input, signerOf(node, ecdsa), undefined, allowed);
};

/** Splits what taproot's signatures are in PSBTs: 64 bytes, and a type where it is not DEFAULT. */
export const splitTaproot = (bytes: Uint8Array) => ({
  signature: bytes.slice(0, 64),
  sighash: bytes[64] ?? 0,
});

/** The records of what one expression signed in an input. */
const recordsOf = (psbt: Psbt, plan: Plan, input: number, at: number): SignatureRecord[] => {
  const { keys, taproot } = placeOf(plan.wallet, elementOf(plan.coins, input).place);
  const { partialSig, tapKeySig, tapScriptSig } = elementOf(psbt.data.inputs, input);
  const publicKey = publicKeyOf(elementOf(keys, at));
  const { key } = elementOf(plan.wallet.expressions, at);
  if (taproot === undefined) {
    const own = partialSig?.find(({ pubkey }) => Buffer.compare(pubkey, publicKey) === 0);
    if (own === undefined) return [];
    const { signature, hashType } = script.signature.decode(own.signature);
    return [{ input, key, sighash: hashType, signature: Uint8Array.from(signature) }];
  }
  if (at === 0) return tapKeySig === undefined ? [] : [{ input, key, ...splitTaproot(tapKeySig) }];
  const own = xOnly(publicKey).toHex();
  return (tapScriptSig ?? [])
    .filter(({ pubkey }) => pubkey.toHex() === own)
    .map(({ leafHash, signature }) => ({
      input,
      key,
      leaf: taproot.leaves.findIndex(({ hash }) => Buffer.compare(hash, leafHash) === 0),
      ...splitTaproot(signature),
    }));
};

/** The expressions of a wallet that are of one of its keys. */
export const expressionsOf = ({ expressions }: AgreementWallet, key: number): readonly number[] =>
  expressions.flatMap((expression, at) => (expression.key === key ? [at] : []));

/** Signs all that is the device's, as bitcoinjs-lib does with a signer that grinds as Core does. */
export const signByBitcoinjs = (
  psbt: Psbt,
  plan: Plan,
  ecdsa: Ecdsa = signLowR,
): readonly SignatureRecord[] =>
  plan.coins.flatMap((_, input) =>
    expressionsOf(plan.wallet, plan.wallet.ownKey).flatMap((at) => {
      signExpression(psbt, plan, input, at, ecdsa);
      return recordsOf(psbt, plan, input, at);
    }),
  );

/** A signature for a finaliser: by which public key, for which leaf, with its type appended. */
export interface PlacedSignature {
  readonly input: number;
  readonly publicKey: Uint8Array;
  readonly leafHash?: Uint8Array;
  /** DER and a byte, or BIP-340 and perhaps a byte. */
  readonly encoded: Uint8Array;
}

const stackBytes = (stack: readonly Uint8Array[]): Uint8Array => {
  const size = (length: number): readonly number[] =>
    length < 0xfd ? [length] : [0xfd, length & 255, length >> 8];
  return Uint8Array.from([
    ...size(stack.length),
    ...stack.flatMap((item) => [...size(item.length), ...item]),
  ]);
};

const addSignature = (psbt: Psbt, placed: PlacedSignature): void => {
  const { input, publicKey, leafHash, encoded } = placed;
  const isTaproot = elementOf(psbt.data.inputs, input).tapInternalKey !== undefined;
  if (!isTaproot)
    psbt.updateInput(input, { partialSig: [{ pubkey: publicKey, signature: encoded }] });
  else if (leafHash === undefined) psbt.updateInput(input, { tapKeySig: encoded });
  else {
    const tapScriptSig = [{ pubkey: xOnly(publicKey), signature: encoded, leafHash }];
    psbt.updateInput(input, { tapScriptSig });
  }
};

/** The witness of a script path: its own finaliser knows no absent signatures. */
const finaliseLeaf = (psbt: Psbt, plan: Plan, input: number): void => {
  const leaf = spendingLeaf(plan.wallet, elementOf(plan.coins, input).place);
  if (leaf === undefined) throw new Error("a leaf is spent");
  psbt.finalizeTaprootInput(input, leaf.hash, (_, { tapScriptSig }) => {
    const keys = leaf.keysInScript.map((key) => xOnly(key).toHex());
    const signatures = keys.map(
      (key) => tapScriptSig?.find(({ pubkey }) => pubkey.toHex() === key)?.signature,
    );
    const stack = signatures.toReversed().map((signature) => signature ?? new Uint8Array());
    return { finalScriptWitness: stackBytes([...stack, leaf.script, leaf.controlBlock]) };
  });
};

/** The signed transaction in hex, of a PSBT without signatures and those that spend it. */
export const finaliseByBitcoinjs = (
  bytes: Uint8Array,
  plan: Plan,
  signatures: readonly PlacedSignature[],
): string => {
  const psbt = Psbt.fromBuffer(bytes, PSBT_OPTIONS);
  for (const signature of signatures) addSignature(psbt, signature);
  for (const [input, { place }] of plan.coins.entries()) {
    if (spendingLeaf(plan.wallet, place) === undefined) psbt.finalizeInput(input);
    else finaliseLeaf(psbt, plan, input);
  }
  return psbt.extractTransaction(true).toHex();
};

/** @scure/btc-signer's half: PSBTs of plans, signatures without grinding, transactions. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { TaprootControlBlock, Transaction } from "@scure/btc-signer";
import { elementOf } from "../bitcoin/expect-value.ts";
import { depthOf, expressionsOf, type PlacedSignature, splitTaproot } from "./by-bitcoinjs.ts";
import { originsOf, placeOf, publicKeyOf, xOnly } from "./places.ts";
import type { Plan, PlannedCoin } from "./plans.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { Place } from "./seam.ts";
import { spendingLeaf } from "./spending.ts";
import type { AgreementWallet } from "./wallets.ts";

const LEAF_VERSION = 0xc0;
const NO_AUXILIARY = new Uint8Array(32);
const TAPROOT_TYPES = [0, 1];
const ECDSA_TYPES = [1];

const derivations = (wallet: AgreementWallet, place: Place) => {
  const origins = originsOf(wallet, place);
  const der = (at: { readonly fingerprint: number; readonly path: readonly number[] }) => ({
    fingerprint: at.fingerprint,
    path: [...at.path],
  });
  if (wallet.kind !== "tr") {
    return {
      bip32Derivation: origins.map((origin): [Uint8Array, ReturnType<typeof der>] => [
        origin.publicKey,
        der(origin),
      ]),
    };
  }
  return {
    tapBip32Derivation: origins.map(
      (origin): [Uint8Array, { hashes: Uint8Array[]; der: ReturnType<typeof der> }] => [
        xOnly(origin.publicKey),
        { hashes: [...origin.leafHashes], der: der(origin) },
      ],
    ),
  };
};

const ecdsaScripts = (wallet: AgreementWallet, place: Place) => {
  const { redeemScript, witnessScript } = placeOf(wallet, place);
  return {
    ...(redeemScript === undefined ? {} : { redeemScript }),
    ...(witnessScript === undefined ? {} : { witnessScript }),
  };
};

const taprootInput = (wallet: AgreementWallet, place: Place) => {
  const { taproot } = placeOf(wallet, place);
  if (taproot === undefined) return {};
  const { internalKey, merkleRoot, leaves } = taproot;
  if (merkleRoot === undefined) return { tapInternalKey: internalKey };
  const tapLeafScript = leaves.map(
    ({ controlBlock, script }): [ReturnType<typeof TaprootControlBlock.decode>, Uint8Array] => [
      TaprootControlBlock.decode(controlBlock),
      Uint8Array.of(...script, LEAF_VERSION),
    ],
  );
  return { tapInternalKey: internalKey, tapMerkleRoot: merkleRoot, tapLeafScript };
};

const taprootOutput = (wallet: AgreementWallet, place: Place) => {
  const { taproot } = placeOf(wallet, place);
  if (taproot === undefined) return {};
  const { internalKey, leaves } = taproot;
  if (leaves.length === 0) return { tapInternalKey: internalKey };
  const tapTree = leaves.map(({ script }, at) => ({
    depth: depthOf(at, leaves.length),
    version: LEAF_VERSION,
    script,
  }));
  return { tapInternalKey: internalKey, tapTree };
};

const addCoin = (transaction: Transaction, wallet: AgreementWallet, coin: PlannedCoin): void => {
  const { scriptPubKey } = placeOf(wallet, coin.place);
  const witnessUtxo = { script: scriptPubKey, amount: BigInt(coin.amountSats) };
  transaction.addInput({
    txid: coin.previous.getId(),
    index: coin.vout,
    sequence: coin.sequence,
    ...(coin.hasPrevious ? { nonWitnessUtxo: Uint8Array.from(coin.previous.toBuffer()) } : {}),
    ...(coin.hasWitnessUtxo ? { witnessUtxo } : {}),
    ...(coin.sighash === undefined ? {} : { sighashType: coin.sighash }),
    ...ecdsaScripts(wallet, coin.place),
    ...taprootInput(wallet, coin.place),
    ...derivations(wallet, coin.place),
  });
};

const OPTIONS = { allowUnknownOutputs: true, lowR: false } as const;

/** The unsigned transaction with all that an updater knows. */
export const transactionByScure = ({
  wallet,
  version,
  lockTime,
  coins,
  outputs,
}: Plan): Transaction => {
  const transaction = new Transaction({ ...OPTIONS, version, lockTime });
  for (const coin of coins) addCoin(transaction, wallet, coin);
  for (const { script, amountSats, place } of outputs) {
    transaction.addOutput({
      script,
      amount: BigInt(amountSats),
      ...(place === undefined
        ? {}
        : {
            ...ecdsaScripts(wallet, place),
            ...taprootOutput(wallet, place),
            ...derivations(wallet, place),
          }),
    });
  }
  return transaction;
};

/** The records of what one expression signed in an input. */
const recordsOf = (
  transaction: Transaction,
  plan: Plan,
  input: number,
  at: number,
): SignatureRecord[] => {
  const { keys, taproot } = placeOf(plan.wallet, elementOf(plan.coins, input).place);
  const { partialSig, tapKeySig, tapScriptSig } = transaction.getInput(input);
  const publicKey = publicKeyOf(elementOf(keys, at));
  const { key } = elementOf(plan.wallet.expressions, at);
  if (taproot === undefined) {
    const [, own] = partialSig?.find(([of]) => of.toHex() === publicKey.toHex()) ?? [];
    if (own === undefined) return [];
    const parsed = secp256k1.Signature.fromBytes(own.subarray(0, -1), "der");
    return [{ input, key, sighash: own.at(-1) ?? 0, signature: parsed.toBytes("compact") }];
  }
  if (at === 0) return tapKeySig === undefined ? [] : [{ input, key, ...splitTaproot(tapKeySig) }];
  const own = xOnly(publicKey).toHex();
  return (tapScriptSig ?? [])
    .filter(([{ pubKey }]) => pubKey.toHex() === own)
    .map(([{ leafHash }, signature]) => ({
      input,
      key,
      leaf: taproot.leaves.findIndex(({ hash }) => hash.toHex() === leafHash.toHex()),
      ...splitTaproot(signature),
    }));
};

/** Signs all that is the device's, as @scure/btc-signer does with its grinding off. */
export const signByScure = (transaction: Transaction, plan: Plan): readonly SignatureRecord[] => {
  const { wallet, coins } = plan;
  const types = wallet.kind === "tr" ? TAPROOT_TYPES : ECDSA_TYPES;
  return coins.flatMap(({ place }, input) =>
    expressionsOf(wallet, wallet.ownKey).flatMap((at) => {
      const { privateKey } = elementOf(placeOf(wallet, place).keys, at);
      if (privateKey === null) throw new Error("the device holds its key");
      transaction.signIdx(privateKey, input, types, NO_AUXILIARY);
      return recordsOf(transaction, plan, input, at);
    }),
  );
};

const addSignature = (transaction: Transaction, placed: PlacedSignature): void => {
  const { input, publicKey, leafHash, encoded } = placed;
  const isTaproot = transaction.getInput(input).tapInternalKey !== undefined;
  if (!isTaproot) transaction.updateInput(input, { partialSig: [[publicKey, encoded]] }, true);
  else if (leafHash === undefined) transaction.updateInput(input, { tapKeySig: encoded }, true);
  else {
    const of = { pubKey: xOnly(publicKey), leafHash };
    transaction.updateInput(input, { tapScriptSig: [[of, encoded]] }, true);
  }
};

/** Leaves only the leaf that is spent: the library would choose the cheapest by itself. */
const chooseLeaf = (transaction: Transaction, plan: Plan, input: number): void => {
  const leaf = spendingLeaf(plan.wallet, elementOf(plan.coins, input).place);
  const { tapScriptSig } = transaction.getInput(input);
  const isOther = tapScriptSig?.some(([of]) => of.leafHash.toHex() !== leaf?.hash.toHex());
  if (isOther === true) throw new Error("signatures are of the spent leaf alone");
};

/** The signed transaction in hex, of a PSBT without signatures and those that spend it. */
export const finaliseByScure = (
  bytes: Uint8Array,
  plan: Plan,
  signatures: readonly PlacedSignature[],
): string => {
  const transaction = Transaction.fromPSBT(bytes, OPTIONS);
  for (const signature of signatures) addSignature(transaction, signature);
  for (const input of plan.coins.keys()) {
    chooseLeaf(transaction, plan, input);
    transaction.finalizeIdx(input);
  }
  return transaction.extract().toHex();
};

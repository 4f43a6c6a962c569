/** Three signers made on the spot, the wallet they share, and what the tests do with both. */

import { hex } from "@scure/base";
import { Psbt, script } from "bitcoinjs-lib";
import fc from "fast-check";
import { type Combiner, openWallet, readPsbt, type Wallet } from "../../host/vault/index.ts";
import { type KeyNode, keyTree, NETWORKS } from "../../host/vault/wallet-curve.ts";
import type { NetworkName, WalletPolicy } from "../../host/withdrawal.ts";
import type { Outcome } from "../../protocol/errors.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";

const ACCOUNT = "48'/1'/0'/2'";

/** A signer as the tests hold it: with its private key. */
export interface TestSigner {
  readonly fingerprint: string;
  readonly master: KeyNode;
  /** `[fingerprint/48'/1'/0'/2']tpub...`. */
  readonly key: string;
}

/** Makes a signer from a 32-byte seed. */
export const signerFrom = (seed: Uint8Array, network: NetworkName = "regtest"): TestSigner => {
  const master = keyTree.fromSeed(seed, NETWORKS[network]);
  const fingerprint = hex.encode(master.fingerprint);
  const account = master.derivePath(`m/${ACCOUNT}`).neutered().toBase58();
  return { fingerprint, master, key: `[${fingerprint}/${ACCOUNT}]${account}` };
};

/** Makes that many signers from fresh random seeds. */
export const randomSigners = (count: number): readonly TestSigner[] =>
  Array.from({ length: count }, () => signerFrom(crypto.getRandomValues(new Uint8Array(32))));

/** The policy of a sorted multisig of these signers. */
export const policyOf = (signers: readonly TestSigner[], threshold: number): WalletPolicy => ({
  name: "Test vault",
  template: `wsh(sortedmulti(${threshold},${signers.map((_, at) => `@${at}/**`).join(",")}))`,
  keys: signers.map(({ key }) => key),
});

/** The value of an outcome that a test needs to go on; fails the test with the error's name. */
export const unwrap = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`refused: ${outcome.error} ${JSON.stringify(outcome.details)}`);
  return outcome.value;
};

/** Opens the wallet these signers share. */
export const walletOf = (
  signers: readonly TestSigner[],
  threshold = 2,
  network: NetworkName = "regtest",
): Wallet => unwrap(openWallet(policyOf(signers, threshold), network));

/** Opens bitcoinjs-lib's PSBT for combining; it isn't changed itself. */
export const combinerOf = (psbt: Psbt): Combiner => unwrap(readPsbt(psbt.toBuffer()));

/** What a combiner holds, as bitcoinjs-lib reads it. */
export const psbtIn = (combiner: Combiner): Psbt => Psbt.fromBuffer(combiner.bytes());

/** A signature of a PSBT as a signer's record of it. */
export const recordOf = (input: number, der: Uint8Array): SignatureRecord => {
  const { signature, hashType } = script.signature.decode(der);
  return { input, key: 0, sighash: hashType, signature };
};

/** One signer's signatures over all inputs, made by bitcoinjs-lib on a copy of the PSBT. */
export const signaturesOf = (psbt: Psbt, { master }: TestSigner): readonly SignatureRecord[] => {
  const copy = psbt.clone();
  for (const input of copy.data.inputs) delete input.partialSig;
  copy.signAllInputsHD(master);
  return copy.data.inputs.flatMap(({ partialSig }, input) =>
    (partialSig ?? []).map(({ signature }) => recordOf(input, signature)),
  );
};

/** An element that the test knows to be there. */
export const at = <T>(list: readonly T[], position: number): T => {
  const [element] = list.slice(position, position + 1);
  if (element === undefined) throw new Error(`no element ${position}`);
  return element;
};

/** A seed for fast-check, printed so that a failure can be repeated. */
export const printedSeed = (claim: string): { readonly seed: number } => {
  const given = Number.parseInt(process.env["MAYFLY_SEED"] ?? "", 10);
  const seed = Number.isNaN(given) ? Math.floor(Math.random() * 0x7fff_ffff) : given;
  console.log(`${claim}: MAYFLY_SEED=${seed}`);
  return { seed };
};

/** Amounts of coins, from a dust coin to a thousand bitcoin. */
export const coinAmounts = fc.array(fc.integer({ min: 330, max: 100_000_000_000 }), {
  minLength: 1,
  maxLength: 6,
});

/** Coins of every kind a vault spends, with their keys; the scripts are made by bitcoinjs-lib. */

import { hex } from "@scure/base";
import { crypto, networks, payments, script, toXOnly, Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import type { KeyNode } from "../../host/vault/wallet-curve.ts";
import { at, randomSigners, type TestSigner } from "./three-keys.ts";

/** How a coin is locked; `tr-tree` is a leaf beside another one. */
export const KINDS = [
  "pkh",
  "sh-wpkh",
  "wpkh",
  "sh",
  "sh-wsh",
  "wsh",
  "tr",
  "tr-leaf",
  "tr-tree",
  "tr-pk",
] as const;

/** A name of `KINDS`. */
export type CoinKind = (typeof KINDS)[number];

/** A key of a coin: whose it is, and where. */
export interface CoinKey {
  readonly signer: TestSigner;
  readonly path: string;
  readonly node: KeyNode;
}

/** A leaf of a coin's tree. */
export interface CoinLeaf {
  readonly script: Uint8Array;
  readonly control: Uint8Array;
  readonly hash: Uint8Array;
  readonly keys: readonly CoinKey[];
}

/** The taproot side of a coin. */
export interface CoinTree {
  readonly internal: CoinKey;
  /** Empty where there are no leaves. */
  readonly merkleRoot: Uint8Array;
  readonly leaves: readonly CoinLeaf[];
}

/** A coin. */
export interface LockedCoin {
  readonly kind: CoinKind;
  readonly script: Uint8Array;
  readonly amountSats: bigint;
  readonly previous: Transaction;
  readonly vout: number;
  readonly redeemScript?: Uint8Array;
  readonly witnessScript?: Uint8Array;
  readonly tree?: CoinTree;
  /** Those that may sign; of `tr` the internal one. */
  readonly keys: readonly CoinKey[];
  readonly threshold: number;
  /** What the PSBT's input asks for. */
  readonly sighash?: number;
}

/** What is chosen of a coin. */
export interface CoinChoice {
  readonly kind: CoinKind;
  readonly index: number;
  readonly keys: number;
  readonly threshold: number;
  readonly isSorted: boolean;
  readonly sighash?: number | undefined;
}

/** The people whose keys these are. */
export const PEOPLE = randomSigners(5);

const keyAt = (signer: TestSigner, index: number): CoinKey => {
  const path = `m/48'/1'/0'/2'/0/${index}`;
  return { signer, path, node: signer.master.derivePath(path) };
};

const network = networks.regtest;
const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("bitcoinjs-lib made none");
  return value;
};
const byPublicKey = ({ node: a }: CoinKey, { node: b }: CoinKey): number =>
  Buffer.compare(a.publicKey, b.publicKey);

/** `<key> OP_CHECKSIG <key> OP_CHECKSIGADD ... k OP_NUMEQUAL`, written as text. */
const multiA = (keys: readonly CoinKey[], threshold: number): Uint8Array =>
  script.fromASM(
    [
      ...keys.flatMap(({ node }, i) => [
        hex.encode(toXOnly(node.publicKey)),
        i === 0 ? "OP_CHECKSIG" : "OP_CHECKSIGADD",
      ]),
      `OP_${threshold}`,
      "OP_NUMEQUAL",
    ].join(" "),
  );

const pk = ({ node }: CoinKey): Uint8Array =>
  script.fromASM(`${hex.encode(toXOnly(node.publicKey))} OP_CHECKSIG`);

type Lock = Pick<LockedCoin, "script" | "redeemScript" | "witnessScript" | "tree">;

/** A taproot output with these leaves. */
const taproot = (internal: CoinKey, scripts: readonly Uint8Array[], keys: CoinLeaf["keys"]) => {
  const internalPubkey = toXOnly(internal.node.publicKey);
  const [first, second] = scripts.map((output) => ({ output }));
  const scriptTree: [{ output: Uint8Array }, { output: Uint8Array }] | typeof first =
    first !== undefined && second !== undefined ? [first, second] : first;
  const base = { internalPubkey, network, ...(scriptTree === undefined ? {} : { scriptTree }) };
  const leaves = scripts.map((output): CoinLeaf => {
    const { witness } = payments.p2tr({ ...base, redeem: { output, redeemVersion: 0xc0 } });
    const text = Uint8Array.of(0xc0, output.length, ...output);
    const hash = crypto.taggedHash("TapLeaf", text);
    return { script: output, control: given(witness?.at(-1)), hash, keys };
  });
  const { output, hash } = payments.p2tr(base);
  const merkleRoot = scripts.length === 0 ? new Uint8Array(0) : given(hash);
  return { script: given(output), tree: { internal, merkleRoot, leaves } };
};

const lockOf = (kind: CoinKind, keys: readonly CoinKey[], threshold: number): Lock => {
  const pubkey = at(keys, 0).node.publicKey;
  const internal = keyAt(at(PEOPLE, 4), 999);
  const wpkh = payments.p2wpkh({ pubkey, network });
  const multi = () =>
    payments.p2ms({ m: threshold, pubkeys: keys.map(({ node }) => node.publicKey), network });
  const wsh = () => payments.p2wsh({ redeem: multi(), network });
  switch (kind) {
    case "pkh":
      return { script: given(payments.p2pkh({ pubkey, network }).output) };
    case "wpkh":
      return { script: given(wpkh.output) };
    case "sh-wpkh":
      return {
        script: given(payments.p2sh({ redeem: wpkh, network }).output),
        redeemScript: given(wpkh.output),
      };
    case "sh":
      return {
        script: given(payments.p2sh({ redeem: multi(), network }).output),
        redeemScript: given(multi().output),
      };
    case "wsh":
      return { script: given(wsh().output), witnessScript: given(multi().output) };
    case "sh-wsh":
      return {
        script: given(payments.p2sh({ redeem: wsh(), network }).output),
        redeemScript: given(wsh().output),
        witnessScript: given(multi().output),
      };
    case "tr":
      return taproot(at(keys, 0), [], keys);
    case "tr-leaf":
      return taproot(internal, [multiA(keys, threshold)], keys);
    case "tr-tree":
      return taproot(internal, [multiA(keys, threshold), pk(internal)], keys);
    case "tr-pk":
      return taproot(internal, [pk(at(keys, 0))], keys);
  }
};

const MULTI: readonly CoinKind[] = ["sh", "sh-wsh", "wsh", "tr-leaf", "tr-tree"];

/** Makes the coin of a choice; `index` is its place in the spend, and makes it one of its own. */
export const coinOf = (choice: CoinChoice): LockedCoin => {
  const { kind, index, isSorted, sighash } = choice;
  const isMulti = MULTI.includes(kind);
  const own = PEOPLE.slice(0, isMulti ? choice.keys : 1).map((signer) => keyAt(signer, index));
  const keys = isSorted ? own.toSorted(byPublicKey) : own;
  const threshold = isMulti ? Math.min(choice.threshold, keys.length) : 1;
  const lock = lockOf(kind, keys, threshold);
  const previous = new Transaction();
  const amountSats = 100_000n + BigInt(index);
  previous.addInput(new Uint8Array(32).fill(index + 1), index);
  previous.addOutput(script.fromASM("OP_RETURN"), 0n);
  previous.addOutput(lock.script, amountSats);
  const asked = sighash === undefined ? {} : { sighash };
  return { ...lock, ...asked, kind, amountSats, previous, vout: 1, keys, threshold };
};

/** Whether a coin's signatures are BIP-340's. */
export const isTaproot = ({ kind }: Pick<LockedCoin, "kind">): boolean => kind.startsWith("tr");

/** Whether the witness UTXO alone is enough to sign for the coin. */
export const isWitness = ({ kind }: Pick<LockedCoin, "kind">): boolean =>
  kind !== "pkh" && kind !== "sh";

/** A coin's keys that sign: as many as it takes, from that key on. */
export const chosenOf = ({ keys, threshold }: LockedCoin, from: number): readonly CoinKey[] => {
  const turned = [...keys, ...keys].slice(from % keys.length).slice(0, threshold);
  return keys.filter((key) => turned.includes(key));
};

/** The outputs of every spend: as many as SIGHASH_SINGLE may ask for. */
export const OUTPUTS = [40_000n, 41_000n, 42_000n, 43_000n, 44_000n, 45_000n].map((value, i) => ({
  script: given(payments.p2wpkh({ hash: new Uint8Array(20).fill(i + 1), network }).output),
  value: value / 10n,
}));

const ASKED = [undefined, undefined, undefined, 1, 2, 3, 0x81, 0x82, 0x83];

/** Spends of up to six coins of any kinds. */
export const spends = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      keys: fc.integer({ min: 1, max: 4 }),
      threshold: fc.integer({ min: 1, max: 4 }),
      isSorted: fc.boolean(),
      sighash: fc.constantFrom(...ASKED),
    }),
    { minLength: 1, maxLength: OUTPUTS.length },
  )
  .map((choices) => choices.map((choice, index) => coinOf({ ...choice, index })));

/** Surplus signatures, several ways to spend, and what else a PSBT says after signatures came. */
import { describe, expect, test } from "bun:test";
import { Transaction } from "bitcoinjs-lib";
import { type Combiner, readPsbt } from "../../host/vault/index.ts";
import { psbtField, readMaps, valueIn, withField, writeMaps } from "../../host/vault/psbt-map.ts";
import { psbtByBitcoinjs, signedIn, signInput } from "./by-bitcoinjs.ts";
import { signByScure, signedByScure, transactionByScure } from "./by-scure.ts";
import { type CoinKind, coinOf, type LockedCoin, PEOPLE } from "./locked-coins.ts";
import { at, unwrap } from "./three-keys.ts";

const coinsOf = (kind: CoinKind, count = 3): readonly LockedCoin[] =>
  Array.from({ length: count }, (_, index) =>
    coinOf({ kind, index, keys: 3, threshold: 2, isSorted: index === 1 }),
  );

/** Signatures of these people on these inputs; all unless given. */
const signedBy = (
  coins: readonly LockedCoin[],
  people: readonly number[],
  inputsOf: (person: number) => readonly number[] = () => [...coins.keys()],
) => {
  const psbt = psbtByBitcoinjs(coins);
  const signed = psbt.clone();
  for (const person of people)
    for (const input of inputsOf(person)) {
      const coin = at(coins, input);
      const keys = coin.keys.filter(({ signer }) => signer === PEOPLE[person]);
      signInput(signed, coin, input, at(keys, 0));
    }
  return signed.data.inputs.flatMap((fields, input) => signedIn(fields, at(coins, input), input));
};

const combinerOf = (coins: readonly LockedCoin[]): Combiner =>
  unwrap(readPsbt(psbtByBitcoinjs(coins).toBuffer()));

const fingerprintsOf = (...people: readonly number[]): readonly string[] =>
  people.map((person) => at(PEOPLE, person).fingerprint).toSorted();

describe.each(["sh", "sh-wsh", "wsh", "tr-leaf", "tr-tree"] as const)("%s", (kind) => {
  const coins = coinsOf(kind);
  const all = signedBy(coins, [0, 1, 2]);

  test("a third signature is trimmed, whatever the order they came in", () => {
    const [first, second] = fingerprintsOf(0, 1, 2);
    const finals = [all, all.toReversed()].map((signed) => {
      const combiner = combinerOf(coins);
      for (const { fingerprint, record } of signed) unwrap(combiner.add(fingerprint, [record]));
      return unwrap(combiner.finalise());
    });
    expect(at(finals, 0).signedBy).toEqual([first ?? "", second ?? ""]);
    expect(at(finals, 1)).toEqual(at(finals, 0));
  });

  test("the signers of most inputs are preferred", () => {
    const [least = ""] = fingerprintsOf(0, 1, 2);
    const lowest = PEOPLE.findIndex(({ fingerprint }) => fingerprint === least);
    const combiner = combinerOf(coins);
    const some = all.filter(({ fingerprint, record }) => fingerprint !== least || record.input > 0);
    for (const { fingerprint, record } of some) unwrap(combiner.add(fingerprint, [record]));
    const others = [0, 1, 2].filter((person) => person !== lowest);
    expect(unwrap(combiner.finalise()).signedBy).toEqual(fingerprintsOf(...others));
  });

  test("what is missing is told by input", () => {
    const combiner = combinerOf(coins);
    expect(combiner.finalise()).toMatchObject({ error: "signers_missing", details: { input: 0 } });
    for (const { fingerprint, record } of all)
      if (record.input < 2) unwrap(combiner.add(fingerprint, [record]));
    expect(combiner.finalise()).toMatchObject({
      error: "signers_missing",
      details: { input: 2, have: 0 },
    });
  });
});

describe("taproot", () => {
  const witnessOf = (combiner: Combiner): readonly Uint8Array[] =>
    at(Transaction.fromHex(unwrap(combiner.finalise()).txHex).ins, 0).witness;
  const coins = coinsOf("tr-tree", 1);
  const coin = at(coins, 0);
  const internal = at(PEOPLE, 4);

  /** The internal key's signatures: on its own leaf and, tweaked, on the key path. */
  const ownSignatures = () => {
    const tree = coin.tree;
    if (tree === undefined) throw new Error("a tree");
    const own = { ...coin, keys: [tree.internal] };
    const byLeaf = psbtByBitcoinjs(coins);
    byLeaf.signTaprootInput(0, tree.internal.node, at(tree.leaves, 1).hash, [0]);
    const byKey = psbtByBitcoinjs(coins);
    signInput(byKey, { ...own, kind: "tr" }, 0, tree.internal);
    return [byLeaf, byKey].map((psbt) => at(signedIn(at(psbt.data.inputs, 0), own, 0), 0).record);
  };
  const [byLeaf, byKey] = ownSignatures();
  if (byLeaf === undefined || byKey === undefined) throw new Error("both are signed");

  test("the lightest way that has its signatures is taken", () => {
    const combiner = combinerOf(coins);
    for (const { fingerprint, record } of signedBy(coins, [0, 2]))
      unwrap(combiner.add(fingerprint, [record]));
    expect(witnessOf(combiner).length).toBe(5);
    const [added] = unwrap(combiner.add(internal.fingerprint, [byLeaf]));
    expect(added?.leafHash).toBe(at(coin.tree?.leaves ?? [], 1).hash.toHex());
    expect(witnessOf(combiner).length).toBe(3);
    const [whole] = unwrap(combiner.add(internal.fingerprint, [byKey]));
    expect(whole).toEqual({
      input: 0,
      pubkey: coin.script.slice(2).toHex(),
      signature: byKey.signature.toHex(),
    });
    expect(witnessOf(combiner)).toEqual([byKey.signature]);
  });

  test("of one way, with too few signatures, the other isn't made", () => {
    const combiner = combinerOf(coins);
    for (const { fingerprint, record } of signedBy(coins, [1]))
      unwrap(combiner.add(fingerprint, [record]));
    expect(combiner.finalise()).toMatchObject({ error: "signers_missing", details: { input: 0 } });
  });

  test("a leaf's signature tells key, leaf and bytes", () => {
    const combiner = combinerOf(coins);
    const [signed] = signedBy(coins, [1]);
    if (signed === undefined) throw new Error("it signed");
    const { fingerprint, record } = signed;
    const key = at(
      coin.keys.filter(({ signer }) => signer.fingerprint === fingerprint),
      0,
    );
    expect(unwrap(combiner.add(fingerprint, [record]))).toEqual([
      {
        input: 0,
        pubkey: key.node.publicKey.slice(1).toHex(),
        signature: record.signature.toHex(),
        leafHash: at(coin.tree?.leaves ?? [], 0).hash.toHex(),
      },
    ]);
  });
});

describe("countBeside", () => {
  const coins = (["wsh", "tr-leaf", "wpkh", "tr"] as const).map((kind, index) =>
    coinOf({ kind, index, keys: 3, threshold: 2, isSorted: true }),
  );
  const [first, third, stranger = ""] = [...fingerprintsOf(0), ...fingerprintsOf(2), "00000000"];
  const elsewhere = coins.map((coin, index) =>
    index < 2
      ? coin
      : {
          ...coin,
          keys: coin.keys.map((key) => ({ ...key, path: key.path.replace("2'", "3'") })),
        },
  );

  test("counts the inputs with a key of the same master and account", () => {
    const combiner = combinerOf(coins);
    expect(combiner.countBeside(first ?? "", new Set([0]))).toBe(4);
    expect(combiner.countBeside(third ?? "", new Set([0]))).toBe(2);
    expect(combiner.countBeside(third ?? "", new Set([2]))).toBe(0);
    expect(combiner.countBeside(stranger, new Set([0]))).toBe(0);
  });

  test("leaves out another account's, unless nothing was signed", () => {
    const combiner = combinerOf(elsewhere);
    expect(combiner.countBeside(first ?? "", new Set([0]))).toBe(2);
    expect(combiner.countBeside(first ?? "", new Set([3]))).toBe(2);
    expect(combiner.countBeside(first ?? "", new Set([0, 3]))).toBe(4);
    expect(combiner.countBeside(first ?? "", new Set())).toBe(4);
  });
});

describe("version 2 after signatures (BIP-370, Signer)", () => {
  const withModifiable = (bytes: Uint8Array, flags: number): Uint8Array => {
    const maps = unwrap(readMaps(bytes));
    const field = psbtField(0x06, Uint8Array.of(flags));
    return writeMaps({ ...maps, global: withField(maps.global, field) });
  };
  const modifiable = (bytes: Uint8Array): number | undefined =>
    valueIn(unwrap(readMaps(bytes)).global, 0x06)?.[0];

  test.each([
    [undefined, 0],
    [1, 0],
    [2, 2],
    [3, 4],
    [0x81, 1],
    [0x82, 3],
    [0x83, 5],
  ])("sighash type %p leaves the flags %p of 3", (sighash, after) => {
    const coins = [
      coinOf({ kind: "wpkh", index: 0, keys: 1, threshold: 1, isSorted: true, sighash }),
    ];
    const transaction = transactionByScure(coins);
    const signed = signByScure(transaction, coins, 0);
    const combiner = unwrap(readPsbt(withModifiable(transaction.toPSBT(2), 3)));
    for (const { fingerprint, record } of signedByScure(signed, coins))
      unwrap(combiner.add(fingerprint, [record]));
    expect(modifiable(combiner.bytes())).toBe(after);
  });
});

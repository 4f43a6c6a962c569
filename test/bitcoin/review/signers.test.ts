/** Which keys sign an input of each kind of wallet, and what a PSBT claims of taproot. */
import { describe, expect, test } from "bun:test";
import { createHolder, createUnspendable, hardened, type Holder } from "../../agreement/holders.ts";
import { placeOf, publicKeyOf, xOnly } from "../../agreement/places.ts";
import { INPUT, pair, type Pair, type PairMap, type PsbtMaps } from "../../agreement/psbt-maps.ts";
import { type AgreementWallet, createWallet, type WalletShape } from "../../agreement/wallets.ts";
import { COINS, editInput, goodPlan, mapsOf } from "../../attacks/scene.ts";
import { elementOf, unwrap } from "../expect-value.ts";
import { allowing, judge, KINDS, tasksOf, refusalOf } from "./kinds.ts";

const VERSIONS = [0, 2] as const;
const ORIGIN = hardened(48, 1, 0, 2);
const holderOf = (byte: number): Holder => createHolder(new Uint8Array(32).fill(byte), ORIGIN);
const [OWN, BOB, CAROL, DAVE] = [holderOf(1), holderOf(2), holderOf(3), holderOf(4)];
const NOBODY = createUnspendable(new Uint8Array(32).fill(9));
const quorum = (threshold: number, ...holders: readonly Holder[]) => ({
  sorted: true,
  threshold,
  holders,
});
const treeOf = (internal: Holder, ...leaves: readonly ReturnType<typeof quorum>[]) => {
  const shape: WalletShape = { kind: "tr", internal, leaves };
  return createWallet("Plain", shape, OWN);
};

/** The good spend's PSBT whose first input names these leaves. */
const naming = (wallet: AgreementWallet, ...leaves: readonly number[]): PsbtMaps => {
  const { taproot } = placeOf(wallet, elementOf(COINS, 0));
  const pairs = leaves.map((leaf): Pair => {
    const { controlBlock, script } = elementOf(taproot?.leaves ?? [], leaf);
    return {
      key: Uint8Array.of(INPUT.leafScript, ...controlBlock),
      value: Uint8Array.of(...script, 0xc0),
    };
  });
  const isLeaf = ({ key }: PairMap[number]): boolean => key[0] === INPUT.leafScript;
  return editInput(mapsOf(goodPlan(wallet)), 0, (map) => [
    ...map.filter((one) => !isLeaf(one)),
    ...pairs,
  ]);
};

/** Key, leaf and whether the key is tweaked, of the first input's signatures. */
const signersOf = (wallet: AgreementWallet, maps: PsbtMaps, version: 0 | 2 = 0): unknown =>
  tasksOf(unwrap(judge(wallet, maps, version)))
    .filter(({ input }) => input === 0)
    .map((task) => [task.key, task.leaf, "tweak" in task] as const);

test("of every kind before taproot: our key alone, as it stands in the script", () => {
  for (const shape of [...KINDS.legacy, ...KINDS.segwit]) {
    for (const version of VERSIONS) {
      const wallet = allowing(shape);
      const tasks = tasksOf(unwrap(judge(wallet, mapsOf(goodPlan(wallet)), version)));
      const wanted = COINS.map((place, input) => ({
        input,
        key: wallet.ownKey,
        child: 0,
        index: place.index,
        sighash: 1,
        scheme: "ecdsa" as const,
        publicKey: publicKeyOf(elementOf(placeOf(wallet, place).keys, wallet.ownKey)).toHex(),
      }));
      expect(tasks.map(({ digest: _digest, ...task }) => task)).toEqual(wanted);
      expect(new Set(tasks.map(({ digest }) => digest)).size).toBe(2);
    }
  }
});

describe("of taproot", () => {
  test("the output's own key is tweaked, and verifies under the output key", () => {
    const wallet = allowing("tr");
    const [first] = tasksOf(unwrap(judge(wallet, mapsOf(goodPlan(wallet)))));
    const { scriptPubKey, taproot } = placeOf(wallet, elementOf(COINS, 0));
    expect(first).toMatchObject({
      input: 0,
      key: 0,
      sighash: 0,
      scheme: "schnorr",
      publicKey: scriptPubKey.slice(2).toHex(),
      tweak: taproot?.tweak.toHex() ?? "",
    });
    expect(first).not.toHaveProperty("leaf");
  });

  test("in a leaf it is not, and verifies under itself", () => {
    const wallet = treeOf(NOBODY, quorum(2, BOB, OWN, CAROL));
    const [first] = tasksOf(unwrap(judge(wallet, mapsOf(goodPlan(wallet)))));
    const own = elementOf(placeOf(wallet, elementOf(COINS, 0)).keys, wallet.ownKey);
    expect(first).toMatchObject({
      key: wallet.ownKey,
      leaf: 0,
      sighash: 0,
      publicKey: xOnly(publicKeyOf(own)).toHex(),
    });
    expect(first).not.toHaveProperty("tweak");
  });

  const OURS = treeOf(OWN, quorum(2, OWN, BOB), quorum(1, CAROL, DAVE), quorum(2, OWN, DAVE));
  const NOBODYS = treeOf(NOBODY, quorum(2, OWN, BOB), quorum(1, CAROL, DAVE), quorum(2, OWN, DAVE));
  const KEY = [0, undefined, true] as const;
  const table = [
    ["our internal key, no leaf named: the key", OURS, [], [KEY]],
    ["our internal key, a leaf named: both", OURS, [0], [KEY, [0, 0, false]]],
    ["our internal key, another's leaf named: the key", OURS, [1], [KEY]],
    ["our internal key, all leaves named", OURS, [0, 1, 2], [KEY, [0, 0, false], [0, 2, false]]],
    ["nobody's internal key, a leaf named: that one", NOBODYS, [2], [[1, 2, false]]],
    [
      "nobody's internal key, no leaf named: all of ours",
      NOBODYS,
      [],
      [
        [1, 0, false],
        [1, 2, false],
      ],
    ],
    [
      "nobody's internal key, only another's leaf named: all of ours",
      NOBODYS,
      [1],
      [
        [1, 0, false],
        [1, 2, false],
      ],
    ],
  ] as const;
  for (const [claim, wallet, leaves, signers] of table) {
    test(claim, () => {
      for (const version of VERSIONS) {
        expect(signersOf(wallet, naming(wallet, ...leaves), version)).toEqual(signers);
      }
    });
  }
});

describe("claims of taproot", () => {
  const WALLET = treeOf(NOBODY, quorum(2, OWN, BOB), quorum(1, CAROL, DAVE));
  const other = placeOf(WALLET, { branch: 0, index: 99 });
  const own = placeOf(WALLET, elementOf(COINS, 1)).taproot;
  const withPair = (...pairs: readonly Pair[]): PsbtMaps =>
    editInput(mapsOf(goodPlan(WALLET)), 1, (map) => [
      ...map.filter(({ key }) => pairs.every((one) => one.key[0] !== key[0])),
      ...pairs,
    ]);
  const refused = (error: string) => ({ ok: false, error, details: { input: 1 } });

  test("of another internal key or root: taproot_mismatch", () => {
    const { internalKey, merkleRoot } = other.taproot ?? {};
    for (const version of VERSIONS) {
      for (const maps of [
        withPair(pair(INPUT.internalKey, internalKey ?? new Uint8Array(32))),
        withPair(pair(INPUT.merkleRoot, merkleRoot ?? new Uint8Array(32))),
        withPair(pair(INPUT.merkleRoot, new Uint8Array(32))),
      ]) {
        expect(refusalOf(WALLET, maps, version)).toEqual(refused("taproot_mismatch"));
      }
    }
  });

  test("of a root or a leaf where there is no tree", () => {
    const plain = allowing("tr");
    const said = (one: Pair) => editInput(mapsOf(goodPlan(plain)), 1, (map) => [...map, one]);
    const root = said(pair(INPUT.merkleRoot, new Uint8Array(32)));
    expect(refusalOf(plain, root)).toEqual(refused("taproot_mismatch"));
    const { taproot } = placeOf(plain, elementOf(COINS, 1));
    const key = Uint8Array.of(INPUT.leafScript, 0xc0, ...(taproot?.internalKey ?? []));
    const leaf = said({ key, value: Uint8Array.of(0x51, 0xc0) });
    expect(refusalOf(plain, leaf)).toEqual(refused("leaf_foreign"));
  });

  test("of a leaf that is not in the tree, or of another version", () => {
    const [leaf] = own?.leaves ?? [];
    const block = leaf?.controlBlock ?? new Uint8Array(33);
    for (const version of VERSIONS) {
      for (const value of [
        Uint8Array.of(0x51, 0xc0),
        Uint8Array.of(...(other.taproot?.leaves[0]?.script ?? []), 0xc0),
        Uint8Array.of(...(leaf?.script ?? []), 0xc2),
      ]) {
        const maps = withPair({ key: Uint8Array.of(INPUT.leafScript, ...block), value });
        expect(refusalOf(WALLET, maps, version)).toEqual(refused("leaf_foreign"));
      }
    }
  });

  test("of a leaf among inputs that know no leaves: leaf_foreign", () => {
    for (const shape of [...KINDS.legacy, ...KINDS.segwit]) {
      const wallet = allowing(shape);
      const key = Uint8Array.of(INPUT.leafScript, 0xc0, ...new Uint8Array(32));
      const maps = editInput(mapsOf(goodPlan(wallet)), 1, (map) => [
        ...map,
        { key, value: Uint8Array.of(0x51, 0xc0) },
      ]);
      expect(refusalOf(wallet, maps)).toEqual(refused("leaf_foreign"));
    }
  });
});

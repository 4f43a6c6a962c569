/** Attacks on what a PSBT says of taproot: internal keys, roots, leaves and their proofs. */
import { type PlacedLeaf, type PlacedTaproot, placeOf } from "../agreement/places.ts";
import { INPUT, OUTPUT, pair, type Pair, replace } from "../agreement/psbt-maps.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { type Attack, TAPROOT, TREES } from "./attack.ts";
import { CHANGE_OUTPUT, COINS, editInput, editOutput, goodPlan, mapsOf } from "./scene.ts";

const second = elementOf(COINS, 1);
const ELSEWHERE = { branch: 0, index: 7 } as const;
const LEAF_VERSION = 0xc0;

const taprootOf = (wallet: AgreementWallet, place = second): PlacedTaproot => {
  const { taproot } = placeOf(wallet, place);
  if (taproot === undefined) throw new Error("a taproot wallet");
  return taproot;
};

const leafPair = (controlBlock: Uint8Array, script: Uint8Array, version = LEAF_VERSION): Pair => ({
  key: Uint8Array.of(INPUT.leafScript, ...controlBlock),
  value: Uint8Array.of(...script, version),
});

const leafOf = (wallet: AgreementWallet, place = second): PlacedLeaf =>
  elementOf(taprootOf(wallet, place).leaves, 0);

/** The good PSBT with pairs of one type of the second input replaced, or added to. */
const replaced =
  (type: number, pairsOf: (wallet: AgreementWallet) => readonly Pair[]) =>
  (wallet: AgreementWallet) =>
    editInput(mapsOf(goodPlan(wallet)), 1, (map) => replace(map, type, ...pairsOf(wallet)));

const added = (pairOf: (wallet: AgreementWallet) => Pair) => (wallet: AgreementWallet) =>
  editInput(mapsOf(goodPlan(wallet)), 1, (map) => [...map, pairOf(wallet)]);

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, place) => (place === at ? byte ^ 1 : byte));

const KEYS: readonly Attack[] = [
  {
    claim: "the internal key of another place",
    error: "taproot_mismatch",
    shapes: ["tr", "tr 1 leaf, key another's"],
    make: replaced(INPUT.internalKey, (wallet) => [
      pair(INPUT.internalKey, taprootOf(wallet, ELSEWHERE).internalKey),
    ]),
  },
  {
    claim: "the output key as the internal key",
    error: "taproot_mismatch",
    shapes: TAPROOT,
    make: replaced(INPUT.internalKey, (wallet) => [
      pair(INPUT.internalKey, placeOf(wallet, second).scriptPubKey.slice(2)),
    ]),
  },
  {
    claim: "the root of another place's tree",
    error: "taproot_mismatch",
    shapes: TREES,
    make: replaced(INPUT.merkleRoot, (wallet) => [
      pair(INPUT.merkleRoot, taprootOf(wallet, ELSEWHERE).merkleRoot ?? new Uint8Array(32)),
    ]),
  },
  {
    claim: "a root where there is no tree",
    error: "taproot_mismatch",
    shapes: ["tr"],
    make: replaced(INPUT.merkleRoot, () => [pair(INPUT.merkleRoot, new Uint8Array(32).fill(7))]),
  },
];

const LEAVES: readonly Attack[] = [
  {
    claim: "a leaf of another place, with that place's proof",
    error: "leaf_foreign",
    shapes: TREES,
    make: added((wallet) => {
      const { controlBlock, script } = leafOf(wallet, ELSEWHERE);
      return leafPair(controlBlock, script);
    }),
  },
  {
    claim: "a leaf that anyone can spend, with our key's proof of another",
    error: "leaf_foreign",
    shapes: TREES,
    make: replaced(INPUT.leafScript, (wallet) => [
      leafPair(leafOf(wallet).controlBlock, Uint8Array.of(0x51)),
    ]),
  },
  {
    claim: "a leaf where there is no tree",
    error: "leaf_foreign",
    shapes: ["tr"],
    make: added((wallet) => {
      const controlBlock = Uint8Array.of(LEAF_VERSION, ...taprootOf(wallet).internalKey);
      return leafPair(controlBlock, Uint8Array.of(0x51));
    }),
  },
  {
    claim: "our leaf under a version that nobody has given a meaning",
    error: "leaf_foreign",
    shapes: TREES,
    make: replaced(INPUT.leafScript, (wallet) => {
      const { controlBlock, script } = leafOf(wallet);
      const [, ...rest] = controlBlock;
      return [leafPair(Uint8Array.of(0xc2, ...rest), script, 0xc2)];
    }),
  },
  {
    claim: "a proof of the wrong parity",
    error: "taproot_mismatch",
    shapes: TREES,
    make: replaced(INPUT.leafScript, (wallet) => {
      const { controlBlock, script } = leafOf(wallet);
      return [leafPair(flipped(controlBlock, 0), script)];
    }),
  },
  {
    claim: "a proof from another internal key",
    error: "taproot_mismatch",
    shapes: TREES,
    make: replaced(INPUT.leafScript, (wallet) => {
      const { controlBlock, script } = leafOf(wallet);
      return [leafPair(flipped(controlBlock, 32), script)];
    }),
  },
  {
    claim: "a proof along another path",
    error: "taproot_mismatch",
    shapes: ["tr 2 leaves", "tr 3 leaves"],
    make: replaced(INPUT.leafScript, (wallet) => {
      const { controlBlock, script } = leafOf(wallet);
      return [leafPair(flipped(controlBlock, controlBlock.length - 1), script)];
    }),
  },
];

const CHANGE: readonly Attack[] = [
  {
    claim: "change with the internal key of another place",
    error: "change_foreign",
    shapes: ["tr", "tr 1 leaf, key another's"],
    make: (wallet) =>
      editOutput(mapsOf(goodPlan(wallet)), CHANGE_OUTPUT, (map) =>
        replace(
          map,
          OUTPUT.internalKey,
          pair(OUTPUT.internalKey, taprootOf(wallet, ELSEWHERE).internalKey),
        ),
      ),
  },
];

/** Of taproot. */
export const TAPROOT_ATTACKS: readonly Attack[] = [...KEYS, ...LEAVES, ...CHANGE];

/** Attacks on the form of PSBTs: fields of another version, twice, or of a wrong length. */
import {
  compactSize,
  GLOBAL,
  INPUT,
  littleEndian,
  OUTPUT,
  pair,
  type Pair,
  type PsbtMaps,
  replace,
  fieldOf,
} from "../agreement/psbt-maps.ts";
import type { AgreementWallet } from "../agreement/wallets.ts";
import { elementOf } from "../bitcoin/expect-value.ts";
import { type Attack, TAPROOT } from "./attack.ts";
import { editInput, editOutput, goodPlan, mapsOf } from "./scene.ts";

const SOME = ["pkh", "wsh sortedmulti", "tr 2 leaves"] as const;

const good = (wallet: AgreementWallet): PsbtMaps => mapsOf(goodPlan(wallet));

/** An attack on the form of one version. */
const malformed = (
  claim: string,
  versions: Attack["versions"],
  spoil: (maps: PsbtMaps) => PsbtMaps,
): Attack => ({
  claim,
  error: "psbt_malformed",
  shapes: SOME,
  ...(versions === undefined ? {} : { versions }),
  make: good,
  spoil,
});

const withGlobal = (maps: PsbtMaps, ...pairs: readonly Pair[]): PsbtMaps => ({
  ...maps,
  global: [...maps.global, ...pairs],
});

const withInput = (maps: PsbtMaps, added: Pair): PsbtMaps =>
  editInput(maps, 1, (map) => [...map, added]);

const withOutput = (maps: PsbtMaps, added: Pair): PsbtMaps =>
  editOutput(maps, 0, (map) => [...map, added]);

const withoutInput = (maps: PsbtMaps, type: number): PsbtMaps =>
  editInput(maps, 1, (map) => replace(map, type));

const uint32 = (value: number): Uint8Array => littleEndian(value, 4);

const MIXED: readonly Attack[] = [
  malformed("version 0 with version 2's transaction version", [0], (maps) =>
    withGlobal(maps, pair(GLOBAL.transactionVersion, uint32(2))),
  ),
  malformed("version 0 with version 2's input count", [0], (maps) =>
    withGlobal(maps, pair(GLOBAL.inputCount, compactSize(2))),
  ),
  malformed("version 0 with version 2's txid", [0], (maps) =>
    withInput(maps, pair(INPUT.txid, new Uint8Array(32))),
  ),
  malformed("version 0 with version 2's sequence", [0], (maps) =>
    withInput(maps, pair(INPUT.sequence, uint32(0))),
  ),
  malformed("version 0 with version 2's amount", [0], (maps) =>
    withOutput(maps, pair(OUTPUT.amount, littleEndian(1000, 8))),
  ),
  malformed("version 0 with version 2's script", [0], (maps) =>
    withOutput(maps, pair(OUTPUT.script, Uint8Array.of(0x51))),
  ),
  malformed("version 2 with version 0's unsigned transaction", [2], (maps) =>
    withGlobal(maps, pair(GLOBAL.unsignedTransaction, new Uint8Array(10))),
  ),
  malformed("fields of version 2 without its version", [2], (maps) => ({
    ...maps,
    global: replace(maps.global, GLOBAL.version),
  })),
  malformed("neither version's transaction", [0], (maps) => ({
    ...maps,
    global: replace(maps.global, GLOBAL.unsignedTransaction),
  })),
];

const MISSING: readonly Attack[] = [
  malformed("an input of version 2 without its txid", [2], (maps) =>
    withoutInput(maps, INPUT.txid),
  ),
  malformed("an input of version 2 without its output number", [2], (maps) =>
    withoutInput(maps, INPUT.vout),
  ),
  malformed("an output of version 2 without its amount", [2], (maps) =>
    editOutput(maps, 0, (map) => replace(map, OUTPUT.amount)),
  ),
  malformed("an output of version 2 without its script", [2], (maps) =>
    editOutput(maps, 0, (map) => replace(map, OUTPUT.script)),
  ),
  malformed("more inputs announced than there are", [2], (maps) => ({
    ...maps,
    global: replace(maps.global, GLOBAL.inputCount, pair(GLOBAL.inputCount, compactSize(3))),
  })),
  malformed("fewer outputs announced than there are", [2], (maps) => ({
    ...maps,
    global: replace(maps.global, GLOBAL.outputCount, pair(GLOBAL.outputCount, compactSize(1))),
  })),
  {
    // What was the second input's map is read as the first one's, as it comes.
    claim: "fewer input maps than inputs",
    error: "previous_transaction_mismatch",
    shapes: ["pkh", "wsh sortedmulti"],
    versions: [0],
    make: (wallet) => {
      const maps = mapsOf(goodPlan(wallet));
      return { ...maps, inputs: maps.inputs.slice(1), outputs: maps.outputs.slice(1) };
    },
  },
  malformed("a map after the last", undefined, (maps) => ({
    ...maps,
    outputs: [...maps.outputs, []],
  })),
];

const TWICE: readonly Attack[] = [
  malformed("a global field twice", [2], (maps) =>
    withGlobal(maps, pair(GLOBAL.version, uint32(2))),
  ),
  malformed("the unsigned transaction twice", [0], (maps) => {
    const bytes = fieldOf(maps.global, GLOBAL.unsignedTransaction) ?? new Uint8Array();
    return withGlobal(maps, pair(GLOBAL.unsignedTransaction, bytes));
  }),
  malformed("a previous transaction twice", undefined, (maps) => {
    const bytes = fieldOf(elementOf(maps.inputs, 1), INPUT.previousTransaction);
    return withInput(maps, pair(INPUT.previousTransaction, bytes ?? new Uint8Array()));
  }),
  malformed("a hint twice, a pair of the same key", undefined, (maps) =>
    editInput(maps, 1, (map) => {
      const hints = map.filter(
        ({ key }) => key[0] === INPUT.derivation || key[0] === INPUT.taprootDerivation,
      );
      return [...map, elementOf(hints, 0)];
    }),
  ),
  malformed("an unknown field twice", undefined, (maps) =>
    withInput(withInput(maps, pair(0x70, Uint8Array.of(1))), pair(0x70, Uint8Array.of(2))),
  ),
  malformed("an output's field twice", undefined, (maps) => {
    const own = pair(0x71, Uint8Array.of(1));
    return withOutput(withOutput(maps, own), own);
  }),
];

const LENGTHS: readonly Attack[] = [
  malformed("a sighash type of three bytes", undefined, (maps) =>
    withInput(maps, pair(INPUT.sighashType, new Uint8Array(3))),
  ),
  malformed("a hint whose path is cut", undefined, (maps) =>
    withInput(maps, {
      key: Uint8Array.of(INPUT.derivation, 2, ...new Uint8Array(32).fill(5)),
      value: new Uint8Array(7),
    }),
  ),
  malformed("a hint whose key is too short", undefined, (maps) =>
    withInput(maps, {
      key: Uint8Array.of(INPUT.derivation, 2, ...new Uint8Array(31).fill(5)),
      value: new Uint8Array(8),
    }),
  ),
  malformed("a redeem script with key data", undefined, (maps) =>
    withInput(maps, {
      key: Uint8Array.of(INPUT.redeemScript, 0),
      value: Uint8Array.of(0x51),
    }),
  ),
  malformed("a witness UTXO with a byte after its end", undefined, (maps) =>
    editInput(maps, 1, (map) =>
      replace(
        map,
        INPUT.witnessUtxo,
        pair(INPUT.witnessUtxo, Uint8Array.of(...littleEndian(1, 8), 1, 0x51, 0)),
      ),
    ),
  ),
  malformed("a txid of 31 bytes", [2], (maps) =>
    editInput(maps, 1, (map) => replace(map, INPUT.txid, pair(INPUT.txid, new Uint8Array(31)))),
  ),
  {
    claim: "a negative amount",
    error: "amount_out_of_range",
    shapes: SOME,
    versions: [2],
    make: good,
    spoil: (maps) =>
      editOutput(maps, 0, (map) =>
        replace(map, OUTPUT.amount, pair(OUTPUT.amount, new Uint8Array(8).fill(0xff))),
      ),
  },
  malformed("a lock by height that is a time", [2], (maps) =>
    withInput(maps, pair(INPUT.heightLock, uint32(500_000_000))),
  ),
  malformed("a lock by time that is a height", [2], (maps) =>
    withInput(maps, pair(INPUT.timeLock, uint32(499_999_999))),
  ),
  malformed("two inputs that lock by different clocks", [2], (maps) =>
    editInput(withInput(maps, pair(INPUT.timeLock, uint32(1_800_000_000))), 0, (map) => [
      ...map,
      pair(INPUT.heightLock, uint32(800_000)),
    ]),
  ),
];

const TAPROOT_FORMS: readonly Attack[] = [
  {
    claim: "an internal key of 33 bytes",
    error: "psbt_malformed",
    shapes: TAPROOT,
    make: good,
    spoil: (maps) =>
      editInput(maps, 1, (map) =>
        replace(map, INPUT.internalKey, pair(INPUT.internalKey, new Uint8Array(33).fill(2))),
      ),
  },
  {
    claim: "a root of 31 bytes",
    error: "psbt_malformed",
    shapes: TAPROOT,
    make: good,
    spoil: (maps) =>
      editInput(maps, 1, (map) =>
        replace(map, INPUT.merkleRoot, pair(INPUT.merkleRoot, new Uint8Array(31))),
      ),
  },
  {
    claim: "a proof of a length that none has",
    error: "psbt_malformed",
    shapes: TAPROOT,
    make: good,
    spoil: (maps) =>
      withInput(maps, {
        key: Uint8Array.of(INPUT.leafScript, ...new Uint8Array(34).fill(0xc0)),
        value: Uint8Array.of(0x51, 0xc0),
      }),
  },
];

const UNKNOWN_VERSION: Attack = {
  claim: "a version that is neither",
  error: "psbt_unsupported",
  shapes: SOME,
  make: good,
  spoil: (maps) => ({
    ...maps,
    global: replace(maps.global, GLOBAL.version, pair(GLOBAL.version, uint32(1))),
  }),
};

/** Of forms. */
export const FORMAT_ATTACKS: readonly Attack[] = [
  ...MIXED,
  ...MISSING,
  ...TWICE,
  ...LENGTHS,
  UNKNOWN_VERSION,
  ...TAPROOT_FORMS,
];

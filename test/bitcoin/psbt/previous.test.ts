/** What previous transactions prove, and of which inputs. */
import { describe, expect, test } from "bun:test";
import { BITCOIN_LIMITS } from "../../../firmware/bitcoin/index.ts";
import { coinHash } from "../../../firmware/bitcoin/psbt/coins.ts";
import { INPUT_FLAG } from "../../../firmware/bitcoin/psbt/input-table.ts";
import { INPUT, pair } from "../../agreement/psbt-maps.ts";
import { elementOf, errorOf, unwrap } from "../expect-value.ts";
import { crypto } from "../wallet-fixture.ts";
import {
  type Coin,
  previousOf,
  readIn,
  refusalIn,
  SCRIPT,
  utxoValue,
  type WrittenInput,
  written,
} from "./written.ts";

const VERSIONS = [0, 2] as const;
const OTHER_SCRIPT = Uint8Array.of(...SCRIPT.slice(0, -1), 0xd7);
const COINS: readonly Coin[] = [
  { script: SCRIPT, amountSats: 1_000 },
  { script: OTHER_SCRIPT, amountSats: 2_000 },
  { script: SCRIPT, amountSats: 3_000 },
];
const [ONE, TWO] = [previousOf(COINS, 1), previousOf(COINS, 2, true)];
const given = (previous: typeof ONE, vout: number): WrittenInput => ({
  previous,
  vout,
  isGiven: true,
});
const claimed = (previous: typeof ONE, vout: number): WrittenInput => ({
  previous,
  vout,
  utxo: "true",
});

type Known = readonly (readonly [amountSats: number, what: "proved" | "said" | "unknown"])[];

const knownOf = (version: 0 | 2, ...inputs: readonly WrittenInput[]): Known => {
  const { inputs: table } = unwrap(readIn(version, written(...inputs)));
  return inputs.map((_, input) => {
    const flags = table.flagsAt(input);
    const isProved = (flags & INPUT_FLAG.isProved) !== 0;
    const isKnown = (flags & INPUT_FLAG.hasCoin) !== 0;
    return [table.amountAt(input), isProved ? "proved" : isKnown ? "said" : "unknown"];
  });
};

describe("an input's own previous transaction", () => {
  test("proves it, with and without witnesses, with and without a witness UTXO", () => {
    for (const version of VERSIONS) {
      const inputs = [given(ONE, 0), { ...given(TWO, 1), utxo: "true" } as const];
      expect(knownOf(version, ...inputs)).toEqual([
        [1_000, "proved"],
        [2_000, "proved"],
      ]);
      const { inputs: table } = unwrap(readIn(version, written(...inputs)));
      expect(table.coinAt(1).subarray(0, 28)).toEqual(coinHash(OTHER_SCRIPT, crypto));
    }
  });

  test("is the one that its outpoint names: previous_transaction_mismatch", () => {
    const raised = previousOf([{ script: SCRIPT, amountSats: 1_001 }], 1);
    for (const version of VERSIONS) {
      for (const [previous, vout] of [
        [TWO, 0],
        [raised, 0],
        [ONE, 3],
        [ONE, 0xffffffff],
      ] as const) {
        const map = [pair(INPUT.previousTransaction, previous.toBuffer())];
        const maps = written(given(TWO, 2), { previous: ONE, vout, map });
        expect(readIn(version, maps)).toEqual({
          ok: false,
          error: "previous_transaction_mismatch",
          details: { input: 1 },
        });
      }
    }
  });

  test("is not made another by its witnesses", () => {
    const stripped = TWO.clone();
    stripped.setWitness(0, []);
    const map = [pair(INPUT.previousTransaction, stripped.toBuffer())];
    for (const version of VERSIONS) {
      const read = unwrap(readIn(version, written({ previous: TWO, vout: 2, map })));
      expect(read.inputs.amountAt(0)).toBe(3_000);
    }
  });
});

describe("previous transactions that are given once", () => {
  test("in version 0 prove all that they name, before and behind them", () => {
    const inputs = [
      claimed(ONE, 0),
      given(ONE, 1),
      given(TWO, 0),
      claimed(ONE, 2),
      claimed(TWO, 1),
      { previous: TWO, vout: 2 },
    ];
    expect(knownOf(0, ...inputs)).toEqual([
      [1_000, "proved"],
      [2_000, "proved"],
      [1_000, "proved"],
      [3_000, "proved"],
      [2_000, "proved"],
      [3_000, "proved"],
    ]);
  });

  test("in version 2 prove what follows them, up to the next one", () => {
    const inputs = [
      claimed(ONE, 0),
      given(ONE, 1),
      claimed(TWO, 0),
      claimed(ONE, 2),
      given(TWO, 1),
      claimed(previousOf(COINS, 1), 3),
    ];
    expect(knownOf(2, ...inputs.slice(0, 5))).toEqual([
      [1_000, "said"],
      [2_000, "proved"],
      [1_000, "said"],
      [3_000, "proved"],
      [2_000, "proved"],
    ]);
    const late = written(given(ONE, 0), given(TWO, 1), claimed(ONE, 1));
    expect(unwrap(readIn(2, late)).inputs.flagsAt(2) & INPUT_FLAG.isProved).toBe(0);
  });

  test("say nothing of other inputs", () => {
    for (const version of VERSIONS) {
      const inputs = [given(ONE, 0), claimed(TWO, 0), { previous: TWO, vout: 1 }];
      expect(knownOf(version, ...inputs)).toEqual([
        [1_000, "proved"],
        [1_000, "said"],
        [0, "unknown"],
      ]);
    }
  });

  test("have each output that is named of them: previous_transaction_mismatch where not", () => {
    for (const version of VERSIONS) {
      const utxo = elementOf(COINS, 0);
      const lacking = written(given(ONE, 0), { previous: ONE, vout: 3, utxo });
      expect(readIn(version, lacking)).toEqual({
        ok: false,
        error: "previous_transaction_mismatch",
        details: { input: 1 },
      });
    }
  });
});

describe("a witness UTXO that lies: amount_mismatch", () => {
  const LIES: readonly Coin[] = [
    { script: SCRIPT, amountSats: 1_001 },
    { script: SCRIPT, amountSats: 999 },
    { script: OTHER_SCRIPT, amountSats: 1_000 },
  ];
  const refused = (input: number) => ({
    ok: false,
    error: "amount_mismatch",
    details: { input },
  });

  test("beside its own previous transaction", () => {
    for (const version of VERSIONS) {
      for (const utxo of LIES) {
        const maps = written(given(TWO, 0), { ...given(ONE, 0), utxo });
        expect(refusalIn(version, maps)).toEqual(refused(1));
      }
    }
  });

  test("behind another input's", () => {
    for (const version of VERSIONS) {
      for (const utxo of LIES) {
        const maps = written(given(ONE, 1), { previous: ONE, vout: 0, utxo });
        expect(refusalIn(version, maps)).toEqual(refused(1));
      }
    }
  });

  test("behind another input's, and others in between", () => {
    for (const utxo of LIES) {
      const maps = written(given(ONE, 1), given(TWO, 1), { previous: ONE, vout: 0, utxo });
      expect(refusalIn(0, maps)).toEqual(refused(2));
    }
  });

  test("before another input's, in version 0", () => {
    for (const utxo of LIES) {
      const maps = written({ previous: ONE, vout: 0, utxo }, claimed(TWO, 0), given(ONE, 1));
      expect(refusalIn(0, maps)).toEqual(refused(0));
    }
  });

  test("above 21 million bitcoin, or of another length: by their own names", () => {
    const value = utxoValue({ script: SCRIPT, amountSats: 2_100_000_000_000_001 });
    for (const version of VERSIONS) {
      for (const [bytes, error] of [
        [value, "amount_out_of_range"],
        [Uint8Array.of(...value, 0), "psbt_malformed"],
        [value.subarray(0, -1), "psbt_malformed"],
        [value.subarray(0, 8), "psbt_malformed"],
      ] as const) {
        const map = [pair(INPUT.witnessUtxo, bytes)];
        expect(errorOf(readIn(version, written({ previous: ONE, vout: 0, map })))).toBe(error);
      }
    }
  });
});

describe("previous transactions of unusual size", () => {
  const { scriptBytes, previousOutputs } = BITCOIN_LIMITS;

  test("the longest script that can be spent is read whole", () => {
    const script = new Uint8Array(scriptBytes).fill(0x51);
    const coins = [{ script, amountSats: 5 }, ...COINS];
    for (const version of VERSIONS) {
      const previous = previousOf(coins, 3);
      const inputs = [{ ...given(previous, 0), utxo: "true" } as const, given(previous, 2)];
      const read = unwrap(readIn(version, written(...inputs)));
      expect(read.inputs.coinAt(0).subarray(0, 28)).toEqual(coinHash(script, crypto));
      expect(read.inputs.coinAt(1).subarray(0, 28)).toEqual(coinHash(OTHER_SCRIPT, crypto));
    }
  });

  test("a longer one is passed over, and spends as if it were empty", () => {
    const script = new Uint8Array(scriptBytes + 1).fill(0x51);
    const previous = previousOf([...COINS, { script, amountSats: 5 }, ...COINS], 3);
    for (const version of VERSIONS) {
      const inputs = [given(previous, 3), given(previous, 4), given(previous, 2)];
      const { inputs: table } = unwrap(readIn(version, written(...inputs)));
      expect([0, 1, 2].map(table.amountAt)).toEqual([5, 1_000, 3_000]);
      const wanted = [new Uint8Array(), SCRIPT, SCRIPT].map((one) => coinHash(one, crypto).toHex());
      expect([0, 1, 2].map((input) => table.coinAt(input).subarray(0, 28).toHex())).toEqual(wanted);
    }
  });

  test("100,000 outputs; one more than a block has room for is refused", () => {
    const empty = { script: new Uint8Array(), amountSats: 1 };
    const many = (count: number) => [
      ...Array.from({ length: count - 2 }, () => empty),
      ...COINS.slice(1),
    ];
    for (const version of VERSIONS) {
      const previous = previousOf(many(100_000), 3);
      const inputs = [given(previous, 99_999), claimed(previous, 99_998)];
      expect(knownOf(version, ...inputs)).toEqual([
        [3_000, "proved"],
        [2_000, "proved"],
      ]);
      const largest = previousOf(many(previousOutputs), 3);
      expect(knownOf(version, given(largest, previousOutputs - 1))).toEqual([[3_000, "proved"]]);
      const tooLarge = previousOf(many(previousOutputs + 1), 3);
      const read = readIn(version, written(given(tooLarge, 0)));
      expect(errorOf(read)).toBe("psbt_malformed");
    }
  });

  test("a large one leaves nothing to the small one behind it", () => {
    const large = previousOf([{ script: new Uint8Array(9_999), amountSats: 9 }, ...COINS], 3);
    for (const version of VERSIONS) {
      expect(knownOf(version, given(large, 0), given(ONE, 2), claimed(ONE, 0))).toEqual([
        [9, "proved"],
        [3_000, "proved"],
        [1_000, "proved"],
      ]);
      const beyond = written(given(large, 3), { ...given(ONE, 0), vout: 3 });
      expect(errorOf(readIn(version, beyond))).toBe("previous_transaction_mismatch");
    }
  });
});

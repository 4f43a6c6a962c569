/** What the screens say of lock times (BIP-65, BIP-68) and of change at a far place. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { review } from "../../firmware/bitcoin/index.ts";
import { formatUtc } from "../../firmware/bitcoin/review/utc.ts";
import { CHANGE, COIN, DRAFT, PAYMENT, SECOND } from "./attacked-draft.ts";
import { elementOf, seeded, unwrap } from "./expect-value.ts";
import { buildPsbt, type Draft } from "./psbt-fixture.ts";
import { CONTEXT, HOT } from "./wallet-fixture.ts";

const FINAL = 0xffffffff;
const BLOCKS_7 = 7;
const TIME_9 = 0x00400009;

/** The screens' lines of a draft whose inputs have these sequences. */
const linesOf = (draft: Draft, sequences: readonly number[] = []): readonly string[] => {
  const psbt = buildPsbt(draft);
  for (const [input, sequence] of sequences.entries()) psbt.setInputSequence(input, sequence);
  const reviewed = unwrap(review(psbt.toBuffer(), [HOT.registered], undefined, CONTEXT));
  return reviewed.screens.flatMap(({ lines }) => lines);
};

/** The lines of the summary after the fee, where locks are told. */
const locksOf = (draft: Draft, sequences: readonly number[] = []): readonly string[] => {
  const lines = linesOf(draft, sequences);
  return lines.slice(5, lines.indexOf("Pay 1 of 1"));
};

describe("a lock time", () => {
  const table: readonly (readonly [number, readonly string[]])[] = [
    [0, []],
    [1, ["Not before block 1"]],
    [499_999_999, ["Not before block 499999999"]],
    [500_000_000, ["Not before 1985-11-05 00:53:20 UTC"]],
    [4_000_000_000, ["Not before 2096-10-02 07:06:40 UTC"]],
    [0xffffffff, ["Not before 2106-02-07 06:28:15 UTC"]],
  ];
  for (const [lockTime, lines] of table) {
    test(`of ${lockTime}`, () => {
      expect(locksOf({ ...DRAFT, lockTime }, [FINAL, FINAL - 1])).toEqual(lines);
    });
  }

  test("counts for nothing where all inputs are final", () => {
    expect(locksOf({ ...DRAFT, lockTime: 800_000 }, [FINAL, FINAL])).toEqual([]);
  });
});

describe("BIP-68 relative locks", () => {
  test("are told in blocks and in steps of 512 seconds", () => {
    expect(locksOf(DRAFT, [BLOCKS_7, TIME_9])).toEqual([
      "Input 1: 7 blocks after its coin",
      "Input 2: 9 × 512 s after its coin",
    ]);
    expect(locksOf({ ...DRAFT, lockTime: 5 }, [FINAL, 1])).toEqual([
      "Not before block 5",
      "Input 2: 1 block after its coin",
    ]);
  });

  test("are none with bit 31, without a value, or in version 1", () => {
    expect(locksOf(DRAFT, [0x80000007, 0x00400000])).toEqual([]);
    expect(locksOf({ ...DRAFT, version: 1 }, [BLOCKS_7, TIME_9])).toEqual([]);
  });

  test("are counted beyond the first three", () => {
    const coins = [0, 1, 2, 3, 4].map((index) => ({ ...COIN, index }));
    const outputs = [{ ...PAYMENT, amountSats: 4_900_000 }];
    const lines = locksOf({ coins, outputs }, [1, 2, 3, 4, 5]);
    expect(lines.slice(2)).toEqual([
      "Input 3: 3 blocks after its coin",
      "2 more inputs wait for a coin's age",
    ]);
    expect(lines).toHaveLength(4);
  });
});

test("a date is the one that JavaScript's own calendar gives", () => {
  const claim = (seconds: number) => {
    const theirs = new Date(seconds * 1000).toISOString();
    expect(formatUtc(seconds)).toBe(`${theirs.slice(0, 10)} ${theirs.slice(11, 19)} UTC`);
  };
  fc.assert(fc.property(fc.nat(2 ** 31), claim), seeded("dates", 500));
  for (let day = 0; day < 49_711; day += 1) claim(day * 86_400);
});

describe("change", () => {
  const withChange = (index: number): readonly string[] =>
    linesOf({ coins: [COIN, SECOND], outputs: [PAYMENT, { ...CHANGE, index }] });

  test("up to 1,000 beyond the highest input is not shown", () => {
    expect(withChange(SECOND.index + 1000).join("\n")).not.toContain("Change");
  });

  test("further ahead is shown with its place and amount", () => {
    const lines = withChange(SECOND.index + 1001);
    const line = lines.indexOf("Change to address 1/1007");
    expect(line).toBeGreaterThan(0);
    expect(elementOf(lines, line + 1)).toBe("0.00400000 BTC");
    expect(withChange(SECOND.index + 20_000)).toContain("Change to address 1/20006");
  });

  test("so far ahead that no scan would find it is refused: change_gap", () => {
    for (const index of [SECOND.index + 20_001, 2_147_483_646]) {
      const draft = { coins: [COIN, SECOND], outputs: [PAYMENT, { ...CHANGE, index }] };
      const bytes = buildPsbt(draft).toBuffer();
      expect(review(bytes, [HOT.registered], undefined, CONTEXT)).toEqual({
        ok: false,
        error: "change_gap",
        details: { output: 1, index },
      });
    }
  });
});

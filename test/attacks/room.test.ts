/** Attacks on the room: more signatures than a reply holds, outputs that nobody can mine. */
import { describe, expect, test } from "bun:test";
import { BITCOIN_LIMITS } from "../../firmware/bitcoin/index.ts";
import {
  OUTPUT,
  pair,
  type PsbtMaps,
  unsignedOf,
  withTransaction,
} from "../agreement/psbt-maps.ts";
import { elementOf, errorOf, unwrap } from "../bitcoin/expect-value.ts";
import { readIn, written, previousOf, SCRIPT } from "../bitcoin/psbt/written.ts";
import { allowing, judge } from "../bitcoin/review/kinds.ts";
import { coinAt, goodPlan, mapsOf, payment } from "./scene.ts";

const VERSIONS = [0, 2] as const;

describe("signatures", () => {
  /** So many inputs of one place, of coins that nobody has seen: taproot's need no proof. */
  const spending = (count: number): PsbtMaps => {
    const wallet = allowing("tr 2 leaves, our key in all");
    const coin = { ...coinAt(wallet, { branch: 0, index: 5 }), hasPrevious: false };
    const maps = mapsOf({ ...goodPlan(wallet), coins: [coin], outputs: [payment(900_000)] });
    const transaction = unsignedOf(maps);
    const [{ hash }] = [elementOf(transaction.ins, 0)];
    for (let vout = 1; vout < count; vout += 1) transaction.addInput(hash, 1_000 + vout);
    elementOf(transaction.outs, 0).value = BigInt(900_000 * count);
    const map = elementOf(maps.inputs, 0);
    const inputs = Array.from({ length: count }, () => map);
    return withTransaction({ ...maps, inputs }, transaction);
  };
  const wallet = allowing("tr 2 leaves, our key in all", "fee-high");
  const { signatures } = BITCOIN_LIMITS;

  test("of one PSBT are as many as a reply has room for, two of an input or one", () => {
    const most = unwrap(judge(wallet, spending(signatures / 2)));
    expect(most.inputs.tasks().reduce((count) => count + 1, 0)).toBe(signatures);
    const one = judge(wallet, spending(signatures / 2 + 1));
    expect([errorOf(one), one.ok || one.details]).toEqual([
      "too_many_inputs",
      { input: signatures / 2 },
    ]);
  }, 30_000);
});

describe("the transaction to sign", () => {
  const previous = previousOf([{ script: SCRIPT, amountSats: 1_000 }], 1);
  /** Two hundred outputs that come to so many bytes with their input. */
  const paying = (bytes: number): PsbtMaps => {
    const maps = written({ previous, vout: 0 });
    const transaction = unsignedOf(maps);
    transaction.outs.length = 0;
    const each = Math.floor((bytes - 41) / 200) - 9;
    const last = bytes - 41 - 199 * (each + 9) - 9;
    for (let output = 0; output < 200; output += 1) {
      transaction.addOutput(new Uint8Array(output === 199 ? last : each).fill(0x6a), 10n);
    }
    const outputs = transaction.outs.map(() => []);
    return withTransaction({ ...maps, outputs }, transaction);
  };

  test("has a block's size at most, as it has come or as it says", () => {
    const { unsignedBytes } = BITCOIN_LIMITS;
    // In version 0 version, counts, sizes of scripts and lock time count, too.
    expect(errorOf(readIn(0, paying(unsignedBytes - 500)))).toBe("not refused");
    expect(errorOf(readIn(0, paying(unsignedBytes)))).toBe("psbt_malformed");
    expect(errorOf(readIn(2, paying(unsignedBytes)))).toBe("not refused");
    expect(errorOf(readIn(2, paying(unsignedBytes + 1)))).toBe("psbt_unsupported");
  });
});

test("of what an output claims no more is kept than could be true of a wallet", () => {
  const long = new Uint8Array(BITCOIN_LIMITS.scriptBytes).fill(0x51);
  const path = new Uint8Array(4 * 200).fill(9);
  for (const version of VERSIONS) {
    const maps = written({
      previous: previousOf([{ script: SCRIPT, amountSats: 1_000 }], 1),
      vout: 0,
    });
    const claims = [
      pair(OUTPUT.redeemScript, long),
      pair(OUTPUT.witnessScript, long),
      {
        key: Uint8Array.of(OUTPUT.derivation, 2, ...new Uint8Array(32)),
        value: Uint8Array.of(1, 2, 3, 4, ...path),
      },
    ];
    const read = unwrap(readIn(version, { ...maps, outputs: [claims] }));
    const [output] = read.outputs;
    expect(output?.redeemScript).toHaveLength(521);
    expect(output?.witnessScript).toHaveLength(521);
    expect(output?.hints.map((hint) => hint.path.length)).toEqual([13]);
  }
});

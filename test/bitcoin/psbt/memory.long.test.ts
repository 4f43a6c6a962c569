/** What is held of a PSBT while it comes, and what is kept of it. */
import { describe, expect, test } from "bun:test";
import { heapStats } from "bun:jsc";
import { BITCOIN_LIMITS, createPsbtReader, type Psbt } from "../../../firmware/bitcoin/index.ts";
import { createInputTable } from "../../../firmware/bitcoin/psbt/input-table.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { unwrap } from "../expect-value.ts";
import { CONTEXT } from "../wallet-fixture.ts";
import { inPieces, manyInputs } from "./many-inputs.ts";

const COUNT = BITCOIN_LIMITS.inputs;
/** DESIGN.md section 6. */
const BYTES_EACH = 96;
const HELD = 16_000;

/** Bytes of live objects and of what they hold outside the heap. */
const liveBytes = (): number => {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return Math.max(heapSize, extraMemorySize);
};

/** What a made value keeps alive, at least: other things come and go. */
const keptBy = (make: () => unknown): number => {
  const kept: unknown[] = [];
  const figures = [0, 1, 2].map(() => {
    const before = liveBytes();
    kept.push(make());
    return liveBytes() - before;
  });
  expect(kept).toHaveLength(3);
  return Math.min(...figures);
};

const readMany = (kind: "wsh" | "leaf", piece: number) => {
  const reader = createPsbtReader(CONTEXT);
  const figures = { held: 0, taken: 0 };
  for (const part of inPieces(manyInputs(COUNT, kind), piece)) {
    reader.take(part);
    figures.taken += part.length;
    figures.held = Math.max(figures.held, reader.heldBytes());
  }
  return { psbt: unwrap(reader.end()), ...figures };
};

describe("20,000 inputs", () => {
  test("take 92 bytes each in a table", () => {
    const kept = keptBy(() => {
      const table = createInputTable();
      table.open(COUNT);
      return table;
    });
    expect(kept / COUNT).toBeGreaterThan(91);
    expect(kept / COUNT).toBeLessThan(95);
  });

  for (const piece of [LIMITS.piece, 1_000, 17]) {
    test(`of 600 bytes each are not held as they come in pieces of ${piece}`, () => {
      const { psbt, held, taken } = readMany("wsh", piece);
      expect(taken / COUNT).toBeGreaterThan(600);
      expect(psbt.inputs.count()).toBe(COUNT);
      expect(psbt.inputs.amountAt(COUNT - 1)).toBe(1_000 + COUNT - 1);
      expect(held).toBeLessThan(HELD);
    });
  }

  test("that were read keep 96 bytes each, and nothing of what they said besides", () => {
    const psbts: Psbt[] = [];
    const kept = keptBy(() => {
      const { psbt } = readMany("wsh", LIMITS.piece);
      psbts.push(psbt);
      return psbt;
    });
    expect(kept / COUNT).toBeLessThan(BYTES_EACH);
  });

  test("with a leaf each keep 4 bytes more, and room", () => {
    const { psbt, held } = readMany("leaf", LIMITS.piece);
    const leavesOf = psbt.inputs.leavesInTurn();
    expect(leavesOf()).toHaveLength(1);
    expect(held).toBeLessThan(HELD);
    const kept = keptBy(() => readMany("leaf", LIMITS.piece).psbt);
    expect(kept / COUNT).toBeLessThan(BYTES_EACH + 4);
  });
});

/** The engine bench's rows: their shape and what they are held against, never their figures. */
import { describe, expect, test } from "bun:test";
import { measureAll, OFF } from "./engine/rounds.ts";
import { BARE, remarksOf, rowsOf, SOFTHSM } from "./engine/rows.ts";

const PORTABLE = "portable engine: open an envelope";
const NATIVE = "native engine: open an envelope";

describe("the engine bench", () => {
  test("measures what this machine has, a row each", async () => {
    const rows = rowsOf("engine", await measureAll({ rounds: 1, sliceMs: 1 }));
    const titles = rows.map((row) => row.case);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles).toContain(PORTABLE);
    expect(titles).not.toContain(PORTABLE + OFF);
    for (const row of rows) {
      expect(row).toMatchObject({ bench: "engine", n: 1, unit: "/s" });
      expect(row.median).toBeGreaterThan(0);
      expect(titles).toContain(row.against);
      expect(row.ratio).toBeGreaterThan(0);
    }
  });

  test("holds each mode against its own SoftHSM2, and says the ratio last", () => {
    const rates = new Map<string, readonly number[]>([
      [SOFTHSM, [2, 1, 3]],
      [SOFTHSM + OFF, [1]],
      [BARE, [12, 13, 14]],
      [BARE + OFF, [7]],
      ["OpenSSL: sign", [4]],
    ]);
    const rows = rowsOf("engine", rates);
    expect(rows.find((row) => row.case === BARE)).toEqual({
      bench: "engine",
      case: BARE,
      n: 3,
      unit: "/s",
      median: 13,
      min: 12,
      max: 14,
      against: SOFTHSM,
      ratio: 6.5,
    });
    expect(remarksOf(rows)).toEqual([
      `${BARE}: 6.50 times ${SOFTHSM} (fastest rounds 4.67); ` +
        `7.00 times ${SOFTHSM}${OFF} (fastest rounds 7.00)`,
    ]);
  });

  test("goes on without SoftHSM2, and without libsecp256k1", () => {
    const rows = rowsOf(
      "engine",
      new Map([
        [BARE, [6]],
        ["OpenSSL: sign", [2]],
      ]),
    );
    expect(remarksOf(rows)).toEqual([
      "SoftHSM2 is not installed (apt-get install softhsm2): not measured",
      `${BARE}: 3.00 times OpenSSL: sign (fastest rounds 3.00)`,
    ]);
    const portable = rowsOf("engine", new Map([[PORTABLE, [6]]]));
    expect(portable.map(({ against, ratio }) => [against, ratio])).toEqual([[PORTABLE, 1]]);
    expect(remarksOf(portable)).toHaveLength(3);
  });

  test("holds the engines against each other", () => {
    const rates = new Map([
      [NATIVE, [8]],
      [NATIVE + OFF, [6]],
      [PORTABLE, [4]],
    ]);
    const told = rowsOf("engine", rates).map(({ against, ratio }) => [against, ratio]);
    expect(told).toEqual([
      [PORTABLE, 2],
      [NATIVE, 0.75],
      [NATIVE, 0.5],
    ]);
  });
});

/** Which lock time a PSBT of version 2 comes to (BIP-370). */
import { describe, expect, test } from "bun:test";
import { parsePsbt } from "../../../firmware/bitcoin/index.ts";
import {
  GLOBAL,
  INPUT,
  littleEndian,
  pair,
  toVersion2,
  writeMaps,
} from "../../agreement/psbt-maps.ts";
import { CONTEXT } from "../wallet-fixture.ts";
import { previousOf, SCRIPT, written } from "./written.ts";

const COINS = [1, 2, 3].map((number) => ({ script: SCRIPT, amountSats: 1_000 * number }));
const PREVIOUS = previousOf(COINS, 1);
const MAPS_2 = toVersion2(written(...COINS.map((_, vout) => ({ previous: PREVIOUS, vout }))));
const uint32 = (value: number): Uint8Array => littleEndian(value, 4);

describe("BIP-370, determining the lock time", () => {
  const THRESHOLD = 500_000_000;
  type Locks = readonly (readonly [height: number | undefined, time: number | undefined])[];
  const lockOf = (locks: Locks, fallback?: number): unknown => {
    const inputs = MAPS_2.inputs.map((map, at) => {
      const [height, time] = locks[at] ?? [];
      return [
        ...map,
        ...(height === undefined ? [] : [pair(INPUT.heightLock, uint32(height))]),
        ...(time === undefined ? [] : [pair(INPUT.timeLock, uint32(time))]),
      ];
    });
    const global = [
      ...MAPS_2.global,
      ...(fallback === undefined ? [] : [pair(GLOBAL.fallbackLockTime, uint32(fallback))]),
    ];
    const psbt = parsePsbt(writeMaps({ ...MAPS_2, global, inputs }), CONTEXT);
    return psbt.ok ? psbt.value.lockTime : psbt.error;
  };
  const [H1, H2, T1, T2] = [10_000, 10_001, 1_657_048_460, 1_657_048_461];
  const none = undefined;
  const table: readonly (readonly [string, Locks, number | undefined, number | string])[] = [
    ["nothing", [], none, 0],
    ["the fallback where no input demands anything", [], 5, 5],
    [
      "the latest height",
      [
        [H1, none],
        [H2, none],
      ],
      5,
      H2,
    ],
    [
      "the latest time",
      [
        [none, T2],
        [none, T1],
      ],
      none,
      T2,
    ],
    [
      "of inputs that demand nothing, nothing",
      [
        [none, none],
        [H1, none],
      ],
      5,
      H1,
    ],
    [
      "the height where all may be locked by it",
      [
        [H1, T1],
        [H2, none],
      ],
      none,
      H2,
    ],
    [
      "the time where one may be locked by it only",
      [
        [H2, T1],
        [none, T2],
      ],
      none,
      T2,
    ],
    [
      "the height where all may be locked by both",
      [
        [H1, T2],
        [H2, T1],
      ],
      none,
      H2,
    ],
    [
      "the latest of one input's own kind",
      [
        [H1, T2],
        [none, T1],
      ],
      none,
      T2,
    ],
    [
      "none where inputs exclude each other",
      [
        [H1, none],
        [none, T1],
      ],
      none,
      "psbt_malformed",
    ],
    [
      "none of three",
      [
        [H1, T1],
        [none, T1],
        [H1, none],
      ],
      7,
      "psbt_malformed",
    ],
    ["the last height there is", [[THRESHOLD - 1, none]], none, THRESHOLD - 1],
    ["the first time there is", [[none, THRESHOLD]], none, THRESHOLD],
    ["a height that is a time", [[THRESHOLD, none]], none, "psbt_malformed"],
    ["a time that is a height", [[none, THRESHOLD - 1]], none, "psbt_malformed"],
    ["a height of 0", [[0, none]], none, "psbt_malformed"],
  ];
  for (const [claim, locks, fallback, expected] of table) {
    test(claim, () => expect(lockOf(locks, fallback)).toBe(expected));
  }
});

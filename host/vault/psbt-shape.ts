/**
 * The lengths that keys and values of a PSBT have, and the version that a field belongs to
 * (BIP-174, 370 and 371, "Specification"). Fields without a line here may have any.
 */

import type { PsbtField, PsbtMap, PsbtMaps } from "./psbt-map.ts";

/** What a field looks like; what is left out may be anything. */
interface Shape {
  /** Bytes of the key after its type: one of these. */
  readonly key: readonly number[];
  /** Bytes of the value: one of these. */
  readonly value?: readonly number[];
  /** The only version that may have it. */
  readonly version?: 0 | 2;
}

type Shapes = Readonly<Partial<Record<number, Shape>>>;

const plain = (...value: readonly number[]): Shape =>
  value.length === 0 ? { key: [0] } : { key: [0], value };
const only = (version: 0 | 2, shape: Shape): Shape => ({ ...shape, version });
const PUBLIC_KEY: Shape = { key: [33, 65] };
const ORIGIN_OF_PUBLIC_KEY: Shape = {
  ...PUBLIC_KEY,
  // A fingerprint and up to 255 steps (BIP-32).
  value: Array.from({ length: 256 }, (_, steps) => 4 + 4 * steps),
};
const CONTROL_BLOCK: Shape = { key: Array.from({ length: 129 }, (_, depth) => 33 + 32 * depth) };

const GLOBAL_SHAPES: Shapes = {
  0: only(0, plain()),
  1: { ...ORIGIN_OF_PUBLIC_KEY, key: [78] },
  2: only(2, plain(4)),
  3: only(2, plain(4)),
  4: only(2, plain()),
  5: only(2, plain()),
  6: only(2, plain(1)),
  251: plain(4),
};

const INPUT_SHAPES: Shapes = {
  0: plain(),
  1: plain(),
  2: PUBLIC_KEY,
  3: plain(4),
  4: plain(),
  5: plain(),
  6: ORIGIN_OF_PUBLIC_KEY,
  7: plain(),
  8: plain(),
  9: plain(),
  10: { key: [20] },
  11: { key: [32] },
  12: { key: [20] },
  13: { key: [32] },
  14: only(2, plain(32)),
  15: only(2, plain(4)),
  16: only(2, plain(4)),
  17: only(2, plain(4)),
  18: only(2, plain(4)),
  19: plain(64, 65),
  20: { key: [64], value: [64, 65] },
  21: CONTROL_BLOCK,
  22: { key: [32] },
  23: plain(32),
  24: plain(32),
};

const OUTPUT_SHAPES: Shapes = {
  0: plain(),
  1: plain(),
  2: ORIGIN_OF_PUBLIC_KEY,
  3: only(2, plain(8)),
  4: only(2, plain()),
  5: plain(32),
  6: plain(),
  7: { key: [32] },
};

const fits = ({ keyData, value }: PsbtField, shape: Shape, version: 0 | 2): boolean =>
  shape.key.includes(keyData.length) &&
  (shape.value === undefined || shape.value.includes(value.length)) &&
  (shape.version === undefined || shape.version === version);

/** Whether every field that the table knows is of its length and version. */
export const isShaped = ({ version, global, inputs, outputs }: PsbtMaps): boolean => {
  const isMapShaped = (map: PsbtMap, shapes: Shapes): boolean =>
    map.every((field) => {
      const shape = shapes[field.type];
      return shape === undefined || fits(field, shape, version);
    });
  return (
    isMapShaped(global, GLOBAL_SHAPES) &&
    inputs.every((map) => isMapShaped(map, INPUT_SHAPES)) &&
    outputs.every((map) => isMapShaped(map, OUTPUT_SHAPES))
  );
};

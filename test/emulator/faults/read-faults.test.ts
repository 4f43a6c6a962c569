/** Faults of a file: read, or refused with one sentence. */
import { expect, test } from "bun:test";
import { readFaults } from "../../../hardware/emulator/kit/faults/read-faults.ts";

test("faults of both kinds are read as they stand", () => {
  const faults = [
    { kind: "flipped bits", at: "toHost", after: 2, times: 3 },
    { kind: "stall", forMs: 500 },
    { kind: "brown-out", signature: 2 },
    { kind: "wrong clock", rate: 1.5 },
    { kind: "tamper" },
  ] as const;
  expect(readFaults(faults)).toEqual({ ok: true, faults });
});

for (const [list, why] of [
  [{}, "a list of faults is a JSON array"],
  [[7], "a fault is an object with a kind"],
  [[{ kind: "gremlins" }], 'there is no fault "gremlins"'],
  [[{ kind: "stall", at: "here" }], 'stall: "at" is toDevice or toHost'],
  [[{ kind: "frame lost", times: -1 }], 'frame lost: "times" is a whole number'],
  [[{ kind: "wrong clock", rate: 0 }], 'wrong clock: "rate" is above 0'],
  [[{ kind: "brown-out" }], 'brown-out: "signature" is missing'],
] as const) {
  test(why, () => expect(readFaults(list)).toEqual({ ok: false, why }));
}

/** Keys that were derived elsewhere: used once, for their own place, and gone with their review. */
import { expect, test } from "bun:test";
import {
  type Branch,
  createDeriver,
  type Deriver,
  parseWalletPolicy,
} from "../../firmware/bitcoin/index.ts";
import { deriveChild } from "../../firmware/bitcoin/wallet/extended-key.ts";
import type { Crypto } from "../../firmware/hal.ts";
import { createKeysAhead } from "../../firmware/signing/keys-ahead.ts";
import { ok } from "../../protocol/errors.ts";
import { crypto, HOT } from "../bitcoin/wallet-fixture.ts";
import { unwrap } from "./outcomes.ts";

/** Derives as other cores do, and remembers the memory that its keys came in. */
const createElsewhere = () => {
  const given: ArrayBufferLike[] = [];
  const deriveMany: NonNullable<Crypto["deriveMany"]> = (parents, indices) => {
    const keys = Array.from(indices, (index) =>
      parents.map((parent) => {
        const node = { ...parent, depth: 0, parentFingerprint: new Uint8Array(4), childNumber: 0 };
        return unwrap(deriveChild(node, index, crypto)).publicKey;
      }),
    );
    const bytes = Uint8Array.from(keys.flat().flatMap((key) => [...key]));
    given.push(bytes.buffer);
    return Promise.resolve(ok(bytes));
  };
  return { deriveMany, given };
};

const watched = (deriver: Deriver) => {
  const dropped: Branch[] = [];
  const drop: Deriver["drop"] = (branch) => {
    dropped.push(branch);
    deriver.drop(branch);
  };
  return { deriver: { ...deriver, drop }, dropped };
};

test("a place takes copies of its keys, and what is left goes at the end", async () => {
  const { deriveMany, given } = createElsewhere();
  const { deriver, dropped } = watched(createDeriver(HOT.registered.policy, "regtest", crypto));
  const ahead = createKeysAhead({ deriveMany });
  for (const branch of [0, 1] as const) {
    unwrap(await ahead.next([{ deriver, branch, indices: Uint32Array.of(5, 6, 7) }]));
  }
  unwrap(await ahead.next([]));
  const { publicKeys } = unwrap(deriver.derive(0, 6));
  expect(publicKeys).toEqual(unwrap(HOT.registered.deriver.derive(0, 6)).publicKeys);
  expect(given).toHaveLength(2);
  for (const key of publicKeys) expect(given).not.toContain(key.buffer);
  await ahead.end();
  expect(dropped).toEqual([0, 1]);
});

test("an output key that came along is the script's, and its parity too", async () => {
  const keys = [HOT.text.keys[0] ?? ""];
  const policy = unwrap(
    parseWalletPolicy({ name: "single", template: "tr(@0/**)", keys }, "regtest", crypto),
  );
  const [deriver, alone] = [1, 2].map(() => createDeriver(policy, "regtest", crypto));
  if (deriver === undefined || alone === undefined) throw new Error("two of them");
  expect(deriver.form).toBe("with-output-key");
  const indices = Uint32Array.from({ length: 12 }, (_, i) => i);
  const pieces = Array.from(indices, (index) => {
    const { publicKeys, taproot } = unwrap(alone.derive(0, index));
    const parity = Uint8Array.of(2 + (taproot?.parity ?? 9));
    return [...publicKeys, parity, taproot?.outputKey ?? parity];
  });
  deriver.supply(0, indices, new Uint8Array(Buffer.concat(pieces.flat())));
  for (const index of indices) {
    expect(unwrap(deriver.derive(0, index))).toEqual(unwrap(alone.derive(0, index)));
  }
});

test("keys of another length than the form's are our own mistake", () => {
  const deriver = createDeriver(HOT.registered.policy, "regtest", crypto);
  expect(deriver.form).toBe("plain");
  expect(() => deriver.supply(0, Uint32Array.of(9), new Uint8Array(66))).toThrow("broken");
});

test("what was dropped is derived here again", () => {
  const deriver = createDeriver(HOT.registered.policy, "regtest", crypto);
  const [parents, none] = [deriver.parents(0), new Uint8Array(33 * 3)];
  deriver.supply(0, Uint32Array.of(9), none);
  deriver.drop(1);
  deriver.drop(0);
  expect(parents).toHaveLength(3);
  expect(unwrap(deriver.derive(0, 9))).toEqual(unwrap(HOT.registered.deriver.derive(0, 9)));
});

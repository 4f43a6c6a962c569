/** The two libraries agree with one another on these spends: what the device is then held to. */
import { expect, test } from "bun:test";
import { ok } from "../../protocol/errors.ts";
import { SEED } from "../protocol/random.ts";
import { agreeOn, EVERYTHING } from "./agreement.ts";
import { psbtByBitcoinjs, signByBitcoinjs } from "./by-bitcoinjs.ts";
import { signLowR, signPlain } from "./low-r.ts";
import type { Plan } from "./plans.ts";
import type { SignatureRecord } from "../../protocol/signature-record.ts";
import type { SignPsbt } from "./seam.ts";

/** bitcoinjs-lib in the device's place: without grinding it is held to @scure/btc-signer. */
const byBitcoinjs =
  (plan: Plan): SignPsbt =>
  async (_policy, _seed, _psbt, { grind }) =>
    ok(signByBitcoinjs(psbtByBitcoinjs(plan), plan, grind ? signLowR : signPlain));

const TIMEOUT_MS = 60_000;

test(
  "bitcoinjs-lib and @scure/btc-signer, every kind of wallet once",
  async () => {
    const shapes = new Set<string>();
    for (const number of EVERYTHING.shapes.keys()) {
      shapes.add((await agreeOn(byBitcoinjs, SEED, number, EVERYTHING)).shape);
    }
    expect([...shapes]).toEqual([...EVERYTHING.shapes]);
  },
  TIMEOUT_MS,
);

/** A signer that errs in one way. */
const spoiled =
  (spoil: (records: readonly SignatureRecord[]) => readonly SignatureRecord[]) =>
  (plan: Plan): SignPsbt =>
  async (...asked) => {
    const signed = await byBitcoinjs(plan)(...asked);
    return signed.ok ? ok(spoil(signed.value)) : signed;
  };

const MISTAKES = {
  "a bit of a signature": (records: readonly SignatureRecord[]) =>
    records.map((record) => ({
      ...record,
      signature: record.signature.map((byte, at) => (at === 63 ? byte ^ 1 : byte)),
    })),
  "a signature too few": (records: readonly SignatureRecord[]) => records.slice(1),
  "another sighash type": (records: readonly SignatureRecord[]) =>
    records.map((record) => ({ ...record, sighash: record.sighash ^ 2 })),
  "another input": (records: readonly SignatureRecord[]) =>
    records.map((record) => ({ ...record, input: record.input + 1 })),
} as const;

for (const [mistake, spoil] of Object.entries(MISTAKES)) {
  test(`a signer that gives ${mistake} is found`, async () => {
    const outcome = await agreeOn(spoiled(spoil), SEED, 1, EVERYTHING).then(
      () => "agreed",
      (cause: unknown) => String(cause),
    );
    expect(outcome).toMatch(/differ/);
  });
}

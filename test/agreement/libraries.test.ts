/** The two libraries agree with one another on these spends: what the device is then held to. */
import { expect, test } from "bun:test";
import { ok } from "../../protocol/errors.ts";
import { SEED } from "../protocol/random.ts";
import { agreeOn, EVERYTHING } from "./agreement.ts";
import { psbtByBitcoinjs, signByBitcoinjs } from "./by-bitcoinjs.ts";
import { signLowR, signPlain } from "./low-r.ts";
import type { Plan } from "./plans.ts";
import type { SignPsbt } from "./seam.ts";

/** bitcoinjs-lib in the device's place: without grinding it is held to @scure/btc-signer. */
const byBitcoinjs =
  (plan: Plan): SignPsbt =>
  async (_policy, _seed, _psbt, { grind }) =>
    ok(signByBitcoinjs(psbtByBitcoinjs(plan), plan, grind ? signLowR : signPlain));

test("bitcoinjs-lib and @scure/btc-signer, every kind of wallet once", async () => {
  const shapes = new Set<string>();
  for (const number of EVERYTHING.shapes.keys()) {
    shapes.add((await agreeOn(byBitcoinjs, SEED, number, EVERYTHING)).shape);
  }
  expect([...shapes]).toEqual([...EVERYTHING.shapes]);
});

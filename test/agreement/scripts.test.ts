/** The device derives every place of every kind of wallet as these tests put it together. */
import { expect, test } from "bun:test";
import { type Branch, createDeriver, parseWalletPolicy } from "../../firmware/bitcoin/index.ts";
import { unwrap } from "../bitcoin/expect-value.ts";
import { crypto } from "../bitcoin/wallet-fixture.ts";
import { createRandom, SEED } from "../protocol/random.ts";
import { DEVICE_REACH } from "./device.ts";
import { placeOf, publicKeyOf } from "./places.ts";
import type { AgreementWallet } from "./wallets.ts";
import { FEWEST_KEYS, MOST_KEYS, randomWallet } from "./shapes.ts";

/** Wallets of each shape: the first has 15 keys where it has several. */
const WALLETS = 4;
const BRANCHES: readonly Branch[] = [0, 1];

const expectPlaces = (wallet: AgreementWallet, index: number): void => {
  const policy = unwrap(parseWalletPolicy(wallet.policy, "regtest", crypto));
  const deriver = createDeriver(policy, "regtest", crypto);
  for (const branch of BRANCHES) {
    const place = placeOf(wallet, { branch, index });
    const derived = unwrap(deriver.derive(branch, index));
    expect(derived.scriptPubKey.toHex()).toBe(place.scriptPubKey.toHex());
    const keys = place.keys.map((key) => publicKeyOf(key).toHex());
    expect(derived.publicKeys.map((key) => key.toHex())).toEqual(keys);
  }
};

test("scripts and keys of random wallets", () => {
  const random = createRandom(SEED);
  for (const shape of DEVICE_REACH.shapes) {
    for (let number = 0; number < WALLETS; number += 1) {
      const keys = number === 0 ? MOST_KEYS : FEWEST_KEYS + random.below(3);
      expectPlaces(randomWallet(shape, random, keys), 1000 * number);
    }
  }
});

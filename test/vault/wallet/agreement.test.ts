/** Wallets of every kind, by chance: what the vault derives is what @scure/btc-signer derives. */
import { describe, expect, test } from "bun:test";
import { isChecksumRight, walletDescriptors } from "../../../host/vault/index.ts";
import { createRandom, SEED } from "../../protocol/random.ts";
import { KINDS, randomWallet } from "../random-wallets.ts";
import { described } from "./descriptor-oracle.ts";

const WALLETS = 12;

describe("by their descriptors", () => {
  test.each(KINDS)("%s", (kind) => {
    const random = createRandom(SEED);
    for (let round = 0; round < WALLETS; round += 1) {
      const { wallet } = randomWallet(random, kind);
      const { receive, change } = walletDescriptors(wallet);
      for (const branch of [0, 1] as const) {
        const descriptor = branch === 0 ? receive : change;
        expect(isChecksumRight(descriptor)).toBeTrue();
        const index = random.below(2 ** 31);
        const ours = wallet.address({ branch, index });
        const theirs = described(descriptor, index);
        expect(ours.kind).toBe(kind);
        expect(ours.address).toBe(theirs.address ?? "none");
        expect(ours.scriptPubKey.toHex()).toBe(theirs.script.toHex());
        expect(ours.redeemScript?.toHex()).toBe(theirs.redeemScript?.toHex());
        expect(ours.witnessScript?.toHex()).toBe(theirs.witnessScript?.toHex());
        expect(ours.taproot?.leaves.map(leafInHex)).toEqual(theirs.leaves?.map(leafInHex));
      }
    }
  });
});

const leafInHex = (leaf: { readonly script: Uint8Array; readonly controlBlock: Uint8Array }) => [
  leaf.script.toHex(),
  leaf.controlBlock.toHex(),
];

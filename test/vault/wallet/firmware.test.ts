/**
 * Host and device read wallet policies by themselves and agree: on every script of random wallets,
 * and on what is no policy.
 */
import { describe, expect, test } from "bun:test";
import { createDeriver, descriptors, parseWalletPolicy } from "../../../firmware/bitcoin/index.ts";
import { createCrypto } from "../../../hardware/secrets/crypto.ts";
import { openWallet, type WalletAddress, walletDescriptors } from "../../../host/vault/index.ts";
import { createRandom, type Random, SEED } from "../../protocol/random.ts";
import { KINDS, randomWallet } from "../random-wallets.ts";
import { unwrap } from "../three-keys.ts";

const crypto = createCrypto();
const WALLETS = 15;
const DAMAGED = 250;

const taprootInHex = ({ taproot }: Pick<WalletAddress, "taproot">) =>
  taproot === undefined
    ? undefined
    : {
        internalKey: taproot.internalKey.toHex(),
        outputKey: taproot.outputKey.toHex(),
        tweak: taproot.tweak.toHex(),
        merkleRoot: taproot.merkleRoot?.toHex() ?? "",
        leaves: taproot.leaves.map(({ script, hash, asks }) => [
          script.toHex(),
          hash.toHex(),
          asks.expressions.join(),
        ]),
      };

describe("the device derives what the host derives", () => {
  test.each(KINDS)("%s", (kind) => {
    const random = createRandom(SEED);
    for (let round = 0; round < WALLETS; round += 1) {
      const { wallet } = randomWallet(random, kind);
      const policy = unwrap(parseWalletPolicy(wallet.policy, "regtest", crypto));
      const own = walletDescriptors(wallet);
      expect(descriptors(policy)).toEqual([own.receive, own.change]);
      expect(policy.threshold).toBe(wallet.threshold);
      expect(policy.expressions).toEqual(wallet.template.expressions);
      const deriver = createDeriver(policy, "regtest", crypto);
      const branch = random.chance(0.5) ? 0 : 1;
      const index = random.below(2 ** 31);
      const theirs = unwrap(deriver.derive(branch, index));
      const ours = wallet.address({ branch, index });
      expect(deriver.addressOf(theirs.scriptPubKey)).toBe(ours.address);
      expect(theirs.scriptPubKey.toHex()).toBe(ours.scriptPubKey.toHex());
      expect(theirs.redeemScript?.toHex()).toBe(ours.redeemScript?.toHex());
      expect(theirs.witnessScript?.toHex()).toBe(ours.witnessScript?.toHex());
      expect(theirs.publicKeys.map((key) => key.toHex())).toEqual(
        ours.publicKeys.map(({ publicKey }) => publicKey.toHex()),
      );
      const { taproot } = theirs;
      const theirTaproot =
        taproot === undefined
          ? undefined
          : {
              internalKey: taproot.internalKey.toHex(),
              outputKey: taproot.outputKey.toHex(),
              tweak: taproot.tweak.toHex(),
              merkleRoot: taproot.merkleRoot.toHex(),
              leaves: taproot.leaves.map(({ script, hash, expressions }) => [
                script.toHex(),
                hash.toHex(),
                expressions.join(),
              ]),
            };
      expect(theirTaproot).toEqual(taprootInHex(ours));
    }
  });
});

const PIECES = ["(", ")", "{", "}", ",", ";", "<", ">", "/", "*", "@", "0", "1", "2", "15", "16"];
const WORDS = ["pk(", "multi(", "multi_a(", "sortedmulti(", "sh(", "wsh(", "tr(", "@0/**", "@1/**"];

/** A template with a piece taken out, put in or written over. */
const damage = (random: Random, template: string): string => {
  const from = random.below(template.length + 1);
  const to = Math.min(template.length, from + random.below(3));
  const pieces = random.chance(0.7) ? PIECES : WORDS;
  const piece = random.chance(0.3) ? "" : (pieces[random.below(pieces.length)] ?? "");
  return `${template.slice(0, from)}${piece}${template.slice(to)}`;
};

test("the device refuses the templates that the host refuses, and no others", () => {
  const random = createRandom(SEED);
  const verdicts = { taken: 0, refused: 0 };
  for (let round = 0; round < DAMAGED; round += 1) {
    const { wallet } = randomWallet(random, KINDS[round % KINDS.length] ?? "tr");
    const template = damage(random, wallet.policy.template);
    const policy = { ...wallet.policy, template };
    const ours = openWallet(policy, "regtest");
    const theirs = parseWalletPolicy(policy, "regtest", crypto);
    expect({ policy, ok: theirs.ok }).toEqual({ policy, ok: ours.ok });
    verdicts[ours.ok ? "taken" : "refused"] += 1;
  }
  expect(Math.min(verdicts.taken, verdicts.refused)).toBeGreaterThan(0);
});

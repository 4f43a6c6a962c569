/** Which wallet a PSBT is reviewed with where nobody names it, and several own its first input. */
import { expect, test } from "bun:test";
import {
  createDeriver,
  parsePsbt,
  parseWalletPolicy,
  type RegisteredWallet,
  reviewSteps,
  walletId,
  type WalletPolicyText,
} from "../../../firmware/bitcoin/index.ts";
import { finish } from "../../../firmware/bitcoin/steps.ts";
import { COIN, PAYMENT } from "../attacked-draft.ts";
import { unwrap } from "../expect-value.ts";
import { buildPsbt } from "../psbt-fixture.ts";
import { CONTEXT, crypto, HOT } from "../wallet-fixture.ts";

const walletOf = (text: WalletPolicyText): RegisteredWallet => {
  const policy = unwrap(parseWalletPolicy(text, "regtest", crypto));
  const deriver = createDeriver(policy, "regtest", crypto);
  return { id: walletId(policy, crypto), policy, ownKeyIndex: 0, deriver };
};

const OPEN = walletOf({ ...HOT.text, name: "Open", allows: ["sighash-none", "fee-high"] });
const HALF = walletOf({ ...HOT.text, name: "Half", allows: ["fee-high"] });
const UNSORTED = walletOf({
  ...HOT.text,
  name: "Unsorted",
  template: HOT.text.template.replace("sortedmulti", "multi"),
});

/** A place where keys stand sorted as given, so that both wallets own it. */
const SHARED = ((): number => {
  for (let index = 0; ; index += 1) {
    const [one, other] = [HOT.registered, UNSORTED].map(({ deriver }) =>
      unwrap(deriver.derive(0, index)).scriptPubKey.toHex(),
    );
    if (one === other) return index;
  }
})();

const ownerOf = (wallets: readonly RegisteredWallet[], indices: readonly number[]): string => {
  const coins = indices.map((index) => ({ ...COIN, index }));
  const amountSats = coins.length * COIN.amountSats - 1000;
  const bytes = buildPsbt({ coins, outputs: [{ ...PAYMENT, amountSats }] }).toBuffer();
  const psbt = unwrap(parsePsbt(bytes, CONTEXT));
  return unwrap(finish(reviewSteps(psbt, wallets, undefined, CONTEXT))).wallet.policy.name;
};

test("of wallets with the same scripts the one that allows least, in whatever order", () => {
  expect(ownerOf([OPEN, HALF, HOT.registered], [1, 2])).toBe("Hot wallet");
  expect(ownerOf([HOT.registered, OPEN, HALF], [1, 2])).toBe("Hot wallet");
  expect(ownerOf([OPEN, HALF], [1, 2])).toBe("Half");
});

test("of wallets that share a place the one that owns the others, too", () => {
  const next = SHARED + 1;
  const isShared =
    unwrap(UNSORTED.deriver.derive(0, next)).scriptPubKey.toHex() ===
    unwrap(HOT.registered.deriver.derive(0, next)).scriptPubKey.toHex();
  const others = isShared ? [SHARED, next, next + 1, next + 2, next + 3] : [SHARED, next];
  expect(ownerOf([UNSORTED, HOT.registered], others)).toBe("Hot wallet");
});

/** Wallets of every kind on a device: registered, shown, and their addresses derived. */
import { describe, expect, test } from "bun:test";
import { createBench, lastQuestion } from "./bench-device.ts";
import { DEVICE_SEED } from "./ready-device.ts";
import { keysOfKind, KINDS, nobodys } from "../bitcoin/wallet-kinds.ts";
import { cosignerOf } from "../bitcoin/wallet-fixture.ts";
import { errorOf, unwrap } from "./outcomes.ts";

const device = async () => {
  const bench = createBench({ seed: DEVICE_SEED });
  return { bench, client: await bench.connect() };
};

/** Seeds from 1, which is this device's; where nobody holds the first key the second is. */
const firstSeed = ({ nobodys: isClosed }: (typeof KINDS)[number]): number => (isClosed ? 0 : 1);

describe("a wallet", () => {
  for (const kind of KINDS) {
    test(`${kind.template.slice(0, 60)} is registered and gives its addresses`, async () => {
      const { client } = await device();
      const { texts, at: keysAt } = keysOfKind(kind, firstSeed(kind));
      const policy = { name: "Any kind", template: kind.template, keys: texts };
      const { walletId, receive } = unwrap(await client.registerWallet(policy));
      expect(receive).toStartWith(kind.template.slice(0, kind.template.indexOf("@")));
      for (const [isChange, index] of [
        [false, 0],
        [true, 2 ** 31 - 1],
      ] as const) {
        const asked = { walletId, isChange, index, isShown: false };
        const given = unwrap(await client.getAddress(asked));
        const { address, scriptPubKey } = kind.bitcoinjs(keysAt(isChange ? 1 : 0, index));
        expect(given).toEqual({ address, scriptPubKey: Uint8Array.from(scriptPubKey) });
      }
      await client.close();
    });
  }

  test("of a key that nobody holds and of none of ours is refused", async () => {
    const { client } = await device();
    const keys = [nobodys().toBase58(), cosignerOf(2).keyText];
    const policy = { name: "Theirs", template: "tr(@0/**,pk(@1/**))", keys };
    expect(errorOf(await client.registerWallet(policy))).toBe("wallet_key_not_ours");
    await client.close();
  });

  test("with allowances is another, and each stands on the screen", async () => {
    const { bench, client } = await device();
    const policy = { name: "Free", template: "wpkh(@0/**)", keys: [cosignerOf(1).keyText] };
    const plain = unwrap(await client.registerWallet(policy));
    expect(lastQuestion(bench.screens).lines.join()).not.toContain("May sign");
    const free = unwrap(
      await client.registerWallet({ ...policy, allows: ["sighash-none", "amounts-unproved"] }),
    );
    expect(free.walletId).not.toEqual(plain.walletId);
    expect(free.receive).toBe(plain.receive);
    expect(lastQuestion(bench.screens).lines.slice(-2)).toEqual([
      "Amounts may be unproved",
      "May sign SIGHASH_NONE",
    ]);
    await client.close();
  });
});

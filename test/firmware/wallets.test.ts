/** Wallets and public keys: what is registered, what is refused, and what is derived. */
import { describe, expect, test } from "bun:test";
import { networks } from "bitcoinjs-lib";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import { bip32, cosignerOf, HOT, ORIGIN, placeOf, walletOf } from "../bitcoin/wallet-fixture.ts";
import { createBench, lastQuestion, settle } from "./bench-device.ts";
import { at, errorOf, unwrap } from "./outcomes.ts";
import { DEVICE_SEED, readyDevice } from "./ready-device.ts";
import { READY_SECRETS } from "./watched-secrets.ts";

const H = 2 ** 31;
const own = cosignerOf(1);
const [bob, carol] = [cosignerOf(2).keyText, cosignerOf(3).keyText];
const fingerprint = own.master.fingerprint.toHex();
const otherAccount = own.master.derivePath("m/48'/1'/1'/2'").neutered().toBase58();

const policyOf = (keys: readonly string[], name = "Vault") => ({
  name,
  template: `wsh(sortedmulti(2,${keys.map((_, i) => `@${i}/**`).join(",")}))`,
  keys,
});

const sealedOff = async () => {
  const bench = createBench({ seed: DEVICE_SEED });
  return { bench, client: await bench.connect() };
};

type Refusal = readonly [claim: string, keys: readonly string[], error: ErrorName];

const REFUSALS: readonly Refusal[] = [
  [
    "two own keys",
    [own.keyText, `[${fingerprint}/48'/1'/1'/2']${otherAccount}`, bob],
    "wallet_keys_ours",
  ],
  ["the same key twice", [own.keyText, own.keyText, bob], "wallet_key_repeated"],
  [
    "the same key under another origin",
    [own.keyText, own.keyText.replace(fingerprint, "00000000")],
    "wallet_key_repeated",
  ],
  [
    "our fingerprint on a foreign key",
    [own.keyText, bob.replace(/^\[[0-9a-f]{8}/, `[${fingerprint}`), carol],
    "wallet_key_not_ours",
  ],
  [
    "our key under a foreign fingerprint",
    [own.keyText.replace(fingerprint, "d34db33f"), bob],
    "wallet_key_not_ours",
  ],
  [
    "our key at a path that does not give it",
    [own.keyText.replace("/48'/1'/0'", "/48'/1'/7'"), bob],
    "wallet_key_not_ours",
  ],
  ["no key of ours", [bob, carol], "wallet_key_not_ours"],
  ["a key of mainnet", [own.keyText, cosignerOf(2, networks.bitcoin).keyText], "wallet_malformed"],
];

describe("registerWallet refuses", () => {
  for (const [claim, keys, error] of REFUSALS) {
    test(`${claim}: ${error}`, async () => {
      const { bench, client } = await sealedOff();
      const screens = bench.screens.length;
      expect(errorOf(await client.registerWallet(policyOf(keys)))).toBe(error);
      expect([bench.screens.length, bench.live()]).toEqual([screens, READY_SECRETS]);
      await client.close();
    });
  }

  test("another template, and a name that no screen shows", async () => {
    const { client } = await sealedOff();
    const policy = policyOf([own.keyText, bob]);
    const template = "wsh(or_d(pk(@0/**),pk(@1/**)))";
    const names = ["", "two\nlines", "\u202eevil", "x".repeat(65)];
    expect(errorOf(await client.registerWallet({ ...policy, template }))).toBe(
      "wallet_unsupported",
    );
    for (const name of names.slice(0, 3)) {
      expect(errorOf(await client.registerWallet({ ...policy, name }))).toBe("wallet_malformed");
    }
    expect(errorOf(await client.registerWallet({ ...policy, name: at(names, 3) }))).toBe(
      "invalid_params",
    );
    await client.close();
  });

  test("a second key of ours that two wallets hide from each other", async () => {
    const hidden = `[d34db33f/48'/1'/9'/2']${otherAccount}`;
    const shown = `[${fingerprint}/48'/1'/1'/2']${otherAccount}`;
    const disguised = own.keyText.replace(fingerprint, "d34db33f").replace("/0'/2'", "/9'/2'");
    const { bench, client } = await sealedOff();
    unwrap(await client.registerWallet(policyOf([own.keyText, hidden, bob], "One")));
    const second = policyOf([disguised, shown, bob], "Two");
    expect(errorOf(await client.registerWallet(second))).toBe("wallet_keys_ours");
    const third = policyOf([shown, carol], "Three");
    expect(errorOf(await client.registerWallet(third))).toBe("wallet_keys_ours");
    unwrap(await client.registerWallet(policyOf([own.keyText, carol], "Four")));
    expect(bench.live()).toEqual(READY_SECRETS);
    await client.close();
  });

  test("one more than the limit, but not one that is known", async () => {
    const { client } = await sealedOff();
    const keys = [own.keyText, bob];
    for (let i = 0; i < DEVICE_LIMITS.wallets; i += 1) {
      unwrap(await client.registerWallet(policyOf(keys, `Vault ${i}`)));
    }
    expect(errorOf(await client.registerWallet(policyOf(keys, "Over")))).toBe("wallet_limit");
    expect(errorOf(await client.registerWallet(policyOf(keys, "Vault 3")))).toBe("not refused");
    await client.close();
  });
});

describe("a registered wallet", () => {
  test("is shown in full before a person says yes", async () => {
    const { bench } = await readyDevice();
    const shown = lastQuestion(bench.screens);
    expect(shown.lines).toContain(`Wallet: ${HOT.text.name}`);
    for (const key of HOT.text.keys) expect(shown.lines.join("\n")).toContain(key);
  });

  test("registered again is the same wallet, without a question", async () => {
    const { bench, client, walletId } = await readyDevice();
    const screens = bench.screens.length;
    const spelled = { ...HOT.text, keys: HOT.text.keys.map((key) => key.replaceAll("'", "h")) };
    const again = unwrap(await client.registerWallet(spelled));
    expect(again.walletId).toEqual(walletId);
    expect(bench.screens.length).toBe(screens);
    const renamed = { ...HOT.text, name: "Other" };
    expect(unwrap(await client.registerWallet(renamed)).walletId).not.toEqual(walletId);
    await client.close();
  });

  test("has the addresses that bitcoinjs-lib derives", async () => {
    const { bench, client, walletId } = await readyDevice();
    for (const [branch, index] of [
      [0, 0],
      [0, 41],
      [1, 7],
      [1, H - 1],
    ] as const) {
      const params = { walletId, isChange: branch === 1, index, isShown: false };
      const { address, scriptPubKey } = unwrap(await client.getAddress(params));
      const place = placeOf(HOT, branch, index);
      expect([address, scriptPubKey]).toEqual([place.address, Uint8Array.from(place.scriptPubKey)]);
    }
    const shown = { walletId, isChange: false, index: 3, isShown: true };
    unwrap(await client.getAddress(shown));
    const screen = lastQuestion(bench.screens);
    expect(screen.lines).toContain(placeOf(HOT, 0, 3).address);
    const unknown = { ...shown, walletId: new Uint8Array(32) };
    expect(errorOf(await client.getAddress(unknown))).toBe("wallet_unknown");
    await client.close();
  });

  test("is forgotten with its boot", async () => {
    const { bench, walletId } = await readyDevice();
    bench.reboot("power");
    const client = await bench.connect();
    const params = { walletId, isChange: false, index: 0, isShown: false };
    expect(errorOf(await client.getAddress(params))).toBe("wallet_unknown");
    await client.close();
  });
});

describe("getXpub", () => {
  test("is BIP-32's, at every depth, and the master key outlives it", async () => {
    const { bench, client } = await sealedOff();
    const paths = [[], [0], [48 + H, 1 + H, 0 + H, 2 + H], [], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]];
    for (const path of paths) {
      const steps = path.map((step) => (step >= H ? `${step - H}'` : `${step}`));
      const expected =
        steps.length === 0 ? own.master : own.master.derivePath(`m/${steps.join("/")}`);
      const { xpub } = unwrap(await client.getXpub({ path }));
      expect(xpub).toBe(expected.neutered().toBase58());
      expect(bip32.fromBase58(xpub, own.master.network).isNeutered()).toBe(true);
      expect(bench.live()).toEqual(READY_SECRETS);
    }
    const account = unwrap(await client.getXpub({ path: [48 + H, 1 + H, H, 2 + H] }));
    expect(own.keyText).toBe(`[${account.fingerprint.toHex()}/${ORIGIN}]${account.xpub}`);
    const long = { path: Array.from({ length: 11 }, () => 0) };
    expect(errorOf(await client.getXpub(long))).toBe("invalid_params");
    await client.close();
  });
});

describe("a 2-of-2 and a 15-key wallet", () => {
  test("register with descriptors for both branches", async () => {
    for (const seeds of [[1, 2], Array.from({ length: 15 }, (_, i) => i + 1)]) {
      const { client } = await sealedOff();
      const wallet = unwrap(await client.registerWallet(walletOf("Wide", seeds).text));
      expect(wallet.receive).toContain("/0/*");
      expect(wallet.change).toContain("/1/*");
      await client.close();
    }
  });
});

test("a wallet is not registered on a device that was sealed while it asked", async () => {
  const bench = createBench({ seed: DEVICE_SEED, approve: "ask" });
  const client = await bench.connect();
  const asked = client.registerWallet(HOT.text);
  await settle();
  unwrap(await client.seal({}));
  bench.press("yes");
  expect(errorOf(await asked)).toBe("wrong_phase");
  expect([bench.phase(), bench.live()]).toEqual(["ended", []]);
});

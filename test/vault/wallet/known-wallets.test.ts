/** Wallets whose addresses are published: BIP-44, 49, 84 and 86 of one mnemonic, and BIP-386. */
import { describe, expect, test } from "bun:test";
import { mnemonicToSeedSync } from "@scure/bip39";
import { openWallet } from "../../../host/vault/index.ts";
import { keyTree, NETWORKS } from "../../../host/vault/wallet-curve.ts";
import type { NetworkName } from "../../../host/withdrawal.ts";
import { unwrap } from "../three-keys.ts";

const MNEMONIC = `${"abandon ".repeat(11)}about`;

const accountKey = (path: string, network: NetworkName): string => {
  const master = keyTree.fromSeed(mnemonicToSeedSync(MNEMONIC), NETWORKS[network]);
  const account = master.derivePath(`m/${path}`).neutered().toBase58();
  return `[${master.fingerprint.toHex()}/${path}]${account}`;
};

describe("the mnemonic of twelve words that ends in about", () => {
  test.each([
    ["44'/0'/0'", "pkh(@0/**)", "mainnet", 0, 0, "1LqBGSKuX5yYUonjxT5qGfpUsXKYYWeabA"],
    ["49'/1'/0'", "sh(wpkh(@0/**))", "testnet", 0, 0, "2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2"],
    ["84'/0'/0'", "wpkh(@0/**)", "mainnet", 0, 0, "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"],
    ["84'/0'/0'", "wpkh(@0/**)", "mainnet", 0, 1, "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"],
    ["84'/0'/0'", "wpkh(@0/**)", "mainnet", 1, 0, "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"],
    [
      "86'/0'/0'",
      "tr(@0/**)",
      "mainnet",
      0,
      0,
      "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
    ],
    [
      "86'/0'/0'",
      "tr(@0/**)",
      "mainnet",
      0,
      1,
      "bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh",
    ],
    [
      "86'/0'/0'",
      "tr(@0/**)",
      "mainnet",
      1,
      0,
      "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7",
    ],
  ] as const)(
    "BIP-%s of %s on %s: %d/%d is %s",
    (path, template, network, branch, index, known) => {
      const policy = { name: "Published", template, keys: [accountKey(path, network)] };
      const address = unwrap(openWallet(policy, network)).address({ branch, index });
      expect(address.address).toBe(known);
      expect(address.publicKeys.map((key) => key.path)).toEqual([`m/${path}/${branch}/${index}`]);
    },
  );

  test("BIP-86: internal and output key, tweaked by no tree", () => {
    const policy = {
      name: "BIP-86",
      template: "tr(@0/**)",
      keys: [accountKey("86'/0'/0'", "mainnet")],
    };
    const { taproot, scriptPubKey } = unwrap(openWallet(policy, "mainnet")).address({
      branch: 0,
      index: 0,
    });
    expect(taproot?.internalKey.toHex()).toBe(
      "cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115",
    );
    expect(taproot?.outputKey.toHex()).toBe(
      "a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c",
    );
    expect(scriptPubKey.toHex()).toBe(`5120${taproot?.outputKey.toHex()}`);
    expect([taproot?.merkleRoot, taproot?.leaves]).toEqual([undefined, []]);
  });
});

test("BIP-386: a key in both paths, of two branches", () => {
  const xpub =
    "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL";
  const { depth, index: number } = keyTree.fromBase58(xpub);
  const last = number >= 2 ** 31 ? `${number - 2 ** 31}'` : `${number}`;
  const origin = ["00000000", ...Array.from({ length: depth - 1 }, () => "0'"), last].join("/");
  const policy = {
    name: "BIP-386",
    template: "tr(@0/<0;2>/*,pk(@0/<1;3>/*))",
    keys: [`[${origin}]${xpub}`],
  };
  const wallet = unwrap(openWallet(policy, "mainnet"));
  const scripts = [0, 1, 2].map((index) =>
    wallet.address({ branch: 0, index }).scriptPubKey.toHex(),
  );
  expect(scripts).toEqual([
    "512078bc707124daa551b65af74de2ec128b7525e10f374dc67b64e00ce0ab8b3e12",
    "512001f0a02a17808c20134b78faab80ef93ffba82261ccef0a2314f5d62b6438f11",
    "512021024954fcec88237a9386fce80ef2ced5f1e91b422b26c59ccfc174c8d1ad25",
  ]);
});

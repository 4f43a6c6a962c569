/** The rules of BIP-388, by its own examples and by those of every kind of template. */
import { describe, expect, test } from "bun:test";
import { openWallet, walletDescriptors } from "../../../host/vault/index.ts";
import type { WalletPolicy } from "../../../host/withdrawal.ts";
import { unspendableKey } from "../random-wallets.ts";
import { at, randomSigners, unwrap } from "../three-keys.ts";

const FIRST =
  "[6738736c/48'/0'/0'/2']xpub6FC1fXFP1GXLX5TKtcjHGT4q89SDRehkQLtbKJ2PzWcvbBHtyDsJPLtpLtkGqYNYZdVVAjRQ5kug9CsapegmmeRutpP7PW4u4wVF9JfkDhw";
const SECOND =
  "[b2b1f0cf/48'/0'/0'/2']xpub6EWhjpPa6FqrcaPBuGBZRJVjzGJ1ZsMygRF26RwN932Vfkn1gyCiTbECVitBjRCkexEvetLdiqzTcYimmzYxyR1BZ79KNevgt61PDcukmC7";
const BIP44 =
  "[6738736c/44'/0'/0']xpub6Br37sWxruYfT8ASpCjVHKGwgdnYFEn98DwiN76i2oyY6fgH1LAPmmDcF46xjxJr22gw4jmVjTE2E3URMnRPEPYyo1zoPSUba563ESMXCeb";
const BIP49 =
  "[6738736c/49'/0'/1']xpub6Bex1CHWGXNNwGVKHLqNC7kcV348FxkCxpZXyCWp1k27kin8sRPayjZUKDjyQeZzGUdyeAj2emoW5zStFFUAHRgd5w8iVVbLgZ7PmjAKAm9";
const BIP84 =
  "[6738736c/84'/0'/2']xpub6CRQzb8u9dmMcq5XAwwRn9gcoYCjndJkhKgD11WKzbVGd932UmrExWFxCAvRnDN3ez6ZujLmMvmLBaSWdfWVn75L83Qxu1qSX4fJNrJg2Gt";
const BIP86 =
  "[6738736c/86'/0'/0']xpub6CryUDWPS28eR2cDyojB8G354izmx294BdjeSvH469Ty3o2E6Tq5VjBJCn8rWBgesvTJnyXNAJ3QpLFGuNwqFXNt3gn612raffLWfdHNkYL";

describe("BIP-388: valid policies and their descriptors", () => {
  test.each([
    ["pkh(@0/**)", [BIP44]],
    ["sh(wpkh(@0/**))", [BIP49]],
    ["wpkh(@0/**)", [BIP84]],
    ["tr(@0/**)", [BIP86]],
    ["wsh(sortedmulti(2,@0/**,@1/**))", [FIRST, SECOND]],
  ])("%s", (template, keys) => {
    const wallet = unwrap(openWallet({ name: "BIP-388", template, keys }, "mainnet"));
    const written = keys.reduce(
      (text, key, place) => text.replace(`@${place}/**`, `${key.replaceAll("'", "h")}/<0;1>/*`),
      template,
    );
    const { multipath, receive, change } = walletDescriptors(wallet);
    expect(multipath.slice(0, -9)).toBe(written);
    expect(receive.slice(0, -9)).toBe(written.replaceAll("<0;1>", "0"));
    expect(change.slice(0, -9)).toBe(written.replaceAll("<0;1>", "1"));
  });
});

describe("BIP-388: templates that are none", () => {
  test.each([
    "pkh(@0)",
    "pkh(@0/0/**)",
    "sh(multi(1,@1/**,@0/**))",
    "sh(multi(1,@0/**,@2/**))",
    "sh(multi(1,@0/**,@0/**))",
    "sh(multi(1,@0/<0;1>/*,@0/<1;2>/*))",
    `sh(multi(1,@0/**,${SECOND.slice(SECOND.indexOf("]") + 1)}/<0;1>/*))`,
    "pkh(@0/<0;1;2>/*)",
    "tr(musig(@0/**,@1/**))",
  ])("%s", (template) => {
    for (const keys of [[FIRST], [FIRST, SECOND]]) {
      const opened = openWallet({ name: "BIP-388", template, keys }, "mainnet");
      expect(opened.ok).toBeFalse();
    }
  });
});

const signers = randomSigners(17);
const H = unspendableKey(new Uint8Array(32).fill(7));
const keysOf = (count: number): readonly string[] => signers.slice(0, count).map(({ key }) => key);
const open = (template: string, keys: readonly string[]) => {
  const policy: WalletPolicy = { name: "Rules", template, keys };
  return openWallet(policy, "regtest");
};
const listed = (count: number, first = 0): string =>
  Array.from({ length: count }, (_, key) => `@${key + first}/**`).join(",");
const leaves = (count: number): string =>
  Array.from({ length: count }, (_, leaf) => `pk(@0/<${2 * leaf + 2};${2 * leaf + 3}>/*)`).reduce(
    (tree, leaf) => `{${tree},${leaf}}`,
  );

describe("taken", () => {
  test.each([
    ["another key expression for a key's second place", "tr(@0/**,pk(@0/<2;3>/*))", keysOf(1)],
    ["a branch that is named backwards", "wpkh(@0/<1;0>/*)", keysOf(1)],
    ["the highest branches", "wpkh(@0/<2147483646;2147483647>/*)", keysOf(1)],
    ["15 keys", `sh(multi(15,${listed(15)}))`, keysOf(15)],
    ["an internal key and 15 more", `tr(@0/**,multi_a(15,${listed(15, 1)}))`, keysOf(16)],
    ["8 leaves", `tr(@0/**,${leaves(8)})`, keysOf(1)],
    ["an internal key that nobody holds", "tr(@0/**,pk(@1/**))", [H, ...keysOf(1)]],
  ])("%s", (_, template, keys) => {
    expect(open(template, keys).ok).toBeTrue();
  });

  test("the threshold is the first leaf's, and 1 without one", () => {
    const thresholdOf = (template: string, count: number) =>
      unwrap(open(template, keysOf(count))).threshold;
    expect(thresholdOf("tr(@0/**)", 1)).toBe(1);
    expect(thresholdOf("pkh(@0/**)", 1)).toBe(1);
    expect(thresholdOf("tr(@0/**,{multi_a(2,@1/**,@2/**),pk(@3/**)})", 4)).toBe(2);
    expect(thresholdOf("tr(@0/**,{pk(@1/**),multi_a(2,@2/**,@3/**)})", 4)).toBe(1);
  });
});

describe("refused as wallet_malformed", () => {
  test.each([
    ["a key that no place names", "wpkh(@0/**)", keysOf(2)],
    ["a place without its key", "wsh(multi(1,@0/**,@1/**))", keysOf(1)],
    ["a branch twice in one place", "wpkh(@0/<1;1>/*)", keysOf(1)],
    ["a branch twice in two places", "tr(@0/**,pk(@0/<1;2>/*))", keysOf(1)],
    ["a hardened branch", "wpkh(@0/<0;2147483648>/*)", keysOf(1)],
    ["a threshold of none", "tr(@0/**,multi_a(0,@1/**,@2/**))", keysOf(3)],
    ["a threshold that can't be met", "tr(@0/**,multi_a(3,@1/**,@2/**))", keysOf(3)],
    ["H as the only key", "tr(@0/**)", [H]],
    ["H as a single key", "wpkh(@0/**)", [H]],
    ["H among a multisig's keys", "wsh(multi(1,@0/**,@1/**))", [H, ...keysOf(1)]],
    ["H in a leaf", "tr(@0/**,pk(@1/**))", [...keysOf(1), H]],
    ["H in both paths", "tr(@0/**,{pk(@0/<2;3>/*),pk(@1/**)})", [H, ...keysOf(1)]],
    ["H with an origin", "tr(@0/**,pk(@1/**))", [`[00000000]${H}`, ...keysOf(1)]],
  ])("%s", (_, template, keys) => {
    expect(open(template, keys)).toMatchObject({ ok: false, error: "wallet_malformed" });
  });

  test("a bare key that is not H", () => {
    const bare = at(signers, 0).key.replace(/^.*\]/, "");
    const opened = open("tr(@0/**,pk(@1/**))", [bare, at(signers, 1).key]);
    expect(opened).toEqual({ ok: false, error: "wallet_malformed", details: { key: 0 } });
  });
});

describe("refused as wallet_unsupported", () => {
  const again = Array.from({ length: 16 }, (_, leaf) => `@0/<${2 * leaf};${2 * leaf + 1}>/*`);
  const multiA = (branches: string) => `multi_a(2,${listed(15, 1).replaceAll("**", branches)})`;
  /** Of 532 characters, and good otherwise. */
  const longTemplate = (() => {
    const all = listed(16).replaceAll("**", "<2147483644;2147483645>/*").split(",");
    const [first, ...rest] = all;
    return `tr(${first},{pk(@0/<2147483642;2147483643>/*),multi_a(15,${rest.join(",")})})`;
  })();

  test.each([
    ["a multisig of one", "wsh(multi(1,@0/**))", keysOf(1)],
    ["a leaf's multisig of one", "tr(@0/**,multi_a(1,@1/**))", keysOf(2)],
    ["a multisig of 16", `wsh(multi(2,${listed(16)}))`, keysOf(16)],
    ["17 keys", `tr(@0/**,{pk(@1/**),multi_a(2,${listed(15, 2)})})`, keysOf(17)],
    ["a key twice in one multisig", "wsh(multi(2,@0/**,@0/<2;3>/*))", keysOf(1)],
    ["9 leaves", `tr(@0/**,${leaves(9)})`, keysOf(1)],
    ["16 of one key", `wsh(multi(2,${again.join(",")}))`, keysOf(1)],
    ["31 places of keys", `tr(@0/**,{${multiA("**")},${multiA("<2;3>/*")}})`, keysOf(16)],
    ["more characters than a device takes", longTemplate, keysOf(16)],
  ])("%s", (_, template, keys) => {
    expect(open(template, keys)).toMatchObject({ ok: false, error: "wallet_unsupported" });
  });
});

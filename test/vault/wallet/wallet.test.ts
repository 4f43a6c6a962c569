import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { openWallet } from "../../../host/vault/index.ts";
import { at, policyOf, randomSigners, signerFrom, unwrap, walletOf } from "../three-keys.ts";

/** BIP-129, "Test Vectors": 2-of-2 wallets and their first address. */
const BIP129 = [
  {
    keys: [
      "[1cf0bf7e/48'/0'/0'/2']xpub6FL8FhxNNUVnG64YurPd16AfGyvFLhh7S2uSsDqR3Qfcm6o9jtcMYwh6DvmcBF9qozxNQmTCVvWtxLpKTnhVLN3Pgnu2D3pAoXYFgVyd8Yz",
      "[4fc1dd4a/48'/0'/0'/2']xpub6EebMbEps7ZcV3FYEnddRsvrFWDrt2tiPmCeM7pPXQEmphvq9ZfJ1LWFUDjf3vxCeBuPrfyGrMazWUsYsetrnHatQZVLJH7LsgCjtMqdzgj",
    ],
    address: "bc1qrgc6p3kylfztu06ysl752gwwuekhvtfh9vr7zg43jvu60mutamcsv948ej",
  },
  {
    keys: [
      "[b7868815/48h/0h/0h/2h]xpub6FA5rfxJc94K1kNtxRby1hoHwi7YDyTWwx1KUR3FwskaF6HzCbZMz3zQwGnCqdiFeMTPV3YneTGS2YQPiuNYsSvtggWWMQpEJD4jXU7ZzEh",
      "[eedff89a/48h/0h/0h/2h]xpub6EhJvMneoLWAf8cuyLBLQiKiwh89RAmqXEqYeFuaCEHdHwxSRfzLrUxKXEBap7nZSHAYP7Jfq6gZmucotNzpMQ9Sb1nTqerqW8hrtmx6Y6o",
    ],
    address: "bc1qhs4u273g4azq7kqqpe6vh5wfhasfmrq7nheyzsnq77humd7rwtkqagvakf",
  },
] as const;

const signers = randomSigners(3);
const good = policyOf(signers, 2);

describe("openWallet", () => {
  test.each(BIP129)("derives the first address of BIP-129's wallet $address", (vector) => {
    const template = "wsh(sortedmulti(2,@0/**,@1/**))";
    const policy = { name: "BIP-129", template, keys: vector.keys };
    const wallet = unwrap(openWallet(policy, "mainnet"));
    expect(wallet.address({ branch: 0, index: 0 }).address).toBe(vector.address);
    expect(at(wallet.keys, 0).path).toBe("48'/0'/0'/2'");
  });

  test("sorts the keys in the script and leaves them in the policy's order beside it", () => {
    const wallet = walletOf(signers);
    for (let index = 0; index < 20; index += 1) {
      const { publicKeys, witnessScript } = wallet.address({ branch: 1, index });
      const keys = publicKeys.map(({ publicKey }) => hex.encode(publicKey));
      const sorted = keys.toSorted().map((key) => `21${key}`);
      expect(hex.encode(witnessScript ?? new Uint8Array())).toBe(`52${sorted.join("")}53ae`);
      for (const [position, key] of publicKeys.entries()) {
        const { master, fingerprint } = at(signers, position);
        expect(key.fingerprint).toBe(fingerprint);
        expect(key.path).toBe(`m/48'/1'/0'/2'/1/${index}`);
        expect(master.derivePath(key.path).publicKey).toEqual(key.publicKey);
      }
    }
  });

  test("gives each network its own addresses, and the same one twice", () => {
    const prefixes = { regtest: "bcrt1q", testnet: "tb1q", signet: "tb1q" } as const;
    for (const network of ["regtest", "testnet", "signet"] as const) {
      const wallet = walletOf(signers, 2, network);
      const first = wallet.address({ branch: 0, index: 5 });
      expect(first.address).toStartWith(prefixes[network]);
      expect(wallet.address({ branch: 0, index: 5 })).toBe(first);
    }
  });

  test("takes 1-of-2 and 15 keys, and throws for a path that is none", () => {
    const many = walletOf(randomSigners(15), 15);
    expect(many.address({ branch: 0, index: 0 }).witnessScript?.length).toBe(3 + 34 * 15);
    const two = walletOf(signers.slice(0, 2), 1);
    expect(() => two.address({ branch: 0, index: 0x8000_0000 })).toThrow("broken invariant");
    expect(() => two.address({ branch: 0, index: -1 })).toThrow("broken invariant");
    expect(() => two.address({ branch: 0, index: 0.5 })).toThrow("broken invariant");
  });
});

describe("openWallet refuses as wallet_unsupported", () => {
  test.each([
    "wsh(sortedmulti(2,@0/**,@1/**,@2/**)) ",
    "wsh(sortedmulti(2,@0/**,@1/**,@2/*))",
    "wsh(sortedmulti(2,@0/0/*,@1/0/*,@2/0/*))",
    "wsh(sortedmulti(2,@0/<0>/*,@1/<0>/*,@2/<0>/*))",
    "wsh(sortedmulti(2,@0/<0;1;2>/*,@1/<0;1;2>/*,@2/<0;1;2>/*))",
    "wsh(sortedmulti(2,@0/<0';1'>/*,@1/<0';1'>/*,@2/<0';1'>/*))",
    "wsh(sortedmulti(02,@0/**,@1/**,@2/**))",
    "wsh(sortedmulti(2,@00/**,@1/**,@2/**))",
    "wsh(sortedmulti(2))",
    "wsh(multi_a(2,@0/**,@1/**,@2/**))",
    "wsh(pk(@0/**))",
    "wsh(wpkh(@0/**))",
    "sh(sh(multi(2,@0/**,@1/**,@2/**)))",
    "sh(pkh(@0/**))",
    "multi(2,@0/**,@1/**,@2/**)",
    "pk(@0/**)",
    "combo(@0/**)",
    "wsh(thresh(2,pk(@0/**),s:pk(@1/**),s:pk(@2/**)))",
    "tr(@0/**,multi(2,@1/**,@2/**))",
    "tr(@0/**,{pk(@1/**)})",
    "tr(@0/**,{pk(@1/**),pk(@2/**)",
    "tr(@0/**,{pk(@1/**),pk(@2/**)}})",
    "tr(@0/**,{pk(@1/**),pk(@2/**),pk(@0/<2;3>/*)})",
    "tr(@0/**,pk(@1/**),pk(@2/**))",
    "tr(@0/**,{pk(@1/**),{}})",
    "tr(@0/**,)",
    "",
  ])("the template %p", (template) => {
    const opened = openWallet({ ...good, template }, "regtest");
    expect(opened).toMatchObject({ ok: false, error: "wallet_unsupported" });
  });

  test("17 keys, and one master with two keys", () => {
    const many = openWallet(policyOf(randomSigners(17), 2), "regtest");
    expect(many).toMatchObject({ ok: false, error: "wallet_unsupported" });
    const { master, fingerprint } = at(signers, 0);
    const second = master.derivePath("m/48'/1'/1'/2'").neutered().toBase58();
    const keys = [at(good.keys, 0), at(good.keys, 1), `[${fingerprint}/48'/1'/1'/2']${second}`];
    const doubled = openWallet({ ...good, keys }, "regtest");
    expect(doubled).toMatchObject({ ok: false, error: "wallet_unsupported" });
  });
});

describe("openWallet refuses as wallet_malformed", () => {
  const first = at(signers, 0);
  const tpub = first.key.slice(first.key.indexOf("]") + 1);
  const tprv = first.master.derivePath("m/48'/1'/0'/2'").toBase58();
  const origin = `${first.fingerprint}/48'/1'/0'/2'`;

  test.each([
    ["no origin", tpub],
    ["a private key", `[${origin}]${tprv}`],
    ["a damaged key", `[${origin}]${tpub.slice(0, -1)}${tpub.endsWith("1") ? "2" : "1"}`],
    ["a key of another network", signerFrom(new Uint8Array(32), "mainnet").key],
    ["an origin of another depth", `[${first.fingerprint}/48'/2']${tpub}`],
    ["an origin that ends elsewhere", `[${first.fingerprint}/48'/1'/0'/3']${tpub}`],
    ["an origin that isn't hardened", `[${first.fingerprint}/48'/1'/0'/2]${tpub}`],
    ["a short fingerprint", `[${origin.slice(1)}]${tpub}`],
    ["a step above 2^31", `[${first.fingerprint}/48'/1'/4294967296'/2']${tpub}`],
    ["a derivation after the key", `[${origin}]${tpub}/0`],
    ["nothing", ""],
  ])("a key with %s", (_, key) => {
    const opened = openWallet({ ...good, keys: [key, ...good.keys.slice(1)] }, "regtest");
    expect(opened).toEqual({ ok: false, error: "wallet_malformed", details: { key: 0 } });
  });

  test("thresholds, placeholders and keys that don't fit together", () => {
    const malformed = { ok: false, error: "wallet_malformed" };
    const templates = [
      "wsh(sortedmulti(0,@0/**,@1/**,@2/**))",
      "wsh(sortedmulti(4,@0/**,@1/**,@2/**))",
      "wsh(sortedmulti(2,@1/**,@0/**,@2/**))",
      "wsh(sortedmulti(2,@0/**,@0/**,@1/**))",
      "wsh(sortedmulti(2,@0/**,@1/**))",
    ];
    for (const template of templates)
      expect(openWallet({ ...good, template }, "regtest")).toMatchObject(malformed);
    const repeated = { ...good, keys: [first.key, first.key, at(good.keys, 2)] };
    expect(openWallet(repeated, "regtest")).toMatchObject(malformed);
    expect(openWallet({ ...good, name: "n".repeat(65) }, "regtest")).toMatchObject(malformed);
  });
});

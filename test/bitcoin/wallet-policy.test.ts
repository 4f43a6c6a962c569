import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { networks } from "bitcoinjs-lib";
import {
  descriptors,
  type NetworkName,
  parseWalletPolicy,
  type WalletPolicyError,
  type WalletPolicyText,
  walletId,
} from "../../firmware/bitcoin/index.ts";
import { elementOf, errorOf, seeded, unwrap } from "./expect-value.ts";
import { cosignerOf, crypto, HOT, ORIGIN } from "./wallet-fixture.ts";

const [FIRST, SECOND, THIRD] = [
  elementOf(HOT.text.keys, 0),
  elementOf(HOT.text.keys, 1),
  elementOf(HOT.text.keys, 2),
];
const parse = (changes: Partial<WalletPolicyText>, network: NetworkName = "regtest") =>
  parseWalletPolicy({ ...HOT.text, ...changes }, network, crypto);

describe("BIP-388, a P2WSH multisig", () => {
  test("is read", () => {
    const policy = unwrap(parse({}));
    expect(policy.template).toBe("wsh(sortedmulti(2,@0/**,@1/**,@2/**))");
    expect(policy.threshold).toBe(2);
    expect(policy.name).toBe("Hot wallet");
    const { fingerprint, originPath, text } = elementOf(policy.keys, 0);
    expect(fingerprint).toEqual(Uint8Array.from(elementOf(HOT.cosigners, 0).master.fingerprint));
    expect(originPath).toEqual([48, 1, 0, 2].map((element) => element + 2 ** 31));
    expect(text).toBe(FIRST);
  });

  test("is the same wallet however it is spelled", () => {
    const spelled = unwrap(
      parse({
        template: "wsh(sortedmulti(2,@0/<0;1>/*,@1/**,@2/<0;1>/*))",
        keys: [
          FIRST.replaceAll("'", "h"),
          SECOND,
          THIRD.replace(/\[\w{8}/, (hex) => hex.toUpperCase()),
        ],
      }),
    );
    const policy = unwrap(parse({}));
    expect(spelled).toEqual(policy);
    expect(walletId(spelled, crypto)).toEqual(walletId(policy, crypto));
  });

  test("says which part is refused", () => {
    const partOf = (changes: Partial<WalletPolicyText>) => {
      const parsed = parse(changes);
      return parsed.ok ? undefined : [parsed.error, parsed.details];
    };
    expect(partOf({ name: "" })).toEqual(["wallet_malformed", { part: "name" }]);
    expect(partOf({ template: "wsh(" })).toEqual(["wallet_malformed", { part: "template" }]);
    expect(partOf({ template: "wsh(pk(@0/**))" })).toEqual([
      "wallet_unsupported",
      { part: "template" },
    ]);
    const few = partOf({ keys: [FIRST, SECOND] });
    expect(few).toEqual(["wallet_malformed", { part: "keys", need: 3 }]);
    expect(partOf({ keys: [FIRST, SECOND, "x"] })).toEqual(["wallet_malformed", { key: 2 }]);
  });

  test("is another wallet under another name, threshold or order", () => {
    const ids = [
      {},
      { name: "Other" },
      { template: HOT.text.template.replace("2", "1") },
      { keys: [SECOND, FIRST, THIRD] },
    ].map((changes) => walletId(unwrap(parse(changes)), crypto).toHex());
    expect(new Set(ids).size).toBe(4);
    expect(elementOf(ids, 0)).toHaveLength(64);
  });

  test("has 2 to 15 keys", () => {
    const of = (count: number) => {
      const keys = Array.from({ length: count }, (_, at) => cosignerOf(at + 1).keyText);
      const list = keys.map((_, at) => `@${at}/**`).join(",");
      return errorOf(parse({ keys, template: `wsh(sortedmulti(${Math.min(2, count)},${list}))` }));
    };
    expect([1, 2, 15, 16].map(of)).toEqual([
      "wallet_unsupported",
      "not refused",
      "not refused",
      "wallet_unsupported",
    ]);
  });

  test("has descriptors as Bitcoin Core writes them", () => {
    const [receive, change] = descriptors(unwrap(parse({})));
    const keys = [FIRST, SECOND, THIRD].map((key) => key.replaceAll("'", "h"));
    const body = (branch: number) =>
      `wsh(sortedmulti(2,${keys.map((key) => `${key}/${branch}/*`).join(",")}))#`;
    expect(receive.slice(0, -8)).toBe(body(0));
    expect(change.slice(0, -8)).toBe(body(1));
  });
});

describe("refusals", () => {
  const key = FIRST.slice(FIRST.indexOf("]") + 1);
  const mainnet = cosignerOf(1, networks.bitcoin).keyText;
  const threeKeys = (first: string) => ({ keys: [first, SECOND, THIRD] });
  const template = (text: string) => ({ template: text });
  const table: readonly (readonly [string, Partial<WalletPolicyText>, WalletPolicyError])[] = [
    ["no name", { name: "" }, "wallet_malformed"],
    ["a name of 65 characters", { name: "n".repeat(65) }, "wallet_malformed"],
    ["a name with a line break", { name: "Hot\nwallet" }, "wallet_malformed"],
    ["a name of spaces", { name: "   " }, "wallet_malformed"],
    ["a name without letter or digit", { name: "-.-" }, "wallet_malformed"],
    ["a name with a bar", { name: "x | Fee 0" }, "wallet_malformed"],
    ["a name that begins with a space", { name: " Hot" }, "wallet_malformed"],
    ["a name that ends with a space", { name: "Hot " }, "wallet_malformed"],
    ["a name with two spaces together", { name: "Hot  wallet" }, "wallet_malformed"],
    ["a name that is not ASCII", { name: "Höt" }, "wallet_malformed"],
    ["another function", template("wsh(thresh(2,pk(@0/**),pk(@1/**)))"), "wallet_unsupported"],
    ["a bare multisig", template("multi(2,@0/**,@1/**,@2/**)"), "wallet_unsupported"],
    ["a key for a single script", template("wpkh(@0/**)"), "wallet_malformed"],
    ["keys out of order", template("wsh(sortedmulti(2,@1/**,@0/**,@2/**))"), "wallet_unsupported"],
    ["a key used twice", template("wsh(sortedmulti(2,@0/**,@0/**,@1/**))"), "wallet_unsupported"],
    ["no branches", template("wsh(sortedmulti(2,@0/*,@1/**,@2/**))"), "wallet_unsupported"],
    [
      "a number with zeros before",
      template("wsh(sortedmulti(2,@00/**,@1/**,@2/**))"),
      "wallet_unsupported",
    ],
    ["a threshold of 0", template("wsh(sortedmulti(0,@0/**,@1/**,@2/**))"), "wallet_malformed"],
    [
      "a threshold with a zero before",
      template("wsh(sortedmulti(02,@0/**,@1/**,@2/**))"),
      "wallet_malformed",
    ],
    [
      "a threshold above the keys",
      template("wsh(sortedmulti(4,@0/**,@1/**,@2/**))"),
      "wallet_malformed",
    ],
    ["no template", template(""), "wallet_malformed"],
    ["prose", template("two of three, please"), "wallet_malformed"],
    ["an open bracket", template("wsh(sortedmulti(2,@0/**,@1/**,@2/**)"), "wallet_malformed"],
    ["bytes after the end", template("wsh(sortedmulti(2,@0/**,@1/**,@2/**)) "), "wallet_malformed"],
    ["a long template", template("w".repeat(513)), "wallet_unsupported"],
    ["a key too few", { keys: [FIRST, SECOND] }, "wallet_malformed"],
    ["a key too many", { keys: [FIRST, SECOND, THIRD, THIRD] }, "wallet_malformed"],
    ["a key without origin", threeKeys(key), "wallet_unsupported"],
    ["a key of another network", threeKeys(mainnet), "wallet_malformed"],
    [
      "a private key",
      threeKeys(`[00000000]${elementOf(HOT.cosigners, 0).account.toBase58()}`),
      "wallet_malformed",
    ],
    ["a key with a wrong checksum", threeKeys(`${FIRST.slice(0, -1)}1`), "wallet_malformed"],
    ["a fingerprint of 7 digits", threeKeys(`[0000000/48']${key}`), "wallet_malformed"],
    ["a path element of 2^31", threeKeys(`[00000000/2147483648']${key}`), "wallet_malformed"],
    ["a path element with zeros before", threeKeys(`[00000000/048']${key}`), "wallet_malformed"],
    [
      "a path of 11 elements",
      threeKeys(`[00000000${"/0".repeat(11)}]${key}`),
      "wallet_unsupported",
    ],
    ["a key with a path behind it", threeKeys(`${FIRST}/0`), "wallet_malformed"],
    ["a key of 10,000 characters", threeKeys("[".repeat(10_000)), "wallet_malformed"],
    ["the same key twice", { keys: [FIRST, SECOND, FIRST] }, "wallet_key_repeated"],
    [
      "the same key under another origin",
      { keys: [FIRST, SECOND, `[00000000/${ORIGIN}]${key}`] },
      "wallet_key_repeated",
    ],
  ];
  for (const [claim, changes, error] of table) {
    test(`${claim}: ${error}`, () => expect(errorOf(parse(changes))).toBe(error));
  }

  test("a refused key is named", () => {
    expect(parse(threeKeys(mainnet))).toMatchObject({ details: { key: 0 } });
    expect(parse({ keys: [FIRST, SECOND, FIRST] })).toMatchObject({ details: { key: 2 } });
  });

  test("nothing throws", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(..."wsh(sortedmulti2,@0/**)[]'".split("")) }),
    );
    const claim = (name: string, text: string, keyText: string) => {
      expect(parse({ name, template: text, keys: [keyText] }).ok).toBe(false);
      expect(parse(threeKeys(keyText)).ok).toBe(false);
    };
    fc.assert(fc.property(texts, texts, texts, claim), seeded("policies", 1_000));
  });
});

/** Scripts of published keys: the order of BIP-67, and trees of BIP-386 and BIP-387. */
import { describe, expect, test } from "bun:test";
import { networks } from "bitcoinjs-lib";
import { addressScripts } from "../../../host/vault/wallet/scripts.ts";
import { readTemplate } from "../../../host/vault/wallet/template.ts";
import { keyTree } from "../../../host/vault/wallet-curve.ts";
import { unwrap } from "../three-keys.ts";

/** A template over keys in hex; x-only ones stand for their even point. */
const scriptsOf = (template: string, ...keys: readonly string[]) => {
  const publicKeys = keys.map((key) => Uint8Array.fromHex(key.length === 64 ? `02${key}` : key));
  return addressScripts(unwrap(readTemplate(template)), publicKeys, networks.bitcoin);
};

const listed = (count: number, first = 0): string =>
  Array.from({ length: count }, (_, key) => `@${key + first}/**`).join(",");

describe("BIP-67", () => {
  test.each([
    [
      "39bgKC7RFbpoCRbtD5KEdkYKtNyhpsNa3Z",
      [
        "02ff12471208c14bd580709cb2358d98975247d8765f92bc25eab3b2763ed605f8",
        "02fe6f0a5a297eb38c391581c4413e084773ea23954d93f7753db7dc0adc188b2f",
      ],
    ],
    [
      "3CKHTjBKxCARLzwABMu9yD85kvtm7WnMfH",
      [
        "02632b12f4ac5b1d1b72b2a3b508c19172de44f6f46bcee50ba33f3f9291e47ed0",
        "027735a29bae7780a9755fae7a1c4374c656ac6a69ea9f3697fda61bb99a4f3e77",
        "02e2cc6bd5f45edd43bebe7cb9b675f0ce9ed3efe613b177588290ad188d11b404",
      ],
    ],
    [
      "32V85igBri9zcfBRVupVvwK18NFtS37FuD",
      [
        "030000000000000000000000000000000000004141414141414141414141414141",
        "020000000000000000000000000000000000004141414141414141414141414141",
        "020000000000000000000000000000000000004141414141414141414141414140",
        "030000000000000000000000000000000000004141414141414141414141414140",
      ],
    ],
    [
      "3Q4sF6tv9wsdqu2NtARzNCpQgwifm2rAba",
      [
        "022df8750480ad5b26950b25c7ba79d3e37d75f640f8e5d9bcd5b150a0f85014da",
        "03e3818b65bcc73a7d64064106a859cc1a5a728c4345ff0b641209fba0d90de6e9",
        "021f2f6e1e50cb6a953935c3601284925decd3fd21bc445712576873fb8c6ebc18",
      ],
    ],
  ])("%s", (address, keys) => {
    const sorted = scriptsOf(`sh(sortedmulti(2,${listed(keys.length)}))`, ...keys);
    expect(sorted.address).toBe(address);
    const inOrder = scriptsOf(`sh(multi(2,${listed(keys.length)}))`, ...keys.toSorted());
    expect(inOrder.address).toBe(address);
    const pushes = keys.toSorted().map((key) => `21${key}`);
    const script = `52${pushes.join("")}${(0x50 + keys.length).toString(16)}ae`;
    expect(sorted.redeemScript?.toHex()).toBe(script);
  });
});

const FIRST = "a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd";
const SECOND = "669b8afcec803a0d323e9a17f3ea8e68e8abe5a278020a929adbec52421adbd0";
const H = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0";
const XPUB =
  "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL";
const OTHER_XPUB =
  "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y";
/** Of the private key that BIP-386 writes. */
const THIRD_XPUB =
  "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR62cfN7fe5JnJ7dh8zL4fiyLHV";
const below = (xpub: string, ...path: readonly number[]): string =>
  path.reduce((node, step) => node.derive(step), keyTree.fromBase58(xpub)).publicKey.toHex();

describe("BIP-386 and BIP-387", () => {
  test.each([
    ["tr(@0/**)", [FIRST], "77aab6e066f8a7419c5ab714c12c67d25007ed55a43cadcacb4d7a970a093f11"],
    [
      "tr(@0/**,pk(@1/**))",
      [FIRST, SECOND],
      "17cf18db381d836d8923b1bdb246cfcd818da1a9f0e6e7907f187f0b2f937754",
    ],
    [
      "tr(@0/**,{pk(@1/**),{{pk(@2/**),pk(@3/**)},pk(@4/**)}})",
      [
        FIRST,
        below(THIRD_XPUB, 0),
        below(XPUB),
        "02df12b7035bdac8e3bab862a3a83d06ea6b17b6753d52edecba9be46f5d09e076",
        FIRST,
      ],
      "71fff39599a7b78bc02623cbe814efebf1a404f5d8ad34ea80f213bd8943f574",
    ],
    [
      "tr(@0/**,multi_a(1,@1/**))",
      [FIRST, SECOND],
      "eb5bd3894327d75093891cc3a62506df7d58ec137fcd104cdd285d67816074f3",
    ],
    [
      "tr(@0/**,multi_a(2,@1/**,@2/**))",
      [H, below(XPUB), below(OTHER_XPUB, 0)],
      "2eea93581594a43c0c8423b70dc112e5651df63984d108d4fc8ccd3b63b4eafa",
    ],
    [
      "tr(@0/**,sortedmulti_a(2,@1/**,@2/**))",
      [H, below(XPUB), below(OTHER_XPUB, 0)],
      "16fa6a6ba7e98c54b5bf43b3144912b78a61b60b02f6a74172b8dcb35b12bc30",
    ],
    ...[
      "abd47468515223f58a1a18edfde709a7a2aab2b696d59ecf8c34f0ba274ef772",
      "fe62e7ed20705bd1d3678e072bc999acb014f07795fa02cb8f25a7aa787e8cbd",
      "1311093750f459039adaa2a5ed23b0f7a8ae2c2ffb07c5390ea37e2fb1050b41",
    ].map(
      (known, index) =>
        [
          "tr(@0/**,sortedmulti_a(2,@1/**,@2/**))",
          [H, below(XPUB, index), below(OTHER_XPUB, 0, 0, index)],
          known,
        ] as const,
    ),
  ] as const)("%s", (template, keys, known) => {
    expect(scriptsOf(template, ...keys).scriptPubKey.toHex()).toBe(`5120${known}`);
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { sha256 } from "@noble/hashes/sha2.js";
import { address as addresses, networks, payments } from "bitcoinjs-lib";
import { decodeBase58Check, encodeBase58Check } from "../../firmware/bitcoin/encoding/base58.ts";
import {
  describeOutput,
  descriptorChecksum,
  parseXpub,
  toXpub,
} from "../../firmware/bitcoin/index.ts";
import { createChildKeys, deriveChild } from "../../firmware/bitcoin/wallet/extended-key.ts";
import { encodeCompactSize } from "../../firmware/bitcoin/encoding/compact-size.ts";
import {
  createWindow,
  MALFORMED,
  pushBytes,
  readCompactSize,
  STARVED,
} from "../../firmware/bitcoin/encoding/window.ts";
import { field, hasNoVectors, listOf, readVectors, textField } from "../secrets/oracles/vectors.ts";
import { errorOf, seeded, unwrap } from "./expect-value.ts";
import { bip32, crypto } from "./wallet-fixture.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text);
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe("BIP-173 and BIP-350 addresses", () => {
  const table = [
    [
      "mainnet",
      "0014751e76e8199196d454941c45d1b3a323f1433bd6",
      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    ],
    [
      "testnet",
      "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
      "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
    ],
    [
      "signet",
      "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
      "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
    ],
    [
      "testnet",
      "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
      "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
    ],
    [
      "mainnet",
      "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
      "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
  ] as const;
  for (const [network, script, address] of table) {
    test(address, () => expect(describeOutput(hex(script), { crypto, network })).toBe(address));
  }
});

describe("output scripts", () => {
  const NETWORKS = [
    ["mainnet", networks.bitcoin],
    ["testnet", networks.testnet],
    ["regtest", networks.regtest],
  ] as const;

  test("every standard form has the address that bitcoinjs-lib gives it", () => {
    const claim = (hash: Uint8Array, short: Uint8Array) => {
      for (const [network, other] of NETWORKS) {
        for (const output of [
          payments.p2wpkh({ hash: short, network: other }).output,
          payments.p2wsh({ hash, network: other }).output,
          payments.p2pkh({ hash: short, network: other }).output,
          payments.p2sh({ hash: short, network: other }).output,
        ]) {
          const script = output ?? new Uint8Array();
          const address = addresses.fromOutputScript(script, other);
          expect(describeOutput(script, { crypto, network })).toBe(address);
        }
      }
    };
    fc.assert(fc.property(bytesOf(32), bytesOf(20), claim), seeded("addresses", 50));
  });

  test("a script without an address is shown as it is, or by its hash: never a part", () => {
    const shown = (script: Uint8Array) => describeOutput(script, { crypto, network: "regtest" });
    expect(shown(hex("6a026869"))).toBe("script 6a026869");
    expect(shown(new Uint8Array())).toBe("script empty");
    expect(shown(hex("0014751e"))).toBe("script 0014751e");
    const almostHash = `76a914${"11".repeat(20)}88ad`;
    expect(shown(hex(almostHash))).toBe(`script ${almostHash}`);
    expect(shown(new Uint8Array(83).fill(0xab))).toBe(`script ${"ab".repeat(83)}`);
    expect(shown(new Uint8Array(84).fill(0xab))).toBe(
      `script 84 bytes SHA-256 ${sha256(new Uint8Array(84).fill(0xab)).toHex()}`,
    );
  });
});

describe("base58check", () => {
  test("what was encoded decodes, leading zeros included", () => {
    const payloads = fc.tuple(fc.nat(4), fc.uint8Array({ maxLength: 70 }));
    const claim = ([zeros, rest]: [number, Uint8Array]) => {
      const payload = Uint8Array.of(...new Uint8Array(zeros), ...rest);
      expect(decodeBase58Check(encodeBase58Check(payload, crypto), crypto)).toEqual(payload);
    };
    fc.assert(fc.property(payloads, claim), seeded("base58check", 200));
  });

  test("a wrong character, a wrong checksum and too long a text are refused", () => {
    const text = encodeBase58Check(hex("00010203"), crypto);
    expect(decodeBase58Check(`${text}0`, crypto)).toBeUndefined();
    expect(decodeBase58Check(`2${text}`, crypto)).toBeUndefined();
    expect(decodeBase58Check("1".repeat(113), crypto)).toBeUndefined();
    expect(decodeBase58Check("", crypto)).toBeUndefined();
  });
});

describe("BIP-32 public derivation", () => {
  // Test vector 1 of BIP-32: m/0H and its child 1.
  const parent =
    "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw";
  const child =
    "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ";

  test("test vector 1", () => {
    const node = unwrap(parseXpub(parent, "mainnet", crypto));
    expect(toXpub(node, "mainnet", crypto)).toBe(parent);
    expect(toXpub(unwrap(deriveChild(node, 1, crypto)), "mainnet", crypto)).toBe(child);
  });

  test.skipIf(hasNoVectors)("published children (needs MAYFLY_VECTORS)", async () => {
    let derived = 0;
    for (const entry of listOf(await readVectors("bip32.json"))) {
      const known = listOf(field(entry, "vectors")).map((one): readonly [string, string] => [
        textField(one, "path"),
        textField(one, "xpub"),
      ]);
      const xpubs = new Map<string, string>([["m", textField(entry, "xpub")], ...known]);
      for (const [path, xpub] of known) {
        const at = path.lastIndexOf("/");
        const [above, step] = [xpubs.get(path.slice(0, at)), path.slice(at + 1)];
        if (above === undefined || step.endsWith("h")) continue;
        const node = unwrap(parseXpub(above, "mainnet", crypto));
        const made = unwrap(deriveChild(node, Number(step), crypto));
        expect([path, toXpub(made, "mainnet", crypto)]).toEqual([path, xpub]);
        expect(createChildKeys(node, crypto)(Number(step))).toEqual(made.publicKey);
        derived += 1;
      }
    }
    expect(derived).toBeGreaterThan(100);
  });

  test("random children are bip32's", () => {
    const claim = (seed: Uint8Array, index: number) => {
      const theirs = bip32.fromSeed(seed, networks.testnet).deriveHardened(3).neutered();
      const ours = unwrap(parseXpub(theirs.toBase58(), "testnet", crypto));
      const derived = unwrap(deriveChild(ours, index, crypto));
      expect(toXpub(derived, "testnet", crypto)).toBe(theirs.derive(index).toBase58());
      const childOf = createChildKeys(ours, crypto);
      const keys = [childOf(index), childOf(0), childOf(index)];
      expect(keys.map((key) => key?.toHex())).toEqual(
        [index, 0, index].map((one) => theirs.derive(one).publicKey.toHex()),
      );
    };
    const indexes = fc.nat(2 ** 31 - 1);
    fc.assert(fc.property(bytesOf(32), indexes, claim), seeded("children", 30));
  });

  test("a hardened or broken index is refused", () => {
    const node = unwrap(parseXpub(parent, "mainnet", crypto));
    for (const index of [2 ** 31, -1, 0.5, Number.NaN, 2 ** 32]) {
      expect(errorOf(deriveChild(node, index, crypto))).toBe("index_out_of_range");
      expect(createChildKeys(node, crypto)(index)).toBeUndefined();
    }
  });

  test("invalid keys (test vector 5) are refused", () => {
    const invalid = [
      // Another network's version, a private key, and a text with a changed character.
      ["testnet", parent],
      [
        "mainnet",
        "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7",
      ],
      ["mainnet", `${parent.slice(0, -1)}x`],
    ] as const;
    for (const [network, text] of invalid) {
      expect(errorOf(parseXpub(text, network, crypto))).toBe("wallet_malformed");
    }
    const node = unwrap(parseXpub(parent, "mainnet", crypto));
    const broken = [
      { ...node, publicKey: Uint8Array.of(4, ...node.publicKey.subarray(1)) },
      { ...node, publicKey: Uint8Array.of(1, ...node.publicKey.subarray(1)) },
      { ...node, publicKey: Uint8Array.of(2, ...new Uint8Array(31), 7) },
      { ...node, publicKey: new Uint8Array(33) },
      { ...node, depth: 0 },
      { ...node, depth: 0, parentFingerprint: new Uint8Array(4) },
    ];
    for (const wrong of broken) {
      const text = toXpub(wrong, "mainnet", crypto);
      expect(errorOf(parseXpub(text, "mainnet", crypto))).toBe("wallet_malformed");
    }
  });
});

describe("BIP-380 checksum", () => {
  const table = [
    ["raw(deadbeef)", "89f8spxm"],
    [
      "wpkh([d34db33f/84h/0h/0h]0279be667ef9dcbbac55a06295Ce870b07029Bfcdb2dce28d959f2815b16f81798)",
      "qwlqgth7",
    ],
  ] as const;
  for (const [descriptor, checksum] of table) {
    test(checksum, () => expect(descriptorChecksum(descriptor)).toBe(checksum));
  }
});

describe("compact size", () => {
  const windowOn = (bytes: Uint8Array, isClosed = true) => {
    const window = createWindow();
    pushBytes(window, bytes);
    window.isClosed = isClosed;
    return window;
  };
  const table = [
    ["00", 0],
    ["fc", 0xfc],
    ["fdfd00", 0xfd],
    ["fdffff", 0xffff],
    ["fe00000100", 0x10000],
    ["feffffffff", 0xffffffff],
    ["ff0000000001000000", 2 ** 32],
  ] as const;
  test("is read, and written below 2^32", () => {
    for (const [text, value] of table) {
      const window = windowOn(hex(text));
      expect(readCompactSize(window)).toBe(value);
      expect(window.at).toBe(text.length / 2);
      if (value < 2 ** 32) expect(encodeCompactSize(value).toHex()).toBe(text);
    }
  });

  test("is refused in a longer form than needed, and where it is cut", () => {
    for (const text of [
      "fdfc00",
      "fe00000000",
      "feffff0000",
      "ffffffffff00000000",
      "fd00",
      "fe000001",
      "ff00000000010000",
      "",
    ]) {
      expect(readCompactSize(windowOn(hex(text)))).toBe(MALFORMED);
    }
  });

  test("is waited for where more may come, and left where it is", () => {
    for (const text of ["", "fd00", "fe000001", "ff00000000010000"]) {
      const window = windowOn(hex(text), false);
      expect([readCompactSize(window), window.at]).toEqual([STARVED, 0]);
    }
  });
});

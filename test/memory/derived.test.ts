/** What an outsider works out of a seed, against published vectors. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { crypt } from "slip39/src/slip39_helper.js";
import { derivedSecrets, type Knowledge } from "./derived.ts";
import { negate } from "./limbs.ts";
import { recoverNonce } from "./nonces.ts";
import { shareOf } from "../secrets/oracles/slip39-words.ts";
import { shareSetSecrets } from "./slip39-values.ts";

const hex = (digits: string): Uint8Array => Uint8Array.fromHex(digits);

const valuesOf = (knowledge: Knowledge): ReadonlyMap<string, string> =>
  new Map(derivedSecrets(knowledge).map(({ name, bytes }) => [name, bytes.toHex()]));

describe("BIP-32, test vector 1", () => {
  const seed = hex("000102030405060708090a0b0c0d0e0f");
  const values = valuesOf({ seed, paths: ["m/0'/1/2'", "m/0'/1"] });

  test.each([
    ["m key", "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35"],
    ["m chain code", "873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508"],
    ["m/0' key", "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea"],
    ["m/0'/1 key", "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368"],
    ["m/0'/1/2' key", "cbce0d719ecf7431d88e6a89fa1483e02e35092af60c042b1df2ff59fa424dca"],
    ["m/0'/1/2' chain code", "04466b9cc8e161e966409ca52986c584f07e9dc81f735db683c3ff6ec7b1503f"],
  ])("%s", (name, digits) => expect(values.get(name)).toBe(digits));

  test("each node once, with what was added to its parent's key", () => {
    expect([...values.keys()].filter((name) => name.endsWith(" IL"))).toEqual([
      "m/0' IL",
      "m/0'/1 IL",
      "m/0'/1/2' IL",
    ]);
  });
});

describe("SLIP-39", () => {
  test.each([
    [false, 0],
    [false, 1],
    [true, 0],
    [true, 2],
  ])("encrypts as another library does (extendable %p, exponent %i)", (extendable, exponent) => {
    const seed = hex("bb54aac4b89dc868ba37d9cc21b2cece");
    const passphrase = "TREZOR";
    const [whole, ...rounds] = shareSetSecrets(seed, {
      identifier: 0x1234,
      iterationExponent: exponent,
      extendable,
      passphrase: new TextEncoder().encode(passphrase),
      shares: [],
    });
    const expected = crypt([...seed], passphrase, exponent, [0x12, 0x34], Number(extendable), true);
    expect([...(whole?.bytes ?? [])]).toEqual([...expected]);
    expect(rounds.map(({ bytes }) => bytes.length)).toEqual(Array.from({ length: 12 }, () => 8));
  });

  test("test vector 1: the only share's value is the encrypted master secret", () => {
    const share = shareOf(
      "duckling enlarge academic academic agency result length solution fridge kidney " +
        "coal piece deal husband erode duke ajar critical decision keyboard",
    );
    const passphrase = new TextEncoder().encode("TREZOR");
    const values = valuesOf({
      seed: hex("bb54aac4b89dc868ba37d9cc21b2cece"),
      shareSets: [{ ...share.header, passphrase, shares: [{ name: "share", value: share.value }] }],
    });
    expect(values.get("SLIP-39 7945 encrypted master secret")).toBe(values.get("share") ?? "");
  });
});

describe("HKDF, RFC 5869, test case 3", () => {
  const seed = new Uint8Array(22).fill(0x0b);

  test("without a label", () => {
    const values = valuesOf({ seed, labels: [{ label: "", use: "symmetric" }] });
    expect(values.get("HKDF key of the seed")).toBe(
      "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
    );
    expect(values.get("")).toBe("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
  });

  test("a label of a node has a master key, and paths below it", () => {
    const values = valuesOf({
      seed,
      labels: [{ label: "a node", use: "node" }],
      paths: ["a node/1'"],
    });
    const own = valuesOf({ seed: hex(values.get("a node") ?? ""), paths: ["m/1'"] });
    expect(values.get("a node key")).toBe(own.get("m key") ?? "");
    expect(values.get("a node/1' chain code")).toBe(own.get("m/1' chain code") ?? "");
  });
});

const digestOf = (text: string): Uint8Array =>
  new Uint8Array(createHash("sha256").update(text).digest());

const ONE = hex("1".padStart(64, "0"));

describe("nonces of signatures", () => {
  test("RFC 6979 over secp256k1: key 1, 'Satoshi Nakamoto'", () => {
    const digest = digestOf("Satoshi Nakamoto");
    const signature = secp256k1.sign(digest, ONE, { prehash: false, lowS: true });
    const nonce = recoverNonce(ONE, { scheme: "ecdsa", digest, signature });
    expect([nonce.toHex(), negate(nonce).toHex()]).toContain(
      "8f8a276c19f4149656b280621e358cce24f5f52542772691ee69063b74f15d15",
    );
  });

  test.each([0, 1, 2, 3])("BIP-340, 'Default Signing', message %i", (number) => {
    const key = digestOf(`key ${number}`);
    const digest = digestOf(`message ${number}`);
    const auxiliary = digestOf(`auxiliary ${number}`);
    const signature = schnorr.sign(digest, key, auxiliary);
    const nonce = recoverNonce(key, { scheme: "bip340", digest, signature });
    const isOdd = secp256k1.getPublicKey(key, true)[0] === 3;
    const hidden = schnorr.utils.taggedHash("BIP0340/aux", auxiliary);
    const mask = (isOdd ? negate(key) : key).map((byte, i) => byte ^ (hidden[i] ?? 0));
    const drawn = schnorr.utils.taggedHash(
      "BIP0340/nonce",
      mask,
      schnorr.getPublicKey(key),
      digest,
    );
    expect([nonce.toHex(), negate(nonce).toHex()]).toContain(drawn.toHex());
  });

  test("a signature over another digest is refused, not searched for", () => {
    const signature = secp256k1.sign(digestOf("one"), ONE, { prehash: false });
    const digest = digestOf("another");
    expect(() => recoverNonce(ONE, { scheme: "ecdsa", digest, signature })).toThrow("not by this");
    expect(() => recoverNonce(ONE, { scheme: "bip340", digest, signature })).toThrow("not by this");
  });

  test("signers are found by their paths", () => {
    const seed = hex("000102030405060708090a0b0c0d0e0f");
    const key = hex("edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea");
    const digest = digestOf("one");
    const signature = secp256k1.sign(digest, key, { prehash: false });
    const signed = { scheme: "ecdsa", digest, signature } as const;
    const by = (signer: string): Knowledge => ({
      seed,
      paths: ["m/0'"],
      signatures: [{ ...signed, signer }],
    });
    expect(valuesOf(by("m/0'")).get("nonce 0")).toBe(recoverNonce(key, signed).toHex());
    expect(() => derivedSecrets(by("m"))).toThrow("not by this key");
    expect(() => derivedSecrets(by("m/7"))).toThrow("m/7 is on none of the paths");
  });
});

/**
 * The portable engine and the public cryptography against libsecp256k1, the library that Bitcoin
 * Core signs and verifies with: the same bytes, and the same answers to what was altered.
 */
import { expect, test } from "bun:test";
import { HDKey } from "@scure/bip32";
import type { Handle } from "../../firmware/hal.ts";
import { createCrypto, createPortableSecrets } from "../../hardware/secrets/index.ts";
import { must } from "../secrets/oracles/loading.ts";
import { SEED, seededRng } from "../secrets/oracles/seeded.ts";
import { type Libsecp256k1, openLibsecp256k1 } from "./libsecp256k1.ts";

const CASES = 300;
const ORDER = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n;

const opened = openLibsecp256k1();
const testNative = test.skipIf(opened === undefined);
const native = (): Libsecp256k1 => {
  if (opened === undefined) throw new Error("libsecp256k1 is not here");
  return opened;
};
console.log(`libsecp256k1: ${opened?.soname ?? "not here"}, MAYFLY_SEED=${SEED}`);

const rng = seededRng("libsecp256k1");
const randomBytes = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  must(rng.fill(bytes));
  return bytes;
};
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${bytes.toHex()}`);
const bytesOf = (number: bigint): Uint8Array =>
  Uint8Array.fromHex(number.toString(16).padStart(64, "0"));
const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const secrets = createPortableSecrets(rng);
const crypto = createCrypto();

/** Digests at the edges of the field and the group; then random ones. */
const EDGES = [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n].map(bytesOf);

interface Case {
  readonly node: Handle<"node">;
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly digest: Uint8Array;
}

/** A key at a random path of one to five steps, inside the engine and outside. */
const makeCase = (index: number): Case => {
  const seed = randomBytes(32);
  const steps = new Uint32Array(randomBytes(4 * (1 + (index % 5))).buffer);
  const path = [...steps];
  const node = must(secrets.derive(secrets.master(secrets.importSeed(seed)), path));
  const outside = path.reduce((key, step) => key.deriveChild(step), HDKey.fromMasterSeed(seed));
  const { privateKey, publicKey } = outside;
  if (privateKey === null || publicKey === null) throw new Error("@scure/bip32 derived no key");
  return { node, secretKey: privateKey, publicKey, digest: EDGES[index] ?? randomBytes(32) };
};

const cases = opened === undefined ? [] : Array.from({ length: CASES }, (_, i) => makeCase(i));

/** Bitcoin Core's `CKey::Sign`: no extra entropy first, then 1, 2, 3 in 32 little-endian bytes. */
const signAsCore = ({ digest, secretKey }: Case): { signature: Uint8Array; counter: number } => {
  let signature = native().signEcdsa(digest, secretKey, null);
  let counter = 0;
  while ((signature[0] ?? 0) >= 0x80) {
    const extraEntropy = new Uint8Array(32);
    counter += 1;
    new DataView(extraEntropy.buffer).setUint32(0, counter, true);
    signature = native().signEcdsa(digest, secretKey, extraEntropy);
  }
  return { signature, counter };
};

testNative("libsecp256k1 derives the same public keys", () => {
  for (const { node, secretKey, publicKey } of cases) {
    expect(secrets.publicNode(node).publicKey.toHex()).toBe(publicKey.toHex());
    expect(native().publicKey(secretKey).toHex()).toBe(publicKey.toHex());
  }
});

testNative(
  "libsecp256k1 makes the engine's ECDSA signatures: RFC 6979, low R as Core grinds",
  () => {
    let longest = 0;
    for (const one of cases) {
      const { signature, counter } = signAsCore(one);
      longest = Math.max(longest, counter);
      expect(secrets.signEcdsa(one.node, one.digest, one.publicKey).toHex()).toBe(
        signature.toHex(),
      );
    }
    // Half of all signatures need another try: without any, nothing was ground.
    expect(longest).toBeGreaterThan(1);
  },
);

testNative("libsecp256k1 makes the engine's BIP-340 signatures, auxiliary bytes given", () => {
  for (const [index, { node, secretKey, publicKey: own, digest }] of cases.entries()) {
    const publicKey = own.slice(1);
    const auxiliary = EDGES[index - EDGES.length] ?? randomBytes(32);
    const signature = native().signSchnorr(digest, secretKey, auxiliary);
    const made = secrets.signSchnorr(node, digest, { auxiliary, publicKey });
    expect(made.toHex()).toBe(signature.toHex());
  }
});

const flip = (bytes: Uint8Array): Uint8Array => {
  const [place = 0, bit = 0] = randomBytes(2);
  return bytes.map((byte, at) => (at === place % bytes.length ? byte ^ (1 << (bit % 8)) : byte));
};

/** A signature, a digest and a key, altered in every way that has a name. */
const alterations = (signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array) => {
  const [r, s] = [signature.slice(0, 32), signature.slice(32)];
  const [zero, order] = [bytesOf(0n), bytesOf(ORDER)];
  const negated = bytesOf(ORDER - numberOf(s));
  const prefixed = (prefix: number) => join(Uint8Array.of(prefix), publicKey.slice(1));
  return [
    { signature, digest, publicKey },
    { signature: flip(signature), digest, publicKey },
    { signature, digest: flip(digest), publicKey },
    { signature, digest, publicKey: flip(publicKey) },
    { signature: join(r, negated), digest, publicKey },
    { signature: join(s, r), digest, publicKey },
    ...[zero, order].flatMap((edge) => [
      { signature: join(edge, s), digest, publicKey },
      { signature: join(r, edge), digest, publicKey },
    ]),
    { signature, digest: zero, publicKey },
    { signature, digest, publicKey: publicKey.slice(0, 32) },
    ...[0, 2, 3, 4, 5].map((prefix) => ({ signature, digest, publicKey: prefixed(prefix) })),
  ];
};

testNative(
  "libsecp256k1 verifies what the engine signs, and crypto accepts exactly what it does",
  () => {
    let accepted = 0;
    for (const { node, digest, publicKey } of cases) {
      const signature = secrets.signEcdsa(node, digest, publicKey);
      expect(native().verifyEcdsa(signature, digest, publicKey)).toBe(true);
      for (const one of alterations(signature, digest, publicKey)) {
        const verdict = native().verifyEcdsa(one.signature, one.digest, one.publicKey);
        const own = crypto.verifyEcdsa(one.signature, one.digest, one.publicKey);
        expect({ ...one, verdict: own }).toEqual({ ...one, verdict });
        if (verdict) accepted += 1;
      }
    }
    // The unaltered one and the key with its own prefix; few more: digests that are 0 modulo n.
    expect(accepted).toBeWithin(2 * CASES, 2 * CASES + 2 * EDGES.length);
  },
);

testNative("libsecp256k1 adds a tweak to a public key as crypto does", () => {
  for (const [index, { secretKey, publicKey }] of cases.entries()) {
    const opposite = bytesOf(ORDER - numberOf(secretKey));
    const tweaks = [opposite, secretKey, EDGES[index] ?? randomBytes(32)];
    for (const tweak of tweaks) {
      const expected = native().addTweak(publicKey, tweak)?.toHex();
      expect(crypto.addTweak(publicKey, tweak)?.toHex()).toBe(expected);
    }
    expect(crypto.addTweak(publicKey, opposite)).toBeUndefined();
    const strange = flip(publicKey);
    const tweak = randomBytes(32);
    const expected = native().addTweak(strange, tweak)?.toHex();
    expect(crypto.addTweak(strange, tweak)?.toHex()).toBe(expected);
  }
});

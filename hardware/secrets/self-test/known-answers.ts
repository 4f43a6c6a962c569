/**
 * Known answers of the self-test. Seeds and messages are made up; the answers were computed by
 * several independent implementations, which test/secrets/self-test.test.ts asks again.
 */
import type { Envelope, ShareHeader } from "../../../firmware/hal.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex);

/** The seed of BIP-32's test vector 1. */
export const SEED: Uint8Array = bytes("000102030405060708090a0b0c0d0e0f");
/** m/0h/1/2h/2/1000000000 of that vector. */
export const PATH: readonly number[] = [2 ** 31, 1, 2 ** 31 + 2, 2, 1_000_000_000];
/** What is signed and authenticated; under it the first ECDSA signature has a high R. */
export const MESSAGE: Uint8Array = new Uint8Array(32).fill(1);
/** BIP-340's auxiliary randomness. */
export const AUXILIARY: Uint8Array = new Uint8Array(32).fill(0xa5);
/** The label under which keys are derived. */
export const LABEL = "self-test";

/** Public answers. */
export const ANSWERS = {
  publicKey: bytes("022a471424da5e657499d1ff51cb43c47481a03b1e77f951fe64cec9f5a48f7011"),
  chainCode: bytes("c783e67b921d2beb8f6b389cc646d7263b4145701dadd2161548a8b078e65e9e"),
  ecdsa: bytes(
    "59120166f9c310eb715519b655c3899026606b79c15398e954dd57669a31cde4" +
      "2e5165b0dd022666ca8a6ed3f239f0c60b3248255a1847591c8853c9f7ff9914",
  ),
  schnorr: bytes(
    "2046bb1706bbd4db2dc6dce085d1eb1b6d2a93abf3504cd652a67635984f21b1" +
      "c5410357f3c71daac75ceffd42da26ae3a61540747e017afa0d239f6eb40e46d",
  ),
  /** The master key, which has an odd Y, tweaked by `MESSAGE` (BIP-341): x-only. */
  tweakedKey: bytes("f67b6b53006f88f1a9674da3769cfd05154368ee7baf000d3367d38f534737e0"),
  tweaked: bytes(
    "43b4a053151c5f5bcf05c57ba657b4fa02fba9f74c017f10dd58f05500b704a4" +
      "0d9e5d16cd841d2517534ef0dfa7aaffe357622fe6d2fed1bcc37858993d858d",
  ),
  mac: bytes("b2b68f73d73961ae268d9aacdd9421d7c036746fa8a037a2599f01e5368e055a"),
  agreementKey: bytes("f5a2c75933ed120261a7ddb2ca1cab078b7fc14674143f75358effbc7876b518"),
  /** The master public key of the seed that the shares below hold. */
  recombined: bytes("0246d433ebea98424a107f98540bd897452bb1c5f8b6cf5cfaf3b6d449307039c3"),
} as const;

/** A share sealed to the agreement key, with `MESSAGE` as info and its place as associated data. */
export interface SealedAnswer {
  readonly header: ShareHeader;
  readonly associatedData: Uint8Array;
  readonly envelope: Envelope;
  /** HMAC-SHA256 of `MESSAGE` under its value. */
  readonly mac: Uint8Array;
}

const SET = { identifier: 29182, extendable: true, iterationExponent: 0 } as const;
const FIRST_GROUP = { ...SET, groupIndex: 0, groupThreshold: 2, groupCount: 2, memberThreshold: 2 };
const SECOND_GROUP = { ...FIRST_GROUP, groupIndex: 1, memberThreshold: 1 };

/** Two members of the first group and the only one of the second. */
export const SEALED: readonly SealedAnswer[] = [
  {
    header: { ...FIRST_GROUP, memberIndex: 0 },
    associatedData: Uint8Array.of(0),
    envelope: {
      encapsulated: bytes("5c95aa00b63f85581b3147ac58cd090a4db281e8793c2dae4273d8954c6cf617"),
      ciphertext: bytes("b45d9becf8d561e140da93333f63c89e9aabb8b37324ee2b0abb82a99c7c5bb0"),
    },
    mac: bytes("d1a635ad592eb47a05a410ddc650325c328b63bc633f2fc55309ac7353a86c2f"),
  },
  {
    header: { ...FIRST_GROUP, memberIndex: 2 },
    associatedData: Uint8Array.of(2),
    envelope: {
      encapsulated: bytes("cc453ff46d54885b34871fa77f9c70648dbd91a2a3f278e35fcdc1d7712fc002"),
      ciphertext: bytes("fc2f26b1b04f002d821ab0cd1af5d9e4619e0310e2cd9197cf94fd5d3c4da330"),
    },
    mac: bytes("a3d13e0724b8086698d819d0267fb0c4bf69ba90e14b82fd3f494f95b6d0a79d"),
  },
  {
    header: { ...SECOND_GROUP, memberIndex: 0 },
    associatedData: Uint8Array.of(3),
    envelope: {
      encapsulated: bytes("f9083b55fc5fd732384e68c75f77d4a8688b7b4c1acea4619bb664f255390832"),
      ciphertext: bytes("de604cbda7f9a18f789f0577092d9df8f0b2bba28024b61e1b2d88724a5897aa"),
    },
    mac: bytes("dca9d71d3274d3fbd9ee40f9f68f134712d0a3c55fb72b2e86d4b57bc41b1626"),
  },
];

/** HMAC_DRBG with SHA-256: the first 64 bytes after instantiation with this material. */
export const DRBG = {
  material: bytes(
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
      "202122232425262728292a2b2c2d2e2f4d6179666c792073656c662d74657374",
  ),
  output: bytes(
    "998c083fa3e964a0eb1216c3228c7452d926ab571b391a5ca63d16eb39cac240" +
      "829136239f26955f151e4f4d84dd34904e9dc4f3b0905f11fa5b5b3b8c51cb38",
  ),
} as const;

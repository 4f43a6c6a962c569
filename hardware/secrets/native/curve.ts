/**
 * secp256k1 by libsecp256k1, secret keys at addresses in the arena. Lengths are checked before
 * every call: an argument that the library calls illegal ends the process.
 */
import type { Pointer } from "bun:ffi";
import type { SchnorrSettings } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import { COMPRESSED_BYTES, createCurveContext, OBJECT_BYTES, serialisePoint } from "./points.ts";
import type { Random } from "./random.ts";
import type { Room } from "./room.ts";
import type { Workspace } from "./scratch.ts";

const SCALAR_BYTES = 32;
/** secp256k1_keypair, opaque. */
const KEYPAIR_BYTES = 96;
const SIGNATURE_BYTES = 64;
const TOP_BIT = 0x80;
/** Half of all nonces will do: so many failures in a row are a broken engine. */
const TRIES = 256;
/** Operations on secret keys between two blindings of the context. */
const BLINDED_FOR = 1000;

/** The same operation on public bytes right after one on a key: rinses the registers. */
const DECOY = new Uint8Array(SCALAR_BYTES);

/** The curve on one blinded context. */
export interface Curve {
  readonly isSecretKey: (key: Pointer) => boolean;
  /** Adds the scalar at `tweak` to the key in place; false where there is no such key. */
  readonly addToSecretKey: (key: Pointer, tweak: Pointer) => boolean;
  /** The public key of a secret key, in the library's own form. */
  readonly point: (key: Pointer) => Uint8Array;
  /** 33 bytes, compressed. */
  readonly serialise: (point: Uint8Array) => Uint8Array;
  /** RFC 6979, low S, low R; 64 bytes, verified under the public key (33 bytes). */
  readonly signEcdsa: (key: Pointer, digest: Uint8Array, publicKey: Uint8Array) => Uint8Array;
  /** BIP-340; 64 bytes, verified under the public key of the settings. */
  readonly signSchnorr: (
    key: Pointer,
    message: Uint8Array,
    settings: SchnorrSettings,
  ) => Uint8Array;
}

/** Where the seeds of blindings come from. */
export type Blinding = Pick<Random, "fill">;

const createContext = ({ libraries: { curve }, arena }: Room<Workspace>, random: Blinding) => {
  const context = createCurveContext(curve);
  let left = 0;
  /** SP: the seed of the blinding is as secret as what it blinds. */
  const blind = (): void =>
    arena.scratch((take) => {
      const seed = take(SCALAR_BYTES);
      const isDrawn = random.fill(seed, SCALAR_BYTES);
      assert(isDrawn, "the generator that was tested at the start still works");
      assert(curve.secp256k1_context_randomize(context, seed) === 1, "a context is blinded");
    });
  return (): Pointer => {
    if (left === 0) {
      left = BLINDED_FOR;
      blind();
    }
    left -= 1;
    return context;
  };
};

const createSecretKeys = (
  { libraries: { curve }, arena }: Room<Workspace>,
  context: () => Pointer,
): Pick<Curve, "isSecretKey" | "addToSecretKey" | "point" | "serialise"> => ({
  isSecretKey: (key) => curve.secp256k1_ec_seckey_verify(context(), key) === 1,
  addToSecretKey: (key, tweak) => {
    const isAdded = curve.secp256k1_ec_seckey_tweak_add(context(), key, tweak) === 1;
    DECOY.fill(1);
    curve.secp256k1_ec_seckey_tweak_add(context(), DECOY, DECOY);
    return isAdded;
  },
  point: (key) => {
    const point = new Uint8Array(OBJECT_BYTES);
    const isMade = arena.scratch(
      () => curve.secp256k1_ec_pubkey_create(context(), point, key) === 1,
    );
    assert(isMade, "a secret key has a public key");
    return point;
  },
  serialise: (point) => serialisePoint(curve, context(), point),
});

/** Bitcoin Core, `CKey::Sign`: no extra entropy first, then 1, 2, 3 in 32 little-endian bytes. */
const createEcdsa = (
  { libraries: { curve }, arena }: Room<Workspace>,
  context: () => Pointer,
): Curve["signEcdsa"] => {
  const [opaque, point] = [new Uint8Array(OBJECT_BYTES), new Uint8Array(OBJECT_BYTES)];
  const counter = new Uint32Array(SCALAR_BYTES / Uint32Array.BYTES_PER_ELEMENT);
  const grind = (key: Pointer, digest: Uint8Array, signature: Uint8Array): void => {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      counter[0] = attempt;
      const entropy = attempt === 0 ? null : counter;
      const made = curve.secp256k1_ecdsa_sign(context(), opaque, digest, key, null, entropy);
      assert(made === 1, "a digest is signed");
      curve.secp256k1_ecdsa_signature_serialize_compact(context(), signature, opaque);
      if (((signature[0] ?? TOP_BIT) & TOP_BIT) === 0) return;
    }
    assert(false, "a low R is found soon");
  };
  /** What leaves is verified, as it leaves: a fault may lie between signing and writing down. */
  const holds = (signature: Uint8Array, publicKey: Uint8Array, digest: Uint8Array): boolean =>
    curve.secp256k1_ec_pubkey_parse(context(), point, publicKey, COMPRESSED_BYTES) === 1 &&
    curve.secp256k1_ecdsa_signature_parse_compact(context(), opaque, signature) === 1 &&
    curve.secp256k1_ecdsa_verify(context(), opaque, digest, point) === 1;
  return (key, digest, publicKey) => {
    assert(digest.length === SCALAR_BYTES, "a digest has 32 bytes");
    assert(publicKey.length === COMPRESSED_BYTES, "a public key has 33 bytes");
    const signature = new Uint8Array(SIGNATURE_BYTES);
    const isGood = arena.scratch(() => {
      grind(key, digest, signature);
      return holds(signature, publicKey, digest);
    });
    if (!isGood) signature.fill(0);
    assert(isGood, "an ECDSA signature verifies under the key that is expected");
    return signature;
  };
};

const createSchnorr =
  (
    { libraries: { curve }, arena }: Room<Workspace>,
    context: () => Pointer,
  ): Curve["signSchnorr"] =>
  (key, message, { auxiliary, publicKey, tweak }) => {
    assert(message.length === SCALAR_BYTES, "a message to sign has 32 bytes");
    assert(auxiliary.length === SCALAR_BYTES, "auxiliary randomness has 32 bytes");
    assert(publicKey.length === SCALAR_BYTES, "an x-only public key has 32 bytes");
    assert(tweak === undefined || tweak.length === SCALAR_BYTES, "a tweak has 32 bytes");
    const signature = new Uint8Array(SIGNATURE_BYTES);
    const xOnly = new Uint8Array(OBJECT_BYTES);
    const isGood = arena.scratch((take) => {
      const pair = take(KEYPAIR_BYTES);
      const [at, own] = [signature, context()];
      return (
        curve.secp256k1_keypair_create(own, pair, key) === 1 &&
        (tweak === undefined || curve.secp256k1_keypair_xonly_tweak_add(own, pair, tweak) === 1) &&
        curve.secp256k1_schnorrsig_sign32(own, at, message, pair, auxiliary) === 1 &&
        curve.secp256k1_xonly_pubkey_parse(own, xOnly, publicKey) === 1 &&
        curve.secp256k1_schnorrsig_verify(own, at, message, SCALAR_BYTES, xOnly) === 1
      );
    });
    if (!isGood) signature.fill(0);
    assert(isGood, "a BIP-340 signature verifies under the key that is expected");
    return signature;
  };

/** The curve, blinded from `random` at the start and from time to time. */
export const createCurve = (room: Room<Workspace>, random: Blinding): Curve => {
  const context = createContext(room, random);
  return {
    ...createSecretKeys(room, context),
    signEcdsa: createEcdsa(room, context),
    signSchnorr: createSchnorr(room, context),
  };
};

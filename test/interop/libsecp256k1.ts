/**
 * The curve's C library as an oracle, over bun:ffi: keys and messages go in as plain bytes, so it
 * is for tests alone. Signatures are compact (64 bytes), keys serialized, numbers big-endian.
 */
import { dlopen, type Pointer } from "bun:ffi";

const SONAMES = [0, 1, 2, 3, 4, 5, 6].map((version) => `libsecp256k1.so.${version}`).toReversed();

/** SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY; later versions take them as nothing. */
const CONTEXT_FLAGS = 0x0301;
/** SECP256K1_EC_COMPRESSED. */
const COMPRESSED = 0x0102;
const COMPRESSED_BYTES = 33;
/** Opaque structures: secp256k1_pubkey, _ecdsa_signature and _xonly_pubkey; _keypair. */
const OBJECT_BYTES = 64;
const KEYPAIR_BYTES = 96;

const FUNCTIONS = {
  secp256k1_context_create: { args: ["u32"], returns: "ptr" },
  secp256k1_ec_pubkey_parse: { args: ["ptr", "ptr", "ptr", "u64"], returns: "i32" },
  secp256k1_ec_pubkey_serialize: { args: ["ptr", "ptr", "ptr", "ptr", "u32"], returns: "i32" },
  secp256k1_ec_pubkey_create: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  secp256k1_ec_pubkey_tweak_add: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  secp256k1_ecdsa_sign: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  secp256k1_ecdsa_verify: { args: ["ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  secp256k1_ecdsa_signature_parse_compact: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  secp256k1_ecdsa_signature_serialize_compact: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  secp256k1_keypair_create: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  secp256k1_schnorrsig_sign32: { args: ["ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
} as const;

const open = (soname: string) => {
  try {
    return dlopen(soname, FUNCTIONS).symbols;
  } catch {
    return undefined;
  }
};

type Library = NonNullable<ReturnType<typeof open>>;

/** What the tests ask of the library. */
export interface Libsecp256k1 {
  readonly soname: string;
  /** 33 bytes, compressed. */
  readonly publicKey: (secretKey: Uint8Array) => Uint8Array;
  /** RFC 6979 and low S; `extraEntropy`, 32 bytes, goes into the nonce. */
  readonly signEcdsa: (
    digest: Uint8Array,
    secretKey: Uint8Array,
    extraEntropy: Uint8Array | null,
  ) => Uint8Array;
  readonly verifyEcdsa: (
    signature: Uint8Array,
    digest: Uint8Array,
    publicKey: Uint8Array,
  ) => boolean;
  /** BIP-340. */
  readonly signSchnorr: (
    message: Uint8Array,
    secretKey: Uint8Array,
    auxiliary: Uint8Array,
  ) => Uint8Array;
  /** 33 bytes; `undefined` where there is no such point. */
  readonly addTweak: (publicKey: Uint8Array, tweak: Uint8Array) => Uint8Array | undefined;
}

const must = (call: string, result: number): void => {
  if (result !== 1) throw new Error(`${call} failed`);
};

const keys = (library: Library, context: Pointer) => {
  const parse = (bytes: Uint8Array): Uint8Array | undefined => {
    const key = new Uint8Array(OBJECT_BYTES);
    const { length } = bytes;
    return library.secp256k1_ec_pubkey_parse(context, key, bytes, length) === 1 ? key : undefined;
  };
  const serialize = (key: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(COMPRESSED_BYTES);
    const length = new BigUint64Array([BigInt(COMPRESSED_BYTES)]);
    const done = library.secp256k1_ec_pubkey_serialize(context, bytes, length, key, COMPRESSED);
    must("ec_pubkey_serialize", done);
    return bytes;
  };
  return { parse, serialize };
};

const withContext = (soname: string, library: Library, context: Pointer): Libsecp256k1 => {
  const { parse, serialize } = keys(library, context);
  return {
    soname,
    publicKey: (secretKey) => {
      const key = new Uint8Array(OBJECT_BYTES);
      must("ec_pubkey_create", library.secp256k1_ec_pubkey_create(context, key, secretKey));
      return serialize(key);
    },
    signEcdsa: (digest, secretKey, extraEntropy) => {
      const made = new Uint8Array(OBJECT_BYTES);
      const signature = new Uint8Array(64);
      const done = library.secp256k1_ecdsa_sign(
        context,
        made,
        digest,
        secretKey,
        null,
        extraEntropy,
      );
      must("ecdsa_sign", done);
      library.secp256k1_ecdsa_signature_serialize_compact(context, signature, made);
      return signature;
    },
    verifyEcdsa: (signature, digest, publicKey) => {
      const key = parse(publicKey);
      const read = new Uint8Array(OBJECT_BYTES);
      if (key === undefined) return false;
      if (library.secp256k1_ecdsa_signature_parse_compact(context, read, signature) !== 1) {
        return false;
      }
      return library.secp256k1_ecdsa_verify(context, read, digest, key) === 1;
    },
    signSchnorr: (message, secretKey, auxiliary) => {
      const pair = new Uint8Array(KEYPAIR_BYTES);
      const signature = new Uint8Array(64);
      must("keypair_create", library.secp256k1_keypair_create(context, pair, secretKey));
      const done = library.secp256k1_schnorrsig_sign32(
        context,
        signature,
        message,
        pair,
        auxiliary,
      );
      must("schnorrsig_sign32", done);
      return signature;
    },
    addTweak: (publicKey, tweak) => {
      const key = parse(publicKey);
      if (key === undefined) return undefined;
      const done = library.secp256k1_ec_pubkey_tweak_add(context, key, tweak);
      return done === 1 ? serialize(key) : undefined;
    },
  };
};

/** The newest version the loader finds that has all of it; `undefined` where there is none. */
export const openLibsecp256k1 = (): Libsecp256k1 | undefined => {
  for (const soname of SONAMES) {
    const library = open(soname);
    const context = library?.secp256k1_context_create(CONTEXT_FLAGS);
    if (library !== undefined && typeof context === "number") {
      return withContext(soname, library, context);
    }
  }
  return undefined;
};

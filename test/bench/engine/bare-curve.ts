/**
 * The curve's C library bare, without an engine around it: the key in a plain buffer and the
 * context blinded once; and `@noble/secp256k1`'s verification of the same signatures.
 */
import { curve as noble } from "../../../hardware/secrets/curve.ts";
import { openLibraries } from "../../../hardware/secrets/native/libraries.ts";
import { got } from "../../../hardware/secrets/native/room.ts";
import { type Case, createDigests, createRing, DIGEST_BYTES, demand, RING } from "./case.ts";

/** SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY. */
const CONTEXT_FLAGS = 0x0301;
/** secp256k1_pubkey and secp256k1_ecdsa_signature. */
const OBJECT_BYTES = 64;
const SIGNATURE_BYTES = 64;
const TOP_BIT = 0x80;
const KEY = new Uint8Array(32).fill(5);

const prepare = () => {
  const libraries = openLibraries();
  if (!libraries.ok) return undefined;
  const library = libraries.value.curve;
  const context = got("context", library.secp256k1_context_create(CONTEXT_FLAGS));
  const blinding = crypto.getRandomValues(new Uint8Array(32));
  demand("context_randomize", library.secp256k1_context_randomize(context, blinding));
  const point = new Uint8Array(OBJECT_BYTES);
  demand("ec_pubkey_create", library.secp256k1_ec_pubkey_create(context, point, KEY));
  const made = new Uint8Array(OBJECT_BYTES);
  const compact = new Uint8Array(SIGNATURE_BYTES);
  const counter = new Uint32Array(DIGEST_BYTES / Uint32Array.BYTES_PER_ELEMENT);
  const sign = (digest: Uint8Array, entropy: Uint32Array | null): void =>
    demand("sign", library.secp256k1_ecdsa_sign(context, made, digest, KEY, null, entropy));
  return {
    made,
    sign,
    /** Bitcoin Core, `CKey::Sign`; leaves the signature in `made`, too. */
    signLowR: (digest: Uint8Array): Uint8Array => {
      for (let attempt = 0; ; attempt += 1) {
        counter[0] = attempt;
        sign(digest, attempt === 0 ? null : counter);
        library.secp256k1_ecdsa_signature_serialize_compact(context, compact, made);
        if (((compact[0] ?? TOP_BIT) & TOP_BIT) === 0) return compact;
      }
    },
    verify: (signature: Uint8Array, digest: Uint8Array): void =>
      demand("verify", library.secp256k1_ecdsa_verify(context, signature, digest, point)),
  };
};

/** The C library's cases; none where it is not here. */
export const curveCases = (): readonly Case[] => {
  const curve = prepare();
  if (curve === undefined) return [];
  const { made, sign, signLowR, verify } = curve;
  const next = createDigests();
  const signed = createRing(RING, () => {
    const digest = next().slice();
    sign(digest, null);
    return { digest, signature: made.slice() };
  });
  const cases: Readonly<Record<string, () => void>> = {
    "sign + verify": () => {
      const digest = next();
      sign(digest, null);
      verify(made, digest);
    },
    sign: () => sign(next(), null),
    "sign, low R": () => void signLowR(next()),
    "sign, low R + verify": () => {
      const digest = next();
      signLowR(digest);
      verify(made, digest);
    },
    verify: () => {
      const { digest, signature } = signed();
      verify(signature, digest);
    },
  };
  return Object.entries(cases).map(([work, step]) => ({ title: `libsecp256k1: ${work}`, step }));
};

/** `@noble/secp256k1`'s verification. */
export const nobleCases = (): readonly Case[] => {
  const next = createDigests();
  const publicKey = noble.getPublicKey(KEY);
  const settings = { prehash: false, lowS: true } as const;
  const signed = createRing(RING, () => {
    const digest = next().slice();
    return { digest, signature: noble.sign(digest, KEY, settings) };
  });
  const step = (): void => {
    const { digest, signature } = signed();
    demand("verify", Number(noble.verify(signature, digest, publicKey, settings)));
  };
  return [{ title: "@noble/secp256k1: verify", step }];
};

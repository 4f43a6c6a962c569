/**
 * Nonces worked out from signatures by someone who knows the key. What comes back is the nonce
 * or its negation, for a signature does not tell which; both are looked for.
 */
import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";
import { readNumber, writeNumber } from "./limbs.ts";

/** One signature that a device gave. */
export interface KnownSignature {
  readonly scheme: "ecdsa" | "bip340";
  /** The node that signed: a path or a label, as the nodes are named. */
  readonly signer: string;
  /** 32 bytes, as they were signed. */
  readonly digest: Uint8Array;
  /** 64 bytes, r and s. */
  readonly signature: Uint8Array;
}

type Signed = Omit<KnownSignature, "signer" | "scheme">;

const { Fn, BASE } = secp256k1.Point;

const halves = (signature: Uint8Array): readonly [bigint, bigint] => [
  readNumber(signature.subarray(0, 32)),
  readNumber(signature.subarray(32, 64)),
];

/** Every mistake in what is known would have the search look for noise, and find none. */
const checked = (nonce: bigint, r: bigint): Uint8Array => {
  const isHis = nonce !== 0n && Fn.create(BASE.multiply(nonce).toAffine().x) === Fn.create(r);
  if (!isHis) throw new Error("a signature that is not by this key over this digest");
  return writeNumber(nonce);
};

/** SEC 1, section 4.1.3: k = (z + r·d) / s. */
const ecdsaNonce = (key: Uint8Array, { digest, signature }: Signed): Uint8Array => {
  const [r, s] = halves(signature);
  const sum = Fn.add(Fn.create(readNumber(digest)), Fn.mul(r, readNumber(key)));
  return checked(Fn.div(sum, s), r);
};

/** BIP-340, "Default Signing": k = s - e·d, where d is the key whose point has an even y. */
const schnorrNonce = (key: Uint8Array, { digest, signature }: Signed): Uint8Array => {
  const [r, s] = halves(signature);
  const { x, y } = BASE.multiply(readNumber(key)).toAffine();
  const d = y % 2n === 0n ? readNumber(key) : Fn.neg(readNumber(key));
  const challenge = schnorr.utils.taggedHash(
    "BIP0340/challenge",
    signature.subarray(0, 32),
    writeNumber(x),
    digest,
  );
  return checked(Fn.sub(s, Fn.mul(Fn.create(readNumber(challenge)), d)), r);
};

/** The nonce or its negation, 32 bytes; throws where the key did not make the signature. */
export const recoverNonce = (
  key: Uint8Array,
  { scheme, ...signed }: Omit<KnownSignature, "signer">,
): Uint8Array => {
  switch (scheme) {
    case "ecdsa":
      return ecdsaNonce(key, signed);
    case "bip340":
      return schnorrNonce(key, signed);
  }
};

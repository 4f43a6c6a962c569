/**
 * COSE_Sign1 (RFC 9052, section 4.2) with ES256K (RFC 8812, section 3.2), in the one form that is
 * spoken here: no tag, the algorithm protected and nothing else, nothing unprotected, the payload
 * inside. Pure: who signs and who verifies is handed in. Which key it was is not said here.
 */
import { decodeCbor, encodeCbor } from "../cbor/cbor.ts";
import { isSame } from "../bytes.ts";
import { LIMITS } from "../limits.ts";

/**
 * The protected header `{1: -47}`, alg ES256K, as it is signed. A constant, because the subset of
 * CBOR that is read here has no negative integers.
 */
export const ES256K_HEADER: Uint8Array = Uint8Array.of(0xa1, 0x01, 0x38, 0x2e);

/** Bytes of a signature: r and s, 32 each (RFC 8812). */
export const ES256K_SIGNATURE = 64;

/** What was signed, and the signature. */
export interface Sign1 {
  readonly payload: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/**
 * The Sig_structure (RFC 9052, section 4.4): the bytes that are hashed with SHA-256 and signed.
 * The domain is external data: what is signed for one use verifies for no other.
 */
export const sign1Message = (payload: Uint8Array, domain: string): Uint8Array =>
  encodeCbor(["Signature1", ES256K_HEADER, new TextEncoder().encode(domain), payload]);

/** The message of a payload and its signature. */
export const encodeSign1 = ({ payload, signature }: Sign1): Uint8Array =>
  encodeCbor([ES256K_HEADER, new Map(), payload, signature]);

const isBytes = (item: unknown, minimum: number, maximum: number): item is Uint8Array =>
  item instanceof Uint8Array && item.length >= minimum && item.length <= maximum;

/** The parts of a message; `undefined` for bytes in any other form. Nothing is verified. */
export const decodeSign1 = (bytes: Uint8Array): Sign1 | undefined => {
  const decoded = bytes.length <= LIMITS.sign1 ? decodeCbor(bytes) : undefined;
  if (decoded?.ok !== true || !Array.isArray(decoded.value)) return undefined;
  const items: readonly unknown[] = decoded.value;
  const [header, unprotected, payload, signature] = items;
  if (items.length !== 4) return undefined;
  if (!(header instanceof Uint8Array) || !isSame(header, ES256K_HEADER)) return undefined;
  if (!(unprotected instanceof Map) || unprotected.size > 0) return undefined;
  if (!isBytes(payload, 1, LIMITS.sign1)) return undefined;
  return isBytes(signature, ES256K_SIGNATURE, ES256K_SIGNATURE)
    ? { payload, signature }
    : undefined;
};

/** The payload of a message whose signature verifies; `undefined` for all else. */
export const openSign1 = (
  bytes: Uint8Array,
  domain: string,
  verify: (signature: Uint8Array, message: Uint8Array) => boolean,
): Uint8Array | undefined => {
  const parts = decodeSign1(bytes);
  if (parts === undefined) return undefined;
  const { payload, signature } = parts;
  return verify(signature, sign1Message(payload, domain)) ? payload : undefined;
};

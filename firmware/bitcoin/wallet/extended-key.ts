/** Public extended keys: their text, and derivation of their children (BIP-32). */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto, PublicNode, PublicParent } from "../../hal.ts";
import { decodeBase58Check, encodeBase58Check } from "../encoding/base58.ts";
import { concatBytes, sha256, uint32BigEndian } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { NETWORKS, type NetworkName } from "../network.ts";

const PAYLOAD_BYTES = 78;
const ONE = Uint8Array.of(...new Uint8Array(31), 1);

/** SHA-256, then RIPEMD-160: 20 bytes. */
export const hash160 = (data: Uint8Array, crypto: Crypto): Uint8Array =>
  crypto.ripemd160(sha256(crypto, data));

/** The first 4 bytes of a key's HASH160 (BIP-32, "Key identifiers"). */
export const fingerprintOf = (publicKey: Uint8Array, crypto: Crypto): Uint8Array =>
  hash160(publicKey, crypto).slice(0, 4);

/** The `xpub` or `tpub` of a node. */
export const toXpub = (node: PublicNode, network: NetworkName, crypto: Crypto): string =>
  encodeBase58Check(
    concatBytes(
      uint32BigEndian(NETWORKS[network].xpubVersion),
      Uint8Array.of(node.depth),
      node.parentFingerprint,
      uint32BigEndian(node.childNumber),
      node.chainCode,
      node.publicKey,
    ),
    crypto,
  );

/** A master key has no parent and no number. */
const isPlausible = (node: PublicNode): boolean =>
  node.depth > 0 || (node.childNumber === 0 && node.parentFingerprint.every((byte) => byte === 0));

/**
 * The node of an `xpub` or `tpub`. `wallet_malformed` for anything else, another network's prefix
 * and a key that is no point. (Of all points, the generator's negative is refused too: adding one
 * to test it gives infinity, and its private key is known to all.)
 */
export const parseXpub = (
  text: string,
  network: NetworkName,
  crypto: Crypto,
): Outcome<PublicNode, "wallet_malformed"> => {
  const payload = decodeBase58Check(text, crypto);
  if (payload === undefined || payload.length !== PAYLOAD_BYTES) return fail("wallet_malformed");
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const node: PublicNode = {
    depth: view.getUint8(4),
    parentFingerprint: payload.slice(5, 9),
    childNumber: view.getUint32(9),
    chainCode: payload.slice(13, 45),
    publicKey: payload.slice(45),
  };
  const isOurs = view.getUint32(0) === NETWORKS[network].xpubVersion;
  const isPoint = crypto.addTweak(node.publicKey, ONE) !== undefined;
  return isOurs && isPoint && isPlausible(node) ? ok(node) : fail("wallet_malformed");
};

/** A parent's public key and room for a child number: what BIP-32 hashes. */
const childData = (parent: PublicParent, index: number): Uint8Array =>
  concatBytes(parent.publicKey, uint32BigEndian(index));

/** Gives the 33-byte public key of a child; `undefined` where the number is out of range. */
export type ChildKeys = (index: number) => Uint8Array | undefined;

/**
 * The public keys of a node's children (BIP-32, CKDpub), one derivation each. None for a hardened
 * index and for the one in 2^127 that has no key.
 */
export const createChildKeys = (parent: PublicParent, crypto: Crypto): ChildKeys => {
  const data = childData(parent, 0);
  const number = new DataView(data.buffer, parent.publicKey.length);
  return (index) => {
    if (!isChildIndex(index)) return undefined;
    number.setUint32(0, index);
    const digest = crypto.hmacSha512(parent.chainCode, data);
    return crypto.addTweak(parent.publicKey, digest.slice(0, 32));
  };
};

/** A child as a parent of others; `undefined` where `createChildKeys` gives none. */
export const deriveParent = (
  parent: PublicParent,
  index: number,
  crypto: Crypto,
): PublicParent | undefined => {
  if (!isChildIndex(index)) return undefined;
  const digest = crypto.hmacSha512(parent.chainCode, childData(parent, index));
  const publicKey = crypto.addTweak(parent.publicKey, digest.slice(0, 32));
  return publicKey && { publicKey, chainCode: digest.slice(32) };
};

/** A child's node; `index_out_of_range` where `createChildKeys` gives none. */
export const deriveChild = (
  parent: PublicNode,
  index: number,
  crypto: Crypto,
): Outcome<PublicNode, "index_out_of_range"> => {
  const child = deriveParent(parent, index, crypto);
  if (child === undefined) return fail("index_out_of_range");
  return ok({
    ...child,
    depth: parent.depth + 1,
    parentFingerprint: fingerprintOf(parent.publicKey, crypto),
    childNumber: index,
  });
};

/** Whether a number is an index that public derivation takes: an integer from 0 below 2^31. */
export const isChildIndex = (index: number): boolean =>
  Number.isInteger(index) && index >= 0 && index < BITCOIN_LIMITS.hardenedIndex;

/** Public derivation on a thread: children of some nodes, and output keys of taproot. */
import type { KeyForm, PublicParent } from "../../../../firmware/hal.ts";
import { assert } from "../../../../protocol/errors.ts";
import { COMPRESSED_BYTES, createCurveContext, OBJECT_BYTES, serialisePoint } from "../points.ts";
import type { Room } from "../room.ts";
import type { Workspace } from "../scratch.ts";
import type { DerivingTask } from "./tasks.ts";

const DIGEST_BYTES = 64;
const SCALAR_BYTES = 32;
const EVEN = 0x02;
const TAP_TWEAK = new TextEncoder().encode("TapTweak");

/** Bytes for each key of a form. */
export const formBytes = (form: KeyForm): number =>
  form === "plain" ? COMPRESSED_BYTES : 2 * COMPRESSED_BYTES;

/** The tweak of an output without scripts (BIP-341): the tagged hash of the internal key alone. */
const createTweakOf = () => {
  const tag = new Uint8Array(SCALAR_BYTES);
  Bun.SHA256.hash(TAP_TWEAK, tag);
  const data = new Uint8Array(3 * SCALAR_BYTES);
  data.set(tag);
  data.set(tag, SCALAR_BYTES);
  const tweak = new Uint8Array(SCALAR_BYTES);
  return (publicKey: Uint8Array): Uint8Array => {
    data.set(publicKey.subarray(1), 2 * SCALAR_BYTES);
    Bun.SHA256.hash(data, tweak);
    return tweak;
  };
};

/** What derives keys. */
export const createDeriving = ({ libraries: { curve }, hmacSha512 }: Room<Workspace>) => {
  const context = createCurveContext(curve);
  const [point, digest] = [new Uint8Array(OBJECT_BYTES), new Uint8Array(DIGEST_BYTES)];
  const tweakOf = createTweakOf();
  const parse = (publicKey: Uint8Array, into: Uint8Array): void => {
    const { length } = publicKey;
    const isPoint = curve.secp256k1_ec_pubkey_parse(context, into, publicKey, length) === 1;
    assert(isPoint, "what is derived from is a point");
  };
  /** The point, which is changed, and so many times the generator. */
  const sumWith = (scalar: Uint8Array): Uint8Array => {
    const isSum = curve.secp256k1_ec_pubkey_tweak_add(context, point, scalar) === 1;
    assert(isSum, "a child has a key, and its output too");
    return serialisePoint(curve, context, point);
  };
  /** What is hashed of a child, its number still to be written; and the parent as a point. */
  const readParent = ({ publicKey, chainCode }: PublicParent) => {
    const parsed = new Uint8Array(OBJECT_BYTES);
    parse(publicKey, parsed);
    const data = new Uint8Array(COMPRESSED_BYTES + Uint32Array.BYTES_PER_ELEMENT);
    data.set(publicKey);
    return { chainCode, data, view: new DataView(data.buffer, COMPRESSED_BYTES), parsed };
  };
  const childOf = (parent: ReturnType<typeof readParent>, index: number): Uint8Array => {
    parent.view.setUint32(0, index);
    hmacSha512(parent.chainCode, parent.data, digest);
    point.set(parent.parsed);
    return sumWith(digest);
  };
  const outputOf = (child: Uint8Array): Uint8Array => {
    const even = child.slice();
    even[0] = EVEN;
    parse(even, point);
    return sumWith(tweakOf(even));
  };
  return ({ parents, indices, form }: DerivingTask): Uint8Array => {
    const read = parents.map(readParent);
    const made = new Uint8Array(indices.length * read.length * formBytes(form));
    let at = 0;
    const put = (key: Uint8Array): void => {
      made.set(key, at);
      at += key.length;
    };
    for (const index of indices) {
      for (const parent of read) {
        const child = childOf(parent, index);
        put(child);
        if (form === "with-output-key") put(outputOf(child));
      }
    }
    return made;
  };
};

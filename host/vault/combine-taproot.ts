/**
 * The ways to spend a taproot input (BIP-341, 342 and 371): the output key, and each leaf that the
 * PSBT lists, whose script is multi_a or pk and which the output key commits to.
 */

import { hex } from "@scure/base";
import { joinBytes } from "./byte-parts.ts";
import { isLeafCommitted, isSchnorrValid, leafHashOf } from "./combine-curve.ts";
import { SIGHASH } from "./combine-digest.ts";
import {
  type InputContext,
  keyOrigins,
  type PathKey,
  type PlainSignature,
  rememberDigests,
  type SpendPath,
} from "./combine-path.ts";
import { readLeaf } from "./combine-script.ts";
import { INPUT } from "./psbt-fields.ts";
import { fieldsIn, type PsbtField, type PsbtMap, readUint32, valueIn } from "./psbt-map.ts";
import { VAULT_LIMITS } from "./wallet-limits.ts";

const SIGNATURE_BYTES = 64;
/** BIP-342: the leaf version of tapscript. */
const TAPSCRIPT = 0xc0;
const NO_SCRIPT = new Uint8Array(0);

const encode = ({ signature, sighash }: PlainSignature): Uint8Array =>
  sighash === SIGHASH.default ? signature : joinBytes([signature, Uint8Array.of(sighash)]);

/** 64 bytes, or 65 whose last one is not DEFAULT's 0 (BIP-341). */
const decode = (bytes: Uint8Array): PlainSignature | undefined => {
  const signature = bytes.slice(0, SIGNATURE_BYTES);
  const sighash = bytes[SIGNATURE_BYTES];
  if (bytes.length === SIGNATURE_BYTES) return { signature, sighash: SIGHASH.default };
  const isLong = bytes.length === SIGNATURE_BYTES + 1 && sighash !== SIGHASH.default;
  return isLong && sighash !== undefined ? { signature, sighash } : undefined;
};

const isAdmitted = (map: PsbtMap, sighash: number): boolean => {
  const asked = readUint32(valueIn(map, INPUT.sighashType));
  return asked === undefined
    ? sighash === SIGHASH.default || sighash === SIGHASH.all
    : sighash === asked;
};

type Verifier = Pick<SpendPath, "encode" | "decode" | "isSignedBy">;

/** Signatures over the input's digest; for a leaf only where `isOpen` says that it is one. */
const verifierOf = (
  { map, position, taproot }: InputContext,
  leafHash: Uint8Array | undefined,
  isOpen: () => boolean,
): Verifier => {
  const digestOf = rememberDigests((sighash) => taproot()?.(position, sighash, leafHash));
  return {
    encode,
    decode,
    isSignedBy: ({ bytes }, { signature, sighash }) => {
      const digest = isAdmitted(map, sighash) ? digestOf(sighash) : undefined;
      return digest !== undefined && isOpen() && isSchnorrValid(digest, bytes, signature);
    },
  };
};

type Origins = ReturnType<typeof keyOrigins>;

const keyPath = (context: InputContext, outputKey: Uint8Array, origins: Origins): SpendPath => {
  const internalKey = valueIn(context.map, INPUT.tapInternalKey);
  const origin = internalKey === undefined ? undefined : origins.get(hex.encode(internalKey));
  const key: PathKey = {
    bytes: outputKey,
    publicKey: hex.encode(outputKey),
    fingerprint: origin?.fingerprint,
  };
  return {
    ...verifierOf(context, undefined, () => true),
    threshold: 1,
    keys: [key],
    leafHash: undefined,
    fieldKey: () => Uint8Array.of(INPUT.tapKeySignature),
    satisfy: (signatures) => ({
      scriptSig: NO_SCRIPT,
      witness: signatures.filter((signature) => signature !== undefined),
    }),
  };
};

/** A leaf of the PSBT: key data is the control block, the value ends with the leaf's version. */
const leafPath = (
  context: InputContext,
  outputKey: Uint8Array,
  { keyData: control, value }: PsbtField,
  origins: Origins,
): SpendPath | undefined => {
  const script = value.slice(0, -1);
  const version = value.at(-1);
  const set = readLeaf(script);
  const isTapscript = version === TAPSCRIPT && ((control[0] ?? 0) & 0xfe) === TAPSCRIPT;
  if (set === undefined || !isTapscript) return undefined;
  const leafHash = leafHashOf(TAPSCRIPT, script);
  let isCommitted: boolean | undefined;
  const isOpen = (): boolean => {
    isCommitted ??= isLeafCommitted(outputKey, control, leafHash);
    return isCommitted;
  };
  return {
    ...verifierOf(context, leafHash, isOpen),
    threshold: set.threshold,
    leafHash,
    keys: set.keys.map((bytes) => {
      const publicKey = hex.encode(bytes);
      return { bytes, publicKey, fingerprint: origins.get(publicKey)?.fingerprint };
    }),
    fieldKey: ({ bytes }) => joinBytes([Uint8Array.of(INPUT.tapScriptSignature), bytes, leafHash]),
    // The stack's top is the first key's: the script takes them in its order (BIP-387).
    satisfy: (signatures) => ({
      scriptSig: NO_SCRIPT,
      witness: [
        ...signatures.map((signature) => signature ?? NO_SCRIPT).toReversed(),
        script,
        control,
      ],
    }),
  };
};

/** The ways to spend a taproot input: its key first, then leaves, the shallowest first. */
export const taprootPaths = (
  context: InputContext,
  outputKey: Uint8Array,
): readonly SpendPath[] => {
  const origins = keyOrigins(context.map);
  const leaves = fieldsIn(context.map, INPUT.tapLeafScript)
    .slice(0, VAULT_LIMITS.inputLeaves)
    .toSorted((left, right) => left.keyData.length - right.keyData.length)
    .flatMap((leaf) => leafPath(context, outputKey, leaf, origins) ?? []);
  return [keyPath(context, outputKey, origins), ...leaves];
};

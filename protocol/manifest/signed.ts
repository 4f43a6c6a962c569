/** A manifest with its signatures, and what exactly is signed. */
import { encodeAs, encodeCbor } from "../cbor/cbor.ts";
import { bytes, field, type Infer, map } from "../cbor/schema.ts";
import { set } from "../cbor/set.ts";
import { LIMITS } from "../limits.ts";
import { MANIFEST, type Manifest } from "./manifest.ts";

/** One person's signature: Ed25519 (RFC 8032) over `signedBytes`. */
const MANIFEST_SIGNATURE = map({
  /** The person's signing key. */
  signer: field(0, bytes(32)),
  signature: field(1, bytes(64)),
});

/** A manifest as it is passed on. */
export const SIGNED_MANIFEST = map({
  /** Deterministic CBOR of a `MANIFEST`. */
  manifest: field(0, bytes(1, LIMITS.manifest)),
  signatures: field(1, set(MANIFEST_SIGNATURE, LIMITS.people)),
});

/** A manifest with its signatures. */
export type SignedManifest = Infer<typeof SIGNED_MANIFEST>;
/** One person's signature. */
export type ManifestSignature = Infer<typeof MANIFEST_SIGNATURE>;

const LABEL = "mayfly manifest 1";

/** What is signed: CBOR of a label and the manifest's hash, 32 bytes. */
export const signedBytes = (hash: Uint8Array): Uint8Array => encodeCbor([LABEL, hash]);

/** What is hashed: the manifest's deterministic CBOR. */
export const manifestBytes = (manifest: Manifest): Uint8Array => encodeAs(MANIFEST, manifest);

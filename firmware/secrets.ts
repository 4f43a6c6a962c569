/**
 * Secrets, the board's most important part: operations on secret handles. The firmware signs,
 * provisions and derives without ever holding a secret value; what must be wiped lives behind this.
 */
import type { Outcome } from "../protocol/errors.ts";

/** What a secret is. The kinds keep a share from being used where a key belongs. */
export type SecretKind = "seed" | "share" | "agreement" | "node" | "symmetric";

/** A secret's name. The bytes stay behind `Secrets`; after a wipe the handle opens nothing. */
export interface Handle<K extends SecretKind = SecretKind> {
  readonly kind: K;
  readonly id: number;
}

/** What is public of a SLIP-39 share: all but the value. Names and ranges are SLIP-39's. */
export interface ShareHeader {
  /** 15 bits, random per set. */
  readonly identifier: number;
  readonly extendable: boolean;
  /** 0..15; the cipher runs 10000 * 2^exponent rounds of PBKDF2 in all. */
  readonly iterationExponent: number;
  /** From 0. */
  readonly groupIndex: number;
  readonly groupThreshold: number;
  readonly groupCount: number;
  /** From 0. */
  readonly memberIndex: number;
  readonly memberThreshold: number;
}

/** A share: its public header and the handle of its value (as long as the seed). */
export interface Share {
  readonly header: ShareHeader;
  readonly value: Handle<"share">;
}

/** How a seed is split: SLIP-39's two levels. */
export interface SplitPlan {
  readonly groupThreshold: number;
  readonly groups: readonly { readonly threshold: number; readonly count: number }[];
}

/** An HPKE base-mode message (RFC 9180; X25519, HKDF-SHA256, AES-256-GCM). */
export interface Envelope {
  /** 32 bytes. */
  readonly encapsulated: Uint8Array;
  /** Plaintext length + 16 bytes. */
  readonly ciphertext: Uint8Array;
}

/** What both ends of an envelope must agree on. */
export interface EnvelopeContext {
  readonly info: Uint8Array;
  readonly associatedData: Uint8Array;
}

/** The public half of a BIP-32 node. */
export interface PublicNode {
  readonly depth: number;
  /** 4 bytes; zero for a master node. */
  readonly parentFingerprint: Uint8Array;
  readonly childNumber: number;
  /** 32 bytes. */
  readonly chainCode: Uint8Array;
  /** 33 bytes, compressed. */
  readonly publicKey: Uint8Array;
}

/** How a BIP-340 signature is made. */
export interface SchnorrSettings {
  /** 32 bytes of BIP-340's auxiliary randomness. */
  readonly auxiliary: Uint8Array;
  /** 32 bytes: what the signature must verify under; the tweaked key where there is a tweak. */
  readonly publicKey: Uint8Array;
  /** 32 bytes, BIP-341's t: added to the key after that was made even (`taproot_tweak_seckey`). */
  readonly tweak?: Uint8Array;
}

/** How the signatures of a batch are made; `tweaks` is a tweak of 32 bytes for each. */
export type SigningScheme =
  | { readonly name: "ecdsa" }
  | { readonly name: "schnorr"; readonly auxiliary: Uint8Array; readonly tweaks?: Uint8Array };

/** Signatures to be made under children of one node; as many of each as there are `indices`. */
export interface SigningBatch {
  readonly node: Handle<"node">;
  /** Child numbers, not hardened. */
  readonly indices: Uint32Array;
  /** 32 bytes each. */
  readonly digests: Uint8Array;
  /** What the signatures must verify under: 33 bytes each for ECDSA, 32 for BIP-340. */
  readonly publicKeys: Uint8Array;
  readonly scheme: SigningScheme;
}

/**
 * Operations on secrets. Secret bytes never cross this line; every handle can be wiped, and a
 * wiped or foreign handle is our own mistake (an assertion, not a refusal).
 */
export interface Secrets {
  readonly engine: "native" | "portable";
  /** Library and version, for status. */
  readonly library: string;
  /** Whether "only in RAM, and wiped" is true of this implementation. */
  readonly volatile: boolean;
  /** Names of the protections that hold, for status. */
  readonly protections: readonly string[];
  /** Names of those that should hold and do not, for status. */
  readonly missing: readonly string[];

  /** A new 32-byte seed from HMAC-DRBG (SP 800-90A) over the board's generator and `extra`. */
  readonly generateSeed: (extra: Uint8Array) => Outcome<Handle<"seed">, "rng_failed">;
  /** SLIP-39 with an empty passphrase; shares in group order, then member order. */
  readonly split: (
    seed: Handle<"seed">,
    plan: SplitPlan,
  ) => Outcome<readonly Share[], "rng_failed" | "threshold_invalid">;
  /** The inverse of `split`; the shares stay until they are wiped. */
  readonly recombine: (
    shares: readonly Share[],
  ) => Outcome<Handle<"seed">, "shares_mixed" | "share_repeated" | "shares_wrong">;

  /** A fresh X25519 key pair. */
  readonly generateAgreement: () => Outcome<
    { readonly secret: Handle<"agreement">; readonly publicKey: Uint8Array },
    "rng_failed"
  >;
  /** X25519 (RFC 7748): 32 bytes, a link secret; a result of all zeros is refused. */
  readonly agree: (
    secret: Handle<"agreement">,
    publicKey: Uint8Array,
  ) => Outcome<Uint8Array, "invalid_params">;
  /** Seals a share's value to an X25519 public key (32 bytes). */
  readonly seal: (
    value: Handle<"share">,
    publicKey: Uint8Array,
    context: EnvelopeContext,
  ) => Outcome<Envelope, "rng_failed" | "custodian_invalid">;
  /** Opens what was sealed to an agreement key; the plaintext becomes a share's value. */
  readonly open: (
    secret: Handle<"agreement">,
    envelope: Envelope,
    context: EnvelopeContext,
  ) => Outcome<Handle<"share">, "share_unreadable">;

  /** The BIP-32 master node of a seed. */
  readonly master: (seed: Handle<"seed">) => Handle<"node">;
  /** A BIP-32 child, one step a path element; hardened from 2^31. Intermediate nodes are wiped. */
  readonly derive: (
    node: Handle<"node">,
    path: readonly number[],
  ) => Outcome<Handle<"node">, "index_out_of_range">;
  /** The BIP-32 master node of HKDF-SHA256 (RFC 5869) of a seed with a label: 32 bytes. */
  readonly deriveNode: (seed: Handle<"seed">, label: string) => Handle<"node">;
  /** 33 bytes, compressed: of a node whose chain code stays inside. */
  readonly publicKey: (node: Handle<"node">) => Uint8Array;
  /** All that is public of a node whose extended public key is given out. */
  readonly publicNode: (node: Handle<"node">) => PublicNode;
  /**
   * ECDSA over a 32-byte digest: RFC 6979, low S, low R ground as Bitcoin Core does; 64 bytes. It
   * is verified as it leaves, under the public key (33 bytes) that the caller expects: a node with
   * another key is our own mistake.
   */
  readonly signEcdsa: (
    node: Handle<"node">,
    digest: Uint8Array,
    publicKey: Uint8Array,
  ) => Uint8Array;
  /** BIP-340 over 32 bytes; 64 bytes, verified as `signEcdsa`'s. */
  readonly signSchnorr: (
    node: Handle<"node">,
    message: Uint8Array,
    settings: SchnorrSettings,
  ) => Uint8Array;

  /**
   * As `derive`, `signEcdsa` or `signSchnorr` and `wipe` for each child, on several cores and beside
   * other work: 64 bytes each. `cancelled` as soon as the node is wiped; no signature comes then.
   * It rejects where one of those would throw, and where a core is lost. Where it is absent, one
   * after the other is as good. At most `BATCH_LIMITS.signatures`.
   */
  readonly signMany?: (batch: SigningBatch) => Promise<Outcome<Uint8Array, "cancelled">>;

  /** HKDF-SHA256 (RFC 5869) of a seed with a label: a 32-byte key that stays inside. */
  readonly deriveSymmetric: (seed: Handle<"seed">, label: string) => Handle<"symmetric">;
  /** The same, as an X25519 key pair. */
  readonly deriveAgreement: (
    seed: Handle<"seed">,
    label: string,
  ) => { readonly secret: Handle<"agreement">; readonly publicKey: Uint8Array };
  /** HMAC-SHA256: 32 bytes. Under a share's value it commits to the share. */
  readonly mac: (key: Handle<"symmetric"> | Handle<"share">, message: Uint8Array) => Uint8Array;

  readonly wipe: (handle: Handle) => void;
  readonly wipeAll: () => void;
}

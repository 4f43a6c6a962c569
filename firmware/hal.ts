/**
 * The board, on one page: all that the firmware needs of the world, and nothing more. A board is
 * an implementation of `Hal`; the emulator and the Pi run the same firmware on different ones.
 * No method here throws for anything a peer sent.
 */
import type { Outcome } from "../protocol/errors.ts";

/** Monotonic time. It never goes back and is not the time of day. */
export interface Clock {
  readonly nowMs: () => number;
  /** Runs `action` once, `delayMs` from now; the result cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
}

/** The board's generator: full entropy, or a refusal. */
export interface Rng {
  readonly fill: (target: Uint8Array) => Outcome<void, "rng_failed">;
}

/** What a secret is. The kinds keep a share from being used where a key belongs. */
export type SecretKind = "seed" | "share" | "agreement" | "node" | "symmetric";

/** A secret's name. The bytes stay behind `Secrets`; after a wipe the handle opens nothing. */
export interface Handle<K extends SecretKind = SecretKind> {
  readonly kind: K;
  readonly id: number;
}

/** What is public of a SLIP-39 share: all of it but the value. Field names and ranges are SLIP-39's. */
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
  /** X25519 (RFC 7748); refuses a result of all zeros. The shared secret is a link secret: 32 bytes. */
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
  readonly publicNode: (node: Handle<"node">) => PublicNode;
  /** ECDSA over a 32-byte digest: RFC 6979, low S, low R ground as Bitcoin Core does; 64 bytes. */
  readonly signEcdsa: (node: Handle<"node">, digest: Uint8Array) => Uint8Array;
  /** BIP-340 over 32 bytes with 32 bytes of auxiliary randomness; 64 bytes. */
  readonly signSchnorr: (
    node: Handle<"node">,
    message: Uint8Array,
    auxiliary: Uint8Array,
  ) => Uint8Array;

  /** HKDF-SHA256 (RFC 5869) of a seed with a label: a 32-byte key that stays inside. */
  readonly deriveSymmetric: (seed: Handle<"seed">, label: string) => Handle<"symmetric">;
  /** The same, as an X25519 key pair. */
  readonly deriveAgreement: (
    seed: Handle<"seed">,
    label: string,
  ) => { readonly secret: Handle<"agreement">; readonly publicKey: Uint8Array };
  /** HMAC-SHA256: 32 bytes. */
  readonly mac: (key: Handle<"symmetric">, message: Uint8Array) => Uint8Array;

  readonly wipe: (handle: Handle) => void;
  readonly wipeAll: () => void;
}

/** A hash that takes its input in pieces. */
export interface Hash {
  readonly update: (data: Uint8Array) => Hash;
  readonly digest: () => Uint8Array;
}

/** Cryptography over public data and link secrets only. */
export interface Crypto {
  readonly sha256: () => Hash;
  readonly sha512: () => Hash;
  readonly ripemd160: (data: Uint8Array) => Uint8Array;
  readonly hmacSha256: (key: Uint8Array, data: Uint8Array) => Uint8Array;
  readonly hmacSha512: (key: Uint8Array, data: Uint8Array) => Uint8Array;
  /** RFC 7914; `memory` is N * r * 128 bytes. */
  readonly scrypt: (
    password: Uint8Array,
    salt: Uint8Array,
    cost: { readonly n: number; readonly r: number; readonly p: number; readonly length: number },
  ) => Uint8Array;
  /** AES-256-GCM: ciphertext and 16-byte tag. */
  readonly aesGcmSeal: (
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    associatedData: Uint8Array,
  ) => Uint8Array;
  /** `undefined` where the tag does not hold. */
  readonly aesGcmOpen: (
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associatedData: Uint8Array,
  ) => Uint8Array | undefined;
  readonly verifyEd25519: (
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
  ) => boolean;
  /** A 64-byte signature, low S demanded; false for anything that is not a valid signature. */
  readonly verifyEcdsa: (
    signature: Uint8Array,
    digest: Uint8Array,
    publicKey: Uint8Array,
  ) => boolean;
  readonly verifySchnorr: (
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
  ) => boolean;
  /** `point + tweak * G`, compressed; `undefined` for no point, a tweak of n or more, or infinity. */
  readonly addTweak: (publicKey: Uint8Array, tweak: Uint8Array) => Uint8Array | undefined;
}

/** What a screen is for. */
export type ScreenKind =
  | "pairing-code"
  | "check-words"
  | "address"
  | "transaction"
  | "message"
  | "manifest"
  | "status";

/** One screen: codes and words stand alone in `lines`. */
export interface Screen {
  readonly kind: ScreenKind;
  readonly lines: readonly string[];
}

/** A screen is visible when `show` returns. */
export interface Display {
  readonly show: (screen: Screen) => void;
}

/** A press. */
export type Press = "yes" | "no";

/** One press, one event. Presses made before a screen was shown are not kept for it. */
export interface Buttons {
  /** Calls `pressed` at most once, for the next press; the result stops listening. */
  readonly next: (pressed: (press: Press) => void) => () => void;
}

/** Stays tripped once it has tripped. */
export interface Tamper {
  readonly isTripped: () => boolean;
  readonly onTrip: (action: () => void) => void;
}

/** Bytes in, bytes out: ordered, but they may be corrupted or lost. */
export interface Link {
  readonly send: (bytes: Uint8Array) => void;
  readonly onReceive: (action: (bytes: Uint8Array) => void) => void;
  /** The cable, or the program at its other end, came or went. */
  readonly onCable: (action: (attached: boolean) => void) => void;
}

/** What the board can prove of itself, and how strongly. */
export interface Identity {
  readonly name: string;
  readonly board: string;
  /** True for an emulator or a debug image: real keys do not belong here. */
  readonly insecure: boolean;
  /** 32 bytes: SHA-256 of what runs. A claim, unless `proof` says otherwise. */
  readonly firmwareDigest: Uint8Array;
  readonly proof: "claim" | "otp" | "signed-boot";
}

/** Why the last boot of this board ended. */
export type BootReason = "power" | "brown-out" | "watchdog" | "seal" | "tamper" | "fault";

/** Ending the process is how a device forgets. */
export interface Lifecycle {
  readonly lastReason: BootReason;
  /** Never returns control to the firmware's work; the board restarts a sealed signer. */
  readonly end: (reason: BootReason) => void;
}

/** A light. */
export interface Led {
  readonly set: (on: boolean) => void;
}

/** Restarts the board unless it is fed. */
export interface Watchdog {
  readonly feed: () => void;
}

/** The board's temperature. */
export interface Temperature {
  readonly celsius: () => number;
}

/** A public event, as it is logged: never a secret. */
export interface LogEvent {
  readonly event: string;
  readonly [field: string]: string | number | boolean;
}

/** Appends public events. */
export interface Log {
  readonly append: (event: LogEvent) => void;
}

/** The board. */
export interface Hal {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly secrets: Secrets;
  readonly crypto: Crypto;
  readonly display: Display;
  readonly buttons: Buttons;
  readonly tamper: Tamper;
  readonly link: Link;
  readonly identity: Identity;
  readonly lifecycle: Lifecycle;
  readonly log: Log;
  readonly led?: Led;
  readonly watchdog?: Watchdog;
  readonly temperature?: Temperature;
}

/**
 * The board, on one page: all that the firmware needs of the world, and nothing more. A board is
 * an implementation of `Hal`; the emulator and the Pi run the same firmware on different ones.
 * No method here throws for anything a peer sent.
 */
import type { Outcome } from "../protocol/errors.ts";
import type { KeyAgreement } from "../protocol/session/noise/suite.ts";
import type { PublicNode, Secrets } from "./secrets.ts";

export type * from "./secrets.ts";

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

/** A hash that takes its input in pieces. */
export interface Hash {
  readonly update: (data: Uint8Array) => Hash;
  readonly digest: () => Uint8Array;
}

/** What a batch may hold at most: a few tenths of a second of work on one core. */
export const BATCH_LIMITS = {
  /** Signatures in one `signMany`. */
  signatures: 1024,
  /** Public keys of one `deriveMany`: parents times indices. */
  publicKeys: 16_384,
} as const;

/** What public derivation needs of a parent. */
export type PublicParent = Pick<PublicNode, "publicKey" | "chainCode">;

/**
 * Public keys as they are, or each followed by its output key, 33 bytes too: of a taproot output
 * without scripts (BIP-86).
 */
export type KeyForm = "plain" | "with-output-key";

/** Cryptography over public data and link secrets only. */
export interface Crypto {
  readonly sha256: () => Hash;
  /** The same of one piece. */
  readonly sha256Of: (data: Uint8Array) => Uint8Array;
  readonly sha512: () => Hash;
  readonly ripemd160: (data: Uint8Array) => Uint8Array;
  readonly hmacSha256: (key: Uint8Array, data: Uint8Array) => Uint8Array;
  readonly hmacSha512: (key: Uint8Array, data: Uint8Array) => Uint8Array;
  /** RFC 7914; it takes N * r * 128 bytes, and a while in which the line must be served. */
  readonly scrypt: (
    password: Uint8Array,
    salt: Uint8Array,
    cost: { readonly n: number; readonly r: number; readonly p: number; readonly length: number },
  ) => Promise<Uint8Array>;
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
  /** X25519 (RFC 7748) of a link secret of 32 bytes. */
  readonly keyAgreement: (secret: Uint8Array) => KeyAgreement;
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
  /** `point + tweak * G`, compressed; `undefined` where there is no such point. */
  readonly addTweak: (publicKey: Uint8Array, tweak: Uint8Array) => Uint8Array | undefined;
  /**
   * Public keys of children (BIP-32, CKDpub) on several cores and beside other work: 33 bytes each,
   * those of all parents for the first index, then for the second. Indices are not hardened; a
   * child without a key rejects. `cancelled` where the board ends. Where it is absent, one after
   * the other is as good. At most `BATCH_LIMITS.publicKeys`.
   */
  readonly deriveMany?: (
    parents: readonly PublicParent[],
    indices: Uint32Array,
    form?: KeyForm,
  ) => Promise<Outcome<Uint8Array, "cancelled">>;
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
  /** Bytes of payload in a frame, and frames under way; a UART's unless told. */
  readonly frameLimit?: number;
  readonly window?: number;
  /** Takes a frame; to be called while there is room, and what exceeds it may be dropped. */
  readonly send: (bytes: Uint8Array) => void;
  /** Whether so little waits to leave that another frame should follow it. */
  readonly hasRoom: () => boolean;
  /** Calls `action` whenever there may be room again. */
  readonly onRoom: (action: () => void) => void;
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

/**
 * An engine beneath its handles, with keys in the open as published vectors have them. `Secrets`
 * takes none, so each engine has an adapter beside this file.
 */
import type { Envelope, EnvelopeContext, SchnorrSettings } from "../../../firmware/hal.ts";
import type { Aead } from "../../../hardware/secrets/aead.ts";

/** What published vectors ask. */
export interface RawEngine {
  /** 33 bytes. */
  readonly publicKey: (key: Uint8Array) => Uint8Array;
  /** RFC 6979, low S, low R; 64 bytes. */
  readonly signEcdsa: (key: Uint8Array, digest: Uint8Array, publicKey: Uint8Array) => Uint8Array;
  readonly signSchnorr: (
    key: Uint8Array,
    message: Uint8Array,
    settings: SchnorrSettings,
  ) => Uint8Array;
  /** X25519; `undefined` where it is refused. */
  readonly agree: (secret: Uint8Array, publicKey: Uint8Array) => Uint8Array | undefined;
  /** HPKE with an ephemeral key that is given. */
  readonly seal: (
    ephemeral: Uint8Array,
    publicKey: Uint8Array,
    plaintext: Uint8Array,
    context: EnvelopeContext,
    aead: Aead,
  ) => Envelope | undefined;
  readonly open: (
    secret: Uint8Array,
    envelope: Envelope,
    context: EnvelopeContext,
    aead: Aead,
  ) => Uint8Array | undefined;
  /** HMAC_DRBG's first bytes after instantiation. */
  readonly draw: (material: Uint8Array, length: number) => Uint8Array;
}

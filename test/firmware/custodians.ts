/** Custodians, honest and not: genesis on a device, quotes, and shares sealed to a boot. */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import {
  approve,
  type CustodianKey,
  generateCustodianKey,
  parseQuote,
  type ShareFile,
} from "../../host/custody/index.ts";
import type { Client } from "../../host/driver/index.ts";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import {
  type Quote,
  type SealedShare,
  SHARE_CONTEXT,
  SHARE_INFO,
  type ShareContext,
} from "../../protocol/share.ts";
import { confirmed } from "../custody/confirming.ts";
import { at, unwrap } from "./outcomes.ts";

/** A custodian with the share of one seed. */
export interface Custodian {
  readonly key: CustodianKey;
  readonly file: ShareFile;
}

/** A seed's custodians. */
export interface Genesis {
  readonly custodians: readonly Custodian[];
  readonly fingerprint: Uint8Array;
}

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

const buffer = (bytes: Uint8Array): ArrayBuffer => {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
};

/** Reads a share's context. */
export const contextOf = ({ context }: SealedShare): ShareContext => {
  const read = decodeAs(SHARE_CONTEXT, context);
  if (read === undefined) throw new Error("a context that does not read");
  return read;
};

/** Makes a seed on the device, with custodians of its own. */
export const makeSeed = async (
  client: Client,
  threshold: number,
  count: number,
): Promise<Genesis> => {
  const keys = Array.from({ length: count }, generateCustodianKey);
  const custodians = keys.map(({ publicKey }) => publicKey);
  const { shares, fingerprint } = unwrap(await client.generateSeed({ custodians, threshold }));
  const files = shares.map((sealed) => ({ sealed, context: contextOf(sealed) }));
  return { custodians: keys.map((key, i) => ({ key, file: at(files, i) })), fingerprint };
};

/** A quote of the device. */
export const quoteOf = async (client: Client): Promise<Quote> =>
  unwrap(parseQuote(unwrap(await client.getQuote({})).quote));

/** The honest custodians' approvals for the device's boot. */
export const approveAll = async (
  quote: Quote,
  custodians: readonly Custodian[],
): Promise<SealedShare[]> => {
  const known = await confirmed(quote);
  return Promise.all(
    custodians.map(async ({ key, file }) => unwrap(await approve(known, file, key))),
  );
};

/** Opens a share as the standard says, with any X25519 key; throws where it does not open. */
export const openWith = async (
  { context, encapsulated, ciphertext }: SealedShare,
  privateKey: Uint8Array,
): Promise<Uint8Array> => {
  const recipientKey = await suite.kem.importKey("raw", buffer(privateKey), false);
  const keys = { recipientKey, enc: buffer(encapsulated), info: buffer(SHARE_INFO) };
  return new Uint8Array(await suite.open(keys, buffer(ciphertext), buffer(context)));
};

/** Seals any value with any context to any key, as a custodian who lies can. */
export const sealAnything = async (
  value: Uint8Array,
  context: Uint8Array,
  publicKey: Uint8Array,
): Promise<SealedShare> => {
  const recipientPublicKey = await suite.kem.importKey("raw", buffer(publicKey), true);
  const keys = { recipientPublicKey, info: buffer(SHARE_INFO) };
  const { enc, ct } = await suite.seal(keys, buffer(value), buffer(context));
  return { context, encapsulated: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
};

/** A custodian's true value under a context with lies in it, well sealed to the boot. */
export const lieWith = async (
  quote: Quote,
  { key, file }: Custodian,
  lies: (context: ShareContext) => Partial<ShareContext>,
): Promise<SealedShare> => {
  const honest: ShareContext = {
    ...file.context,
    purpose: "boot",
    recipient: quote.bootKey,
    bootId: quote.bootId,
    notAfterMs: quote.notAfterMs,
  };
  const context = encodeAs(SHARE_CONTEXT, { ...honest, ...lies(honest) });
  return sealAnything(await openWith(file.sealed, key.privateKey), context, quote.bootKey);
};

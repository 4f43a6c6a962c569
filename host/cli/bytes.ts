/** Bytes as the command line writes them. */

/** Lower-case hex. */
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Base64 (RFC 4648, section 4). */
export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Reads hex of whole bytes; `undefined` for anything else. */
export const fromHex = (text: string): Uint8Array | undefined =>
  /^([0-9a-fA-F]{2})*$/.test(text) ? Uint8Array.from(Buffer.from(text, "hex")) : undefined;

/** Reads strict base64, white space apart; `undefined` for anything else. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  const packed = text.replaceAll(/\s+/g, "");
  const isBase64 = packed.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(packed);
  return isBase64 ? Uint8Array.from(Buffer.from(packed, "base64")) : undefined;
};

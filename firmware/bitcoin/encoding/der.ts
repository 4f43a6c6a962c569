/** DER signatures as Bitcoin's scripts carry them (BIP-66): two minimal positive integers. */

const integer = (bytes: Uint8Array): Uint8Array => {
  const first = bytes.findIndex((byte) => byte !== 0);
  const body = first === -1 ? Uint8Array.of(0) : bytes.subarray(first);
  const isNegative = (body[0] ?? 0) >= 0x80;
  return Uint8Array.of(
    0x02,
    body.length + (isNegative ? 1 : 0),
    ...(isNegative ? [0] : []),
    ...body,
  );
};

/** The DER form of a 64-byte signature (R and S, 32 bytes each, big-endian): at most 72 bytes. */
export const encodeDer = (compact: Uint8Array): Uint8Array => {
  const [r, s] = [integer(compact.subarray(0, 32)), integer(compact.subarray(32))];
  return Uint8Array.of(0x30, r.length + s.length, ...r, ...s);
};

/** HMAC_DRBG (SP 800-90A) told a second time, on node's HMAC. */
import { createHmac } from "node:crypto";

const mac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(createHmac("sha256", key).update(Buffer.concat(parts)).digest());

const update = (
  [key, value]: readonly [Uint8Array, Uint8Array],
  data: Uint8Array,
): readonly [Uint8Array, Uint8Array] => {
  const key1 = mac(key, value, Uint8Array.of(0), data);
  const value1 = mac(key1, value);
  if (data.length === 0) return [key1, value1];
  const key2 = mac(key1, value1, Uint8Array.of(1), data);
  return [key2, mac(key2, value1)];
};

/** The outputs of requests of these lengths. */
export const drbgReference = (
  material: Uint8Array,
  lengths: readonly number[],
): readonly string[] => {
  let state = update([new Uint8Array(32), new Uint8Array(32).fill(1)], material);
  return lengths.map((length) => {
    const blocks: Uint8Array[] = [];
    while (blocks.length * 32 < length) {
      const [key, value] = state;
      state = [key, mac(key, value)];
      blocks.push(state[1]);
    }
    state = update(state, new Uint8Array(0));
    return Buffer.concat(blocks).subarray(0, length).toString("hex");
  });
};

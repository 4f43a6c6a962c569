/** A person's statement of the time, against a device's nonce. */
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { type SignedTime, TIME_STATEMENT, timeSignedBytes } from "../../protocol/time.ts";
import { signEd25519 } from "../ed25519.ts";
import type { KeyPair } from "./keys.ts";

/** Signs that it is `timeMs` (milliseconds since 1970), for one boot and one nonce of a device. */
export const signTime = (
  { bootId, nonce }: { readonly bootId: Uint8Array; readonly nonce: Uint8Array },
  { privateKey, publicKey: signer }: KeyPair,
  timeMs: number,
): SignedTime => {
  const statement = encodeAs(TIME_STATEMENT, { bootId, nonce, signer, timeMs });
  return { statement, signature: signEd25519(timeSignedBytes(statement), privateKey) };
};

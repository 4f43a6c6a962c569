/** A person's statement of the time, against a device's nonce. */
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  SIGNED_TIME,
  type SignedTime,
  TIME_STATEMENT,
  type TimeStatement,
  timeSignedBytes,
} from "../../protocol/time.ts";
import { signEd25519 } from "../ed25519.ts";
import type { KeyPair } from "./keys.ts";

/** What a device asks for: its boot and its nonce, 16 bytes each. */
export type TimeQuestion = Pick<TimeStatement, "bootId" | "nonce">;

/** Signs that it is `timeMs` (milliseconds since 1970), for one boot and one nonce of a device. */
export const signTime = (
  { bootId, nonce }: TimeQuestion,
  { privateKey, publicKey: signer }: KeyPair,
  timeMs: number,
): SignedTime => {
  const statement = encodeAs(TIME_STATEMENT, { bootId, nonce, signer, timeMs });
  return { statement, signature: signEd25519(timeSignedBytes(statement), privateKey) };
};

/** The question as people pass it on: base64 of both, one after the other. */
export const formatTimeQuestion = ({ bootId, nonce }: TimeQuestion): string =>
  Buffer.concat([bootId, nonce]).toString("base64");

/** Reads it; anything but 32 bytes in base64 is `time_malformed`. */
export const parseTimeQuestion = (text: string): Outcome<TimeQuestion, "time_malformed"> => {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  const isWhole = bytes.length === 32 && Buffer.from(bytes).toString("base64") === text;
  return isWhole
    ? ok({ bootId: bytes.subarray(0, 16), nonce: bytes.subarray(16) })
    : fail("time_malformed");
};

/** A signed statement as people pass it on: base64 of its CBOR. All of it is public. */
export const formatSignedTime = (signed: SignedTime): string =>
  `${Buffer.from(encodeAs(SIGNED_TIME, signed)).toString("base64")}\n`;

/** Reads it. Whether it is true and whose it is, the device decides. */
export const parseSignedTime = (text: string): Outcome<SignedTime, "time_malformed"> => {
  const signed = decodeAs(SIGNED_TIME, Uint8Array.from(Buffer.from(text.trim(), "base64")));
  const isRead = signed !== undefined && decodeAs(TIME_STATEMENT, signed.statement) !== undefined;
  return isRead ? ok(signed) : fail("time_malformed");
};

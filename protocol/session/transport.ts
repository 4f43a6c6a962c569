/** The two ciphers of a finished handshake, and how long they may be used. */
import { LIMITS } from "../limits.ts";
import type { Finished } from "./noise/handshake.ts";

/** A session's keys at one end. */
export interface Transport {
  /** The Noise handshake hash, 32 bytes: what an attestation binds to. */
  readonly hash: Uint8Array;
  readonly startedMs: number;
  readonly seal: (plaintext: Uint8Array) => Uint8Array;
  /** `undefined` where the record does not open; the keys open nothing any more. */
  readonly open: (record: Uint8Array) => Uint8Array | undefined;
  /** Records of the direction that has had more of them. */
  readonly records: () => number;
  /** Zeroes the keys. */
  readonly end: () => void;
}

/** A session's keys from now on. */
export const createTransport = (
  { send, receive, hash }: Finished,
  startedMs: number,
): Transport => ({
  hash,
  startedMs,
  seal: (plaintext) => send.seal(plaintext),
  open: (record) => receive.open(record),
  records: () => Math.max(send.count(), receive.count()),
  end: () => {
    send.wipe();
    receive.wipe();
  },
});

/** Bytes of a record without a message: the tag. The first record of each end is one. */
const EMPTY_RECORD = 16;

/** Whether a transport record holds no message: the confirmation of a new session. */
export const isConfirmation = (record: Uint8Array): boolean => record.length === EMPTY_RECORD;

/** Whether a session has had its time or its records. */
export const isWorn = (transport: Transport, nowMs: number): boolean =>
  transport.records() >= LIMITS.sessionRecords || nowMs - transport.startedMs >= LIMITS.sessionMs;

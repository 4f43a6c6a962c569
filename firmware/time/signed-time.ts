/**
 * The device's time: it has no clock that it can trust, so people of the roster tell it, against
 * its nonce, and its monotonic clock carries that on (CUSTODY, section 5).
 *
 * A permission is over as soon as it may be over: by the greatest of all signers' latest readings.
 * A wait is over once it surely is: by an earliest reading that two signers vouch for. So one who
 * lies can end permissions early, which is a nuisance, and cannot open a wait; a statement that is
 * held back is worth less, never more; and time never goes back, because what was accepted stays.
 * While nobody has said anything, every permission with an end is over, and every wait stands.
 */
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import {
  type SignedTime,
  TIME_STATEMENT,
  type TimeStatement,
  timeSignedBytes,
} from "../../protocol/time.ts";
import { isSame } from "../bitcoin/index.ts";
import type { Hal } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";
import { earliest, latest, type SignerReadings, withReading } from "./readings.ts";

/** Why a statement is not taken. */
export type TimeError =
  | "time_malformed"
  | "time_nonce_unknown"
  | "time_signer_unknown"
  | "time_signature_invalid"
  | "time_out_of_range";

/** The time of one boot. */
export interface SignedClock {
  /** 16 bytes: the same for a while, so that several people can answer it. */
  readonly nonce: () => Outcome<Uint8Array, "rng_failed">;
  /** Takes a statement of one of these signers (Ed25519, 32 bytes each). */
  readonly take: (signed: SignedTime, signers: readonly Uint8Array[]) => Outcome<void, TimeError>;
  /** Whether a permission that ends then may be over; milliseconds since 1970. */
  readonly isOver: (notAfterMs: number) => boolean;
  /** Whether a wait until then surely is over. */
  readonly hasBegun: (notBeforeMs: number) => boolean;
}

/** Signers who must agree before a wait is over. */
const WITNESSES = 2;

/** 2026 and 2100: before this firmware was written, and beyond anything it is asked. */
const [LEAST_MS, MOST_MS] = [1_767_225_600_000, 4_102_444_800_000] as const;

interface Nonce {
  readonly value: Uint8Array;
  readonly issuedMs: number;
}

/** The nonces that may be answered: a fresh one, and the one before it. */
const createNonces = ({ clock, rng }: Pick<Hal, "clock" | "rng">) => {
  let open: readonly Nonce[] = [];
  const alive = (): readonly Nonce[] =>
    open.filter(({ issuedMs }) => clock.nowMs() - issuedMs < DEVICE_LIMITS.timeNonceMs);
  return {
    find: (value: Uint8Array): Nonce | undefined =>
      alive().find((nonce) => isSame(nonce.value, value)),
    give: (): Outcome<Uint8Array, "rng_failed"> => {
      const [newest] = alive();
      const isFresh =
        newest !== undefined && clock.nowMs() - newest.issuedMs < DEVICE_LIMITS.timeNonceMs / 2;
      if (isFresh) return ok(newest.value);
      const value = new Uint8Array(16);
      const filled = rng.fill(value);
      if (!filled.ok) return filled;
      open = [{ value, issuedMs: clock.nowMs() }, ...alive()].slice(0, 2);
      return ok(value);
    },
  };
};

/** A statement that may be taken, and the nonce that it answers. */
const readStatement = (
  { verifyEd25519 }: Pick<Hal["crypto"], "verifyEd25519">,
  bootId: Uint8Array,
  find: (nonce: Uint8Array) => Nonce | undefined,
  { statement, signature }: SignedTime,
  signers: readonly Uint8Array[],
): Outcome<{ readonly said: TimeStatement; readonly nonce: Nonce }, TimeError> => {
  const said = decodeAs(TIME_STATEMENT, statement);
  if (said === undefined) return fail("time_malformed");
  const nonce = isSame(said.bootId, bootId) ? find(said.nonce) : undefined;
  if (nonce === undefined) return fail("time_nonce_unknown");
  if (!signers.some((key) => isSame(key, said.signer))) return fail("time_signer_unknown");
  if (!verifyEd25519(signature, timeSignedBytes(statement), said.signer)) {
    return fail("time_signature_invalid");
  }
  const isPlausible = said.timeMs >= LEAST_MS && said.timeMs <= MOST_MS;
  return isPlausible ? ok({ said, nonce }) : fail("time_out_of_range");
};

/** No time yet. */
export const createSignedClock = (
  hal: Pick<Hal, "clock" | "rng" | "crypto">,
  bootId: Uint8Array,
): SignedClock => {
  const { clock, crypto } = hal;
  const nonces = createNonces(hal);
  const readings = new Map<string, SignerReadings>();

  return {
    nonce: nonces.give,
    take: (signed, signers) => {
      const taken = readStatement(crypto, bootId, nonces.find, signed, signers);
      if (!taken.ok) return taken;
      const { said, nonce } = taken.value;
      const [name, nowMs] = [said.signer.join(), clock.nowMs()];
      const reading = { timeMs: said.timeMs, issuedMs: nonce.issuedMs, receivedMs: nowMs };
      readings.set(name, withReading(readings.get(name), reading, nowMs));
      return ok(undefined);
    },
    isOver: (notAfterMs) => {
      const all = [...readings.values()];
      return (
        all.length === 0 || all.some((one) => latest(one.forEnds, clock.nowMs()) >= notAfterMs)
      );
    },
    hasBegun: (notBeforeMs) => {
      const past = [...readings.values()].filter(
        (one) => earliest(one.forWaits, clock.nowMs()) >= notBeforeMs,
      );
      return past.length >= WITNESSES;
    },
  };
};

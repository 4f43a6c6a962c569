/** What the final check is asked and what it answers: plain data on both sides. */

import type { NetworkName, Payment } from "../../withdrawal.ts";

/** The points of the final check, in the order they are reported. */
export const CHECK_POINTS = [
  "parse",
  "descriptor",
  "prevouts",
  "scripts",
  "witness",
  "low-s",
  "sighash",
  "payments",
  "change",
  "fee",
  "lock-time",
  "distinct-signers",
] as const;

/** The name of a point. */
export type PointName = (typeof CHECK_POINTS)[number];

/** A coin the transaction spends: `path` is `branch/index`, the transaction before comes whole. */
export interface ListedPrevout {
  readonly txid: string;
  readonly vout: number;
  readonly amountSats: number;
  readonly scriptHex: string;
  readonly path: string;
  readonly previousTxHex: string;
}

/**
 * A signed transaction and what was agreed on: the wallet's descriptor (multipath, with checksum),
 * the approved payments, where change goes (`undefined`: there is none), the most the fee may be.
 * `minimumSigners` is how many distinct signers each input needs at least, whatever the descriptor
 * asks for: a descriptor that was swapped must not lower it. `lockTime` is the one agreed on, as
 * the transaction has it (0 where it is not given). With `fingerprints`, only these signers may
 * have signed.
 */
export interface CheckRequest {
  readonly txHex: string;
  readonly descriptor: string;
  readonly network: NetworkName;
  readonly prevouts: readonly ListedPrevout[];
  readonly payments: readonly Payment[];
  readonly change: { readonly path: string } | undefined;
  readonly maxFeeSats: number;
  readonly minimumSigners: number;
  readonly lockTime?: number | undefined;
  readonly fingerprints?: readonly string[] | undefined;
}

/** One point: whether it holds and, where it does not or could not be judged, why. */
export interface CheckPoint {
  readonly point: PointName;
  readonly ok: boolean;
  readonly why?: string;
}

/**
 * The answer: `ok` only where every point is. `signedBy` are the fingerprints of the signers whose
 * valid signatures stand on every input, in the descriptor's order.
 */
export interface CheckReport {
  readonly ok: boolean;
  readonly points: readonly CheckPoint[];
  readonly signedBy: readonly string[];
}

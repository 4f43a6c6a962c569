/** Users, addresses and a past to screen withdrawals by. */

import {
  DEFAULT_SCREENING_LIMITS,
  type PastPayment,
  type RuleName,
  type ScreeningContext,
  screen,
  type Verdict,
} from "../../host/control/index.ts";
import type { Withdrawal } from "../../host/withdrawal.ts";
import { foreignAddress } from "./signed-spend.ts";

/** When the tests screen, in Unix time. */
export const NOW_MS = 1_750_000_000_000;

/** A day. */
export const DAY_MS = 86_400_000;

/** A bitcoin, in satoshi. */
export const BTC = 100_000_000;

/** An address that ada was paid at. */
export const KNOWN = foreignAddress(0x71);

/** An address nobody was paid at. */
export const NEW = foreignAddress(0x72);

/** The address on the deny list. */
export const DENIED = foreignAddress(0x73);

/** A payment of the past. */
export const paid = (
  amountSats: number,
  agoMs: number,
  user = "ada",
  address = KNOWN,
): PastPayment => ({ user, address, amountSats, timeMs: NOW_MS - agoMs });

/** A context in which ada was paid a little at `KNOWN` long ago, with some of it replaced. */
export const contextOf = (changes: Partial<ScreeningContext> = {}): ScreeningContext => ({
  nowMs: NOW_MS,
  history: [paid(1_000, 30 * DAY_MS)],
  denyList: [DENIED],
  limits: DEFAULT_SCREENING_LIMITS,
  network: "regtest",
  ...changes,
});

/** A withdrawal asked for. */
export const wish = (amountSats: number, address = KNOWN, user = "ada", id = "w1"): Withdrawal => ({
  id,
  user,
  address,
  amountSats,
});

/** What one rule says about a withdrawal. */
export const verdictOf = (
  rule: RuleName,
  withdrawal: Withdrawal,
  context: ScreeningContext,
): Verdict | undefined =>
  screen(withdrawal, context).evidence.find((evidence) => evidence.rule === rule)?.verdict;

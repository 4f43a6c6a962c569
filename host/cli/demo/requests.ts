/** What the demo is asked to pay, and the past it judges requests by. */
import { readFileSync } from "node:fs";
import { type Outcome, ok } from "../../../protocol/errors.ts";
import {
  DEFAULT_SCREENING_LIMITS,
  type PastPayment,
  type RequestList,
  readDenyList,
  readRequests,
  type ScreeningContext,
} from "../../control/index.ts";
import { readText } from "../files.ts";

const SAMPLE = new URL("./sample-requests.jsonl", import.meta.url);
const DENIED = new URL("./sample-deny-list.txt", import.meta.url);
const HISTORY = new URL("./sample-history.jsonl", import.meta.url);

/** A skipped line would deny or remember nothing: a sample is whole or none. */
const expectWhole = (file: URL, refused: readonly { line: number; why: string }[]): void => {
  const lines = refused.map(({ line, why }) => `line ${line}: ${why}`);
  if (lines.length > 0) throw new Error(`${file.pathname} is broken at ${lines.join(" ")}`);
};

const readDenied = (): readonly string[] => {
  const { entries, refused } = readDenyList(readFileSync(DENIED, "utf8"), "regtest");
  expectWhole(DENIED, refused);
  return entries;
};

/** The user's own file, or the sample of twenty. */
export const demoRequests = (file: string | undefined): Outcome<RequestList> => {
  const text = file === undefined ? ok(readFileSync(SAMPLE, "utf8")) : readText(file);
  return text.ok ? ok(readRequests(text.value, "regtest")) : text;
};

/** Yesterday's payments of the sample, as if they had been made an hour ago. */
const history = (nowMs: number): readonly PastPayment[] => {
  const { requests, refused } = readRequests(readFileSync(HISTORY, "utf8"), "regtest");
  expectWhole(
    HISTORY,
    refused.map(({ line, details }) => ({ line, why: String(details["why"]) })),
  );
  return requests.map(({ user, address, amountSats }) => ({
    user,
    address,
    amountSats,
    timeMs: nowMs - 3_600_000,
  }));
};

/** The default limits, a short deny list and a short past; throws where a sample is broken. */
export const demoScreening = (nowMs: number): ScreeningContext => ({
  nowMs,
  history: history(nowMs),
  denyList: readDenied(),
  limits: DEFAULT_SCREENING_LIMITS,
  network: "regtest",
});

/** What the demo is asked to pay, and the past it judges requests by. */
import { readFileSync } from "node:fs";
import { type Outcome, ok } from "../../../protocol/errors.ts";
import {
  DEFAULT_SCREENING_LIMITS,
  type PastPayment,
  type RequestList,
  readRequests,
  type ScreeningContext,
} from "../../control/index.ts";
import { readText } from "../files.ts";

const SAMPLE = new URL("./sample-requests.jsonl", import.meta.url);
const DENIED = new URL("./sample-deny-list.txt", import.meta.url);
const HISTORY = new URL("./sample-history.jsonl", import.meta.url);

const linesOf = (file: URL): readonly string[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));

/** The user's own file, or the sample of twenty. */
export const demoRequests = (file: string | undefined): Outcome<RequestList> => {
  const text = file === undefined ? ok(readFileSync(SAMPLE, "utf8")) : readText(file);
  return text.ok ? ok(readRequests(text.value, "regtest")) : text;
};

/** Yesterday's payments of the sample, as if they had been made an hour ago. */
const history = (nowMs: number): readonly PastPayment[] =>
  readRequests(linesOf(HISTORY).join("\n"), "regtest").requests.map((past) => ({
    user: past.user,
    address: past.address,
    amountSats: past.amountSats,
    timeMs: nowMs - 3_600_000,
  }));

/** The default limits, a short deny list and a short past. */
export const demoScreening = (nowMs: number): ScreeningContext => ({
  nowMs,
  history: history(nowMs),
  denyList: linesOf(DENIED),
  limits: DEFAULT_SCREENING_LIMITS,
  network: "regtest",
});

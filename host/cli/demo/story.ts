/** How the demo tells what happens: events for programs, a short story for people. */
import { ERRORS } from "../../../protocol/errors.ts";
import type { CheckReport, RefusedLine, ScreenedWithdrawal } from "../../control/index.ts";
import type { FinalTransaction, Prevout, QuorumEvent } from "../../vault/index.ts";
import type { Output } from "../output.ts";
import type { ReadySigner } from "./signers.ts";

const MARKS = { pass: "pay   ", hold: "HOLD  ", refuse: "REFUSE" } as const;

/** An amount in bitcoin, eight decimals. */
export const formatSats = (sats: number): string =>
  `${Math.floor(sats / 1e8)}.${String(sats % 1e8).padStart(8, "0")}`;

/** A heading, and the lines below it. */
export const tellStep = (output: Output, title: string): void => output.tell("", title);

/** A request line that is none. */
export const sayRefusedLine = (output: Output, { line, error, details }: RefusedLine): void => {
  const { group, means, retry } = ERRORS[error];
  output.say(
    { event: "line-refused", line, error: { name: error, group, means, retry, details } },
    [`  line ${line}  ${means} ${String(details["why"] ?? "")}`],
  );
};

/** A withdrawal's verdict; people see the evidence of what did not pass. */
export const sayScreened = (
  output: Output,
  { withdrawal, verdict, evidence }: ScreenedWithdrawal,
): void => {
  const { id, user, amountSats } = withdrawal;
  const why = evidence.filter((one) => one.verdict !== "pass").map((one) => one.means);
  const who = why.length === 0 ? user : `${user}: ${why.join(" ")}`;
  output.say({ event: "screened", withdrawal, verdict, evidence }, [
    `  ${MARKS[verdict]}  ${id}  ${formatSats(amountSats).padStart(14)}  ${who}`,
  ]);
};

/** What a signer did when it was asked. */
export const tellQuorum = (output: Output, event: QuorumEvent): void => {
  switch (event.kind) {
    case "asked":
      output.tell(`  ${event.name} reviews the transaction on its own …`);
      return;
    case "signed":
      output.tell(`  ${event.name} signed ${event.signatures} inputs`);
      return;
    case "failed":
      output.tell(`  ${event.name} failed: ${ERRORS[event.failure.error].means}`);
  }
};

/** The final check, point by point. */
export const sayChecked = (output: Output, { ok, points }: CheckReport): void => {
  const lines = points.map(
    ({ point, ok: holds, why }) =>
      `  ${holds ? "ok  " : "FAIL"}  ${point}${why === undefined ? "" : `: ${why}`}`,
  );
  output.say({ event: "checked", ok, points }, lines);
};

/** What the demo comes to. */
export interface Done {
  readonly descriptor: string;
  readonly prevouts: readonly Prevout[];
  readonly final: FinalTransaction;
  readonly signers: readonly ReadySigner[];
  readonly beganMs: number;
}

/** The transaction, and who signed it. */
export const sayDone = (output: Output, done: Done): void => {
  const { descriptor, prevouts, final, signers, beganMs } = done;
  const { txHex, txid, signedBy } = final;
  const devices = signers.map(({ name, pid, fingerprint }) => ({ name, pid, fingerprint }));
  const ms = Math.round(performance.now() - beganMs);
  const who = `${signedBy.join(" and ")} in ${(ms / 1000).toFixed(1)} s`;
  output.say(
    { event: "done", network: "regtest", descriptor, prevouts, txHex, txid, signedBy, devices, ms },
    [
      "",
      `Signed by ${who}; its coins are made up, so no node will take it:`,
      `  txid  ${txid}`,
      `  ${txHex}`,
    ],
  );
};

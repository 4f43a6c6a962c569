/** How the demo tells what happens: events for programs, a short story for people. */
import { ERRORS } from "../../../protocol/errors.ts";
import type { CheckReport, RefusedLine, ScreenedWithdrawal } from "../../control/index.ts";
import type { QuorumEvent } from "../../vault/index.ts";
import type { Output } from "../output.ts";

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
  output.say({ event: "screened", withdrawal, verdict, evidence }, [
    `  ${MARKS[verdict]}  ${id}  ${formatSats(amountSats).padStart(14)}  ${user}${why.length === 0 ? "" : `: ${why.join(" ")}`}`,
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
  output.say({ event: "checked", ok, points }, [
    ...points.map(
      ({ point, ok: holds, why }) =>
        `  ${holds ? "ok  " : "FAIL"}  ${point}${why === undefined ? "" : `: ${why}`}`,
    ),
  ]);
};

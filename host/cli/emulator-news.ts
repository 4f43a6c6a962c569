/** What `mayfly emulate` says of its signers while they run, and at the end. */
import type { Failure } from "../../protocol/errors.ts";
import type { EmulatorEvent, Unmatched } from "./emulator-events.ts";
import type { SupervisedEmulator } from "./emulators.ts";
import type { Output } from "./output.ts";

/** A question that waits for nobody: the next thing to look at, in either form. */
const sayUnmatched = (event: Unmatched, output: Output): void => {
  const { name, kind, lines, difference } = event;
  output.say({ ...event }, []);
  output.warn(`${name}: no rule of --approve for ${kind}: ${lines.join(" | ")}`);
  for (const line of difference?.split("\n") ?? []) output.warn(`${name}: ${line}`);
};

/** Rules that were of no use to any device, or what of its recording has not come to each. */
export const warnOfUnused = (
  running: readonly SupervisedEmulator[],
  areShared: boolean,
  output: Output,
) => {
  const [first = [], ...others] = running.map((one) => one.unused());
  const lines = areShared
    ? first.filter((rule) => others.every((unused) => unused.includes(rule)))
    : running.flatMap(({ name, unused }) => unused().map((question) => `${name}: ${question}`));
  for (const line of lines) output.warn(`--approve: never matched: ${line}`);
};

/** Says an event; one that fails after its start is named and stays down, the others go on. */
export const sayEvent = (event: EmulatorEvent, hasStarted: boolean, output: Output): void => {
  switch (event.event) {
    case "listening": {
      const { name, path, pid, phase, fingerprint } = event;
      const keys = fingerprint ?? "no keys";
      output.say({ ...event }, [`${name} listens on ${path} (process ${pid}): ${phase}, ${keys}`]);
      return;
    }
    case "screen": {
      const { name, kind, lines } = event;
      output.say({ ...event }, [`${name} shows ${kind}: ${lines.join(" | ")}`]);
      return;
    }
    case "pressed": {
      const { name, press, atMs } = event;
      output.say({ ...event }, [`${name} was pressed: ${press}, after ${atMs} ms`]);
      return;
    }
    case "unmatched":
      sayUnmatched(event, output);
      return;
    case "wiped": {
      const { name, reason, pid } = event;
      output.say({ ...event }, [`${name} is wiped (${reason}); process ${pid} stays for a look`]);
      return;
    }
    case "failed":
      if (hasStarted) output.refuse(event.failure);
      return;
    case "phase": // its screens say so already
    case "approval": // said at the end
    case "ended":
  }
};

/** Says, once for each signer, what is lost without the native engine. */
export const portableWarning =
  (name: string, output: Output) =>
  ({ details = {} }: Failure): void => {
    const why = Object.values(details).join(", ");
    output.warn(
      `${name} runs on the portable engine (native: ${why}): copies of keys outlive a wipe`,
    );
  };

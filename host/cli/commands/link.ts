/** `mayfly link`: owns a port, and shares the device on it among programs, until Ctrl-C. */
import { resolve } from "node:path";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { SYSTEM_CLOCK } from "../../driver/index.ts";
import { sharePort } from "../../link/index.ts";
import { openLine } from "../open-line.ts";
import { findLine, interruption } from "../device.ts";
import type { Output } from "../output.ts";
import { answer, declare, PORT } from "../program.ts";

interface LinkOptions {
  readonly port: string;
  readonly socket: string;
}

const aborted = (signal: AbortSignal): Promise<void> => {
  const { promise, resolve: done } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => done());
  if (signal.aborted) done();
  return promise;
};

const share = async (
  { port, socket: file }: LinkOptions,
  signal: AbortSignal,
  output: Output,
): Promise<Outcome<unknown>> => {
  const path = findLine(port);
  if (!path.ok) return path;
  const socket = resolve(file);
  const shared = await sharePort({
    open: () => openLine(path.value),
    socket,
    clock: SYSTEM_CLOCK,
    signal,
    onChange: (isUp) => output.tell(isUp ? "The device is back." : "The device is away."),
  });
  if (!shared.ok) {
    const { path: _, ...details } = shared.details ?? {};
    return fail(shared.error, { port, ...details });
  }
  output.say({ event: "linked", socket }, [`${port} is shared at ${socket}.`]);
  output.hint(`Next, in other terminals: mayfly status --port ${socket}. Ctrl-C ends.`);
  await aborted(signal);
  await shared.value.close();
  return ok(undefined);
};

const link = async (options: LinkOptions, output: Output): Promise<Outcome<unknown>> => {
  const { signal, end } = interruption();
  const outcome = await share(options, signal, output);
  end();
  return outcome;
};

/** The command. */
export const linkCommand = () =>
  declare("link", "own a port, and share its device among up to eight programs, until Ctrl-C")
    .requiredOption("--port <port>", PORT)
    .requiredOption("--socket <file>", "the socket to make: what the programs take as --port")
    .action((options) => answer((output) => link(options, output)));

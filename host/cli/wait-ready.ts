/**
 * Waits for emulators that somebody else starts. It reads listings and the process table and opens
 * no port: nobody's cable is touched.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { type PortOptions, portsOf } from "./emulator-ports.ts";
import { badOption, wholeNumber } from "./program.ts";
import { EMULATOR_NAMES } from "./names.ts";
import type { Listening } from "./emulator-events.ts";
import { type RunningEmulator, runningEmulators } from "./running.ts";

/** Which emulators are waited for. */
export interface Awaited {
  /** The folder in which they list themselves. */
  readonly folder: string;
  /** At least so many. */
  readonly count: number;
  /** Ports that must be among them; none where any will do. */
  readonly ports: readonly string[];
  readonly timeoutMs: number;
}

const LONGEST_WAIT_S = 86_400;

/** Reads what was asked for; with a port of its own choice (0) it is any that are waited for. */
export const awaitedOf = (
  options: PortOptions & { readonly count: string; readonly timeout: string },
  folder: string,
): Outcome<Awaited> => {
  const most = EMULATOR_NAMES.length;
  const count = wholeNumber(options.count, most);
  if (count === undefined) return badOption("--count", `not a number from 1 to ${most}`);
  const seconds = wholeNumber(options.timeout, LONGEST_WAIT_S);
  if (seconds === undefined) return badOption("--timeout", "not a whole number of seconds");
  const portOf = portsOf(options, count, folder);
  if (!portOf.ok) return portOf;
  const { link, socket, tcp } = options;
  const isAny = (link ?? socket ?? tcp) === undefined || tcp?.endsWith(":0") === true;
  const names = EMULATOR_NAMES.slice(0, isAny ? 0 : count);
  return ok({ folder, count, ports: names.map(portOf.value), timeoutMs: seconds * 1000 });
};

const LOOK_MS = 20;

/** It listens and, where it brought a seed along, has its keys. */
const isReady = ({ phase, isSeeded = false }: RunningEmulator): boolean =>
  phase !== undefined && (phase === "ready" || !isSeeded);

const listeningOf = (one: RunningEmulator): Listening => ({
  event: "listening",
  name: one.name,
  path: one.path,
  pid: one.pid,
  phase: one.phase ?? "",
  fingerprint: one.fingerprint ?? null,
  linkKey: one.linkKey ?? null,
});

/** All that were waited for, or what is still missing. */
const found = ({ folder, count, ports }: Awaited): readonly RunningEmulator[] | string => {
  const all = runningEmulators(folder);
  const wanted = ports.length === 0 ? all : all.filter(({ path }) => ports.includes(path));
  const absent = ports.filter((port) => !wanted.some(({ path }) => path === port));
  if (absent.length > 0) return `nobody listens on ${absent.join(", ")}`;
  if (wanted.length < count) return `${wanted.length} of ${count} run`;
  const late = wanted.filter((one) => !isReady(one)).map(({ name }) => name);
  return late.length > 0 ? `${late.join(", ")} not ready` : wanted;
};

/** Resolves when all of them are ready; `timeout` says what was missing. */
export const waitReady = async (awaited: Awaited): Promise<Outcome<readonly Listening[]>> => {
  const untilMs = performance.now() + awaited.timeoutMs;
  while (true) {
    const now = found(awaited);
    if (typeof now !== "string") return ok(now.map(listeningOf));
    if (performance.now() >= untilMs) return fail("timeout", { why: now, folder: awaited.folder });
    await sleep(LOOK_MS);
  }
};

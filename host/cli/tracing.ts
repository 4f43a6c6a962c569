/** A live trace of a port: it is opened, or shared, and the device asked now and then. */
import { resolve } from "node:path";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { wait } from "../driver/clock.ts";
import { type Client, type ClientOptions, openClient, SYSTEM_CLOCK } from "../driver/index.ts";
import { overSocket, sharePort } from "../link/index.ts";
import { openLine } from "./open-line.ts";
import { createTracer, type Recording, type Show, type Tracer } from "../trace/index.ts";
import { findLine, interruption } from "./device.ts";

/** What is traced, and where it goes. */
export interface LiveTrace {
  readonly port: string;
  /** Where the port is shared meanwhile. */
  readonly socket?: string;
  readonly show: Show;
  readonly recording?: Recording;
  readonly onFull: () => void;
}

/** How often the device is asked, so that a quiet line shows life, in milliseconds. */
const ASK_MS = 5000;
/** How long a line is left alone on which no signer has answered. */
const RETRY_MS = 500;

/** Asks for the status, over and over; anyone may. */
const askOnAndOn = async (client: Client, tracer: Tracer, signal: AbortSignal): Promise<void> => {
  for (let id = 1; !signal.aborted; id += 1) {
    const beganMs = SYSTEM_CLOCK.nowMs();
    const reply = await client.getStatus({}, { signal });
    if (signal.aborted) return;
    const ms = SYSTEM_CLOCK.nowMs() - beganMs;
    tracer.called({ name: "getStatus", id, ms, outcome: reply.ok ? "ok" : reply.error });
    await wait(SYSTEM_CLOCK, ASK_MS, signal);
  }
};

/** Where no signer answers, what the line says instead is worth showing: it goes on. */
const watch = async (
  way: ClientOptions,
  tracer: Tracer,
  signal: AbortSignal,
  refused: () => Failure | undefined,
): Promise<Outcome<void>> => {
  while (!signal.aborted) {
    const client = await openClient({ ...way, signal, reconnectMs: Number.MAX_SAFE_INTEGER });
    if (client.ok) {
      await askOnAndOn(client.value, tracer, signal);
      await client.value.close();
      continue;
    }
    const failure = refused();
    if (failure !== undefined) return failure;
    await wait(SYSTEM_CLOCK, RETRY_MS, signal);
  }
  return ok(undefined);
};

/** A port that does not open at all is refused by name; later it may go and come back. */
const traceAlone = (path: string, tracer: Tracer, signal: AbortSignal): Promise<Outcome<void>> => {
  let failure: Failure | undefined;
  let hasOpened = false;
  const open = async () => {
    const port = await openLine(path);
    hasOpened ||= port.ok;
    failure = port.ok ? undefined : port;
    return port;
  };
  const { observe } = tracer;
  return watch({ open, observe }, tracer, signal, () => (hasOpened ? undefined : failure));
};

const traceShared = async (
  path: string,
  socket: string,
  tracer: Tracer,
  signal: AbortSignal,
): Promise<Outcome<void>> => {
  const { observe } = tracer;
  const open = () => openLine(path);
  const shared = await sharePort({ open, socket, clock: SYSTEM_CLOCK, signal, observe });
  if (!shared.ok) return shared;
  const wire = overSocket(socket, SYSTEM_CLOCK);
  const outcome = await watch({ wire }, tracer, signal, () => undefined);
  await shared.value.close();
  return outcome;
};

/** Traces until the user ends it. */
export const traceLive = async ({ port, socket, ...how }: LiveTrace): Promise<Outcome<void>> => {
  const path = findLine(port);
  if (!path.ok) return path;
  const { signal, end } = interruption();
  const tracer = createTracer({ ...how, nowMs: SYSTEM_CLOCK.nowMs });
  const outcome =
    socket === undefined
      ? await traceAlone(path.value, tracer, signal)
      : await traceShared(path.value, resolve(socket), tracer, signal);
  end();
  if (outcome.ok) return outcome;
  const { path: _, ...details } = outcome.details ?? {};
  return fail(outcome.error, { port, ...details });
};

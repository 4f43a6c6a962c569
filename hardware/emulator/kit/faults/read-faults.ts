/** Faults from a file: a list of them in JSON, as `createEmulator` takes it. */
import { type Failure, fail, type Outcome, ok } from "../../../../protocol/errors.ts";
import { DEVICE_KINDS, type DeviceFault, isDeviceKind } from "./ailments.ts";
import type { Fault } from "./index.ts";
import { isChunkKind, isLineKind, isSpanKind, LINE_KINDS, type LineFault } from "./line.ts";

/** A file breaks a device in so many ways at most. */
const FAULTS_MOST = 1_000;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of a fault, by its kind, and what each must be. */
const DIRECTION = 'not "toDevice" or "toHost"';
const WHOLE = "no whole number from 0 on";
const COUNT = "no whole number from 1 on";
const ABOVE = "no number above 0";

const isWhole = (value: unknown, least: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least;

const isAbove = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value > 0;

const isDirection = (value: unknown): value is "toDevice" | "toHost" =>
  value === "toDevice" || value === "toHost";

const isWithin = (value: unknown): value is "record" => value === "record";

/** Takes fields one by one; the first that does not do is remembered. */
const createReader = (fields: Fields) => {
  const left = new Set(Object.keys(fields));
  let problem: string | undefined;
  const blame = (name: string, why: string): void => {
    problem ??= `${name}: ${why}`;
  };
  left.delete("kind");
  const optional = <K extends string, T>(
    name: K,
    fits: (value: unknown) => value is T,
    why: string,
  ): { readonly [key in K]?: T } => {
    left.delete(name);
    const value = fields[name];
    if (value === undefined) return {};
    if (!fits(value)) {
      blame(name, why);
      return {};
    }
    const read: { [key in K]?: T } = {};
    read[name] = value;
    return read;
  };
  return {
    optional,
    needed: <T>(
      name: string,
      fits: (value: unknown) => value is T,
      fallback: T,
      why: string,
    ): T => {
      left.delete(name);
      const value = fields[name];
      if (fits(value)) return value;
      blame(name, why);
      return fallback;
    },
    problem: (): string | undefined => {
      const [stray] = left;
      return problem ?? (stray === undefined ? undefined : `${stray}: no such field`);
    },
  };
};

type Reader = ReturnType<typeof createReader>;

const fromZero = (value: unknown): value is number => isWhole(value, 0);
const fromOne = (value: unknown): value is number => isWhole(value, 1);

const lineFaultOf = (kind: LineFault["kind"], { optional }: Reader): LineFault => {
  const place = {
    ...optional("at", isDirection, DIRECTION),
    ...optional("after", fromZero, WHOLE),
  };
  if (isChunkKind(kind)) return { kind, ...place, ...optional("times", fromOne, COUNT) };
  const span = { ...place, ...optional("forMs", isAbove, ABOVE) };
  if (isSpanKind(kind)) return { kind, ...span };
  return { kind, ...span, ...optional("within", isWithin, 'not "record"') };
};

const deviceFaultOf = (kind: DeviceFault["kind"], { needed, optional }: Reader): DeviceFault => {
  switch (kind) {
    case "brown-out":
    case "bit flip":
      return { kind, signature: needed("signature", fromOne, 1, COUNT) };
    case "rng failure":
      return { kind, ...optional("after", fromZero, WHOLE) };
    case "slow device":
      return { kind, ms: needed("ms", isAbove, 1, ABOVE) };
    case "wrong clock":
      return { kind, rate: needed("rate", isAbove, 1, ABOVE) };
    case "tamper":
    case "full queue":
      return { kind };
  }
};

const KINDS = [...LINE_KINDS, ...Object.keys(DEVICE_KINDS)].join(", ");

/** What was read, or a sentence about what was not. */
const faultOf = (value: unknown): Fault | string => {
  if (!isFields(value)) return 'is no object with a "kind"';
  const { kind } = value;
  const reader = createReader(value);
  const read = (fault: Fault): Fault | string => reader.problem() ?? fault;
  if (isLineKind(kind)) return read(lineFaultOf(kind, reader));
  if (isDeviceKind(kind)) return read(deviceFaultOf(kind, reader));
  return `has no kind that there is, but ${JSON.stringify(kind)}; there are: ${KINDS}`;
};

const refused = (why: string): Failure<"arguments_invalid"> =>
  fail("arguments_invalid", { faults: why });

/** Reads a list; `arguments_invalid` says of which fault what is wrong, counting from 1. */
export const readFaults = (list: unknown): Outcome<readonly Fault[], "arguments_invalid"> => {
  if (!Array.isArray(list)) return refused("not a list");
  if (list.length > FAULTS_MOST) return refused(`more than ${FAULTS_MOST}`);
  const faults: Fault[] = [];
  for (const [i, value] of list.entries()) {
    const fault = faultOf(value);
    if (typeof fault === "string") return refused(`fault ${i + 1} ${fault}`);
    faults.push(fault);
  }
  return ok(faults);
};

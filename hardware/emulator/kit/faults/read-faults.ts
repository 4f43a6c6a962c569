/** Faults as a file lists them: JSON, as `createEmulator` takes them. */
import { type DeviceFault, isDeviceKind } from "./ailments.ts";
import { isLineKind, type LineFault } from "./line.ts";

/** What a list is, or what is wrong with it. */
export type ReadFaults =
  | { readonly ok: true; readonly faults: readonly (LineFault | DeviceFault)[] }
  | { readonly ok: false; readonly why: string };

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What each of the device's needs besides its kind. */
const NEEDED: Readonly<Record<DeviceFault["kind"], readonly string[]>> = {
  "brown-out": ["signature"],
  "bit flip": ["signature"],
  "rng failure": [],
  tamper: [],
  "slow device": ["ms"],
  "full queue": [],
  "wrong clock": ["rate"],
};

const COUNTS = ["after", "times", "forMs", "signature", "ms"] as const;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const complaintOf = (fault: unknown): string | undefined => {
  if (!isFields(fault)) return "a fault is an object with a kind";
  const { kind, at, rate } = fault;
  if (!isLineKind(kind) && !isDeviceKind(kind)) return `there is no fault ${JSON.stringify(kind)}`;
  if (at !== undefined && at !== "toDevice" && at !== "toHost") {
    return `${kind}: "at" is toDevice or toHost`;
  }
  const wrong = COUNTS.find((name) => fault[name] !== undefined && !isCount(fault[name]));
  if (wrong !== undefined) return `${kind}: "${wrong}" is a whole number`;
  if (rate !== undefined && !(Number(rate) > 0)) return `${kind}: "rate" is above 0`;
  const missing = isDeviceKind(kind)
    ? NEEDED[kind].find((name) => fault[name] === undefined)
    : undefined;
  return missing === undefined ? undefined : `${kind}: "${missing}" is missing`;
};

const isFault = (fault: unknown): fault is LineFault | DeviceFault =>
  complaintOf(fault) === undefined;

/** Reads a list of faults that was JSON. */
export const readFaults = (list: unknown): ReadFaults => {
  if (!Array.isArray(list)) return { ok: false, why: "a list of faults is a JSON array" };
  const all: readonly unknown[] = list;
  const faults = all.filter(isFault);
  const why = all.map(complaintOf).find((complaint) => complaint !== undefined);
  return why === undefined ? { ok: true, faults } : { ok: false, why };
};

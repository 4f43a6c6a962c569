/** Faults as a file lists them: JSON, as `createEmulator` takes them. */
import { type DeviceFault, isDeviceKind } from "./ailments.ts";
import { isChunkKind, isLineKind, type LineFault } from "./line.ts";

/** What a list is, or what is wrong with it. */
export type ReadFaults =
  | { readonly ok: true; readonly faults: readonly (LineFault | DeviceFault)[] }
  | { readonly ok: false; readonly why: string };

type Kind = (LineFault | DeviceFault)["kind"];

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

/** What a fault may say besides its kind. */
const fieldsOf = (kind: Kind): readonly string[] => {
  if (isDeviceKind(kind)) return kind === "rng failure" ? ["after"] : NEEDED[kind];
  if (isChunkKind(kind)) return ["at", "after", "times"];
  return ["at", "after", "forMs", ...(kind === "unplugged" ? ["within"] : [])];
};

const COUNTS = ["after", "times", "forMs", "signature", "ms"] as const;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const wrongValueOf = ({ at, rate, within, ...fault }: Fields): string | undefined => {
  if (at !== undefined && at !== "toDevice" && at !== "toHost") {
    return '"at" is toDevice or toHost';
  }
  const wrong = COUNTS.find((name) => fault[name] !== undefined && !isCount(fault[name]));
  if (wrong !== undefined) return `"${wrong}" is a whole number`;
  if (within !== undefined && within !== "record") return '"within" is record';
  return rate === undefined || Number(rate) > 0 ? undefined : '"rate" is above 0';
};

/** What is wrong with a fault as it is told; nothing where it can happen. */
export const complaintOf = (fault: unknown): string | undefined => {
  if (!isFields(fault)) return "a fault is an object with a kind";
  const { kind, ...fields } = fault;
  if (!isLineKind(kind) && !isDeviceKind(kind)) return `there is no fault ${JSON.stringify(kind)}`;
  const stray = Object.keys(fields).find((name) => !fieldsOf(kind).includes(name));
  if (stray !== undefined) return `${kind}: there is no "${stray}"`;
  const wrong = wrongValueOf(fields);
  if (wrong !== undefined) return `${kind}: ${wrong}`;
  const missing = isDeviceKind(kind)
    ? NEEDED[kind].find((name) => fields[name] === undefined)
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

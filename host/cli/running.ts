/** The emulators that run under this home, as they list themselves there. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readPortName } from "../../protocol/link/port-name.ts";
import { listingOf } from "./emulator-program.ts";

/** A running emulator. */
export interface RunningEmulator {
  readonly name: string;
  readonly path: string;
  /** The pty or socket that `path` leads to. */
  readonly line?: string;
  readonly pid: number;
  /** It brought a seed along. */
  readonly isSeeded?: boolean;
  /** Absent until it listens. */
  readonly phase?: string;
  /** 8 hex digits while it holds keys. */
  readonly fingerprint?: string | null;
  /** Its link key in hex, while it holds keys. */
  readonly linkKey?: string;
}

/** A process's command line; nothing where it is gone. */
const wordsOf = (pid: number): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
};

/**
 * Whether the process is this emulator, by its command line: a listing outlives an emulator that
 * was killed, and its process's number may be another's by now.
 */
const isItsProcess = (folder: string, { name, pid }: RunningEmulator): boolean =>
  listingOf(wordsOf(pid)) === join(folder, name);

const isHexKey = (value: unknown): boolean =>
  typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

/** Whether a field is not there, or of its type. */
const isOptional = (value: object, name: string, type: "boolean" | "string"): boolean => {
  const field: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return field === undefined || typeof field === type;
};

const hasPresence = (value: object): boolean =>
  isOptional(value, "line", "string") &&
  isOptional(value, "isSeeded", "boolean") &&
  isOptional(value, "phase", "string") &&
  (isOptional(value, "fingerprint", "string") ||
    ("fingerprint" in value && value.fingerprint === null));

const isRunningEmulator = (value: unknown): value is RunningEmulator =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "path" in value &&
  typeof value.path === "string" &&
  "pid" in value &&
  Number.isSafeInteger(value.pid) &&
  hasPresence(value) &&
  (!("linkKey" in value) || isHexKey(value.linkKey));

const readListing = (folder: string, file: string): readonly RunningEmulator[] => {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
    return isRunningEmulator(value) && file === `${value.name}.json` ? [value] : [];
  } catch {
    return []; // it is gone, or it is no listing
  }
};

/** All listings, by name; some may outlive their emulators. */
const listingsIn = (folder: string): readonly RunningEmulator[] => {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .toSorted()
      .flatMap((name) => readListing(folder, name));
  } catch {
    return []; // no emulator has run here yet
  }
};

/** All that are alive, by name. A listing that its own process does not bear out is ignored. */
export const runningEmulators = (folder: string): readonly RunningEmulator[] =>
  listingsIn(folder).filter((one) => isItsProcess(folder, one));

/** The link behind a port's name: a pty's, or a Unix socket's. */
const linkOf = (port: string): string | undefined => {
  const name = readPortName(port);
  return name.ok && name.value.kind !== "tcp" ? name.value.path : undefined;
};

const entryOf = (link: string | undefined) =>
  link === undefined ? undefined : lstatSync(link, { throwIfNoEntry: false });

/** Whether two ports, however spelled, are one and the same link. */
const isOneLink = (one: string, other: string): boolean => {
  const [a, b] = [one, other].map((port) => entryOf(linkOf(port)));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
};

/** The running emulator that a link leads to; `undefined` where it is free to be placed anew. */
export const holderOfLink = (folder: string, link: string): RunningEmulator | undefined =>
  runningEmulators(folder).find(({ path }) => isOneLink(path, link));

/** Where a link leads, one step; `undefined` for what is no link. */
export const targetOf = (link: string): string | undefined => {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
};

/** Whether the process is an emulator of that name, however it spells its folder and program. */
const isAlive = ({ name, pid }: RunningEmulator): boolean =>
  basename(listingOf(wordsOf(pid)) ?? "") === name;

/**
 * Whether a link is what an emulator that was killed has left behind, as a folder lists it: the
 * number of its pty is free, and soon that of another emulator or of somebody's terminal.
 */
export const isLeftBehind = (folder: string, link: string): boolean => {
  const target = targetOf(link);
  return (
    target !== undefined &&
    listingsIn(folder).some(
      (one) => one.line === target && isOneLink(one.path, link) && !isAlive(one),
    )
  );
};

/** Takes away what an emulator that was killed has left: its listing, and the names of its port. */
export const clearLeftovers = (folder: string, name: string): void => {
  const [left] = readListing(folder, `${name}.json`);
  if (left === undefined || isItsProcess(folder, left)) return;
  const { path, line } = left;
  const link = linkOf(path);
  // Only a link that leads where the listing says: whatever else has its name by now stays.
  const isLink = line !== undefined && link !== undefined && targetOf(link) === line;
  if (isLink) rmSync(link, { force: true });
  if (line !== undefined && dirname(line) === folder) rmSync(line, { force: true }); // a socket
  rmSync(join(folder, `${name}.json`), { force: true });
};

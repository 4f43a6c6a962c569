/**
 * What the emulator's process is told: one JSON line on its standard input, so that nothing secret
 * stands among its arguments. Presses follow on further lines.
 */
import type { BootReason, Press, Secrets } from "../../../firmware/hal.ts";
import { APPROVALS, type Approval } from "../board/buttons.ts";

const REASONS = ["power", "brown-out", "watchdog", "seal", "tamper", "fault"] as const;

/** One emulator's settings. */
export interface Settings {
  readonly name: string;
  /** One of the firmware's networks: main.ts looks. */
  readonly network: string;
  readonly approve: Approval;
  /** Its port: a path for a link to its pty, `unix:PATH` or `tcp://HOST:PORT`. */
  readonly link: string;
  /** Folder in which running emulators list themselves. */
  readonly runFolder: string;
  readonly lastReason: BootReason;
  /** Which boot this is, from 0: keeps seeded randomness of boots apart. */
  readonly boot: number;
  /** Hex: repeatable randomness, for tests. */
  readonly rngSeed?: string;
  /** BIP-39 words: an insecure seed brought along. */
  readonly mnemonic?: string;
  /** Hex of a `TRUST` in CBOR: whom it believes; nobody unless told. */
  readonly trust?: string;
  /** The process ends right after its n-th signature and stays down. */
  readonly dieAfterInput?: number;
  /** What holds the keys. */
  readonly secrets: Secrets["engine"];
  /** After wiping the process stays, so that its memory can be looked at. */
  readonly holdAfterWipe?: boolean;
  /** The native engine's pages are ordinary locked ones, as on a kernel without memfd_secret. */
  readonly plainPages?: boolean;
  /** Threads of the native engine; one for each core unless told. */
  readonly threads?: number;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const parseLine = (line: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // a line that is no JSON says nothing
  }
};

const oneOf = <const T extends string>(all: readonly T[], value: unknown): T | undefined =>
  all.find((one) => one === value);

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

const optionalOf = (line: Readonly<Record<string, unknown>>) => {
  const rngSeed = text(line["rngSeed"]);
  const mnemonic = text(line["mnemonic"]);
  const trust = text(line["trust"]);
  const dieAfterInput = count(line["dieAfterInput"]);
  const threads = count(line["threads"]);
  return {
    ...(rngSeed === undefined ? {} : { rngSeed }),
    ...(mnemonic === undefined ? {} : { mnemonic }),
    ...(trust === undefined ? {} : { trust }),
    ...(dieAfterInput === undefined ? {} : { dieAfterInput }),
    ...(threads === undefined ? {} : { threads }),
    ...(line["holdAfterWipe"] === true ? { holdAfterWipe: true } : {}),
    ...(line["plainPages"] === true ? { plainPages: true } : {}),
  };
};

/** Reads the first line; `undefined` where it is not complete. */
export const readSettings = (line: string): Settings | undefined => {
  const all = parseLine(line);
  if (all === undefined) return undefined;
  const name = text(all["name"]);
  const network = text(all["network"]);
  const approve = oneOf(APPROVALS, all["approve"]);
  const link = text(all["link"]);
  const runFolder = text(all["runFolder"]);
  const lastReason = oneOf(REASONS, all["lastReason"]);
  const boot = count(all["boot"]);
  if (name === undefined || network === undefined || approve === undefined) return undefined;
  if (link === undefined || runFolder === undefined || lastReason === undefined) return undefined;
  const secrets = oneOf(["native", "portable"], all["secrets"]);
  if (boot === undefined || secrets === undefined) return undefined;
  const fixed = { name, network, approve, link, runFolder, lastReason, boot, secrets };
  return { ...fixed, ...optionalOf(all) };
};

/** Reads a later line: a press for this device; `undefined` for anything else. */
export const readPress = (line: string, name: string): Press | undefined => {
  const all = parseLine(line);
  return all?.["name"] === name ? oneOf(["yes", "no"], all["press"]) : undefined;
};

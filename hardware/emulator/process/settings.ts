/**
 * What the emulator's process is told: one JSON line on its standard input, so that nothing secret
 * stands among its arguments. Presses follow on further lines.
 */
import type { BootReason, Press, Secrets } from "../../../firmware/hal.ts";
import { APPROVALS, type Approval } from "../board/buttons.ts";
import { type Fields, oneOf, parseFields } from "./json.ts";

const REASONS = ["power", "brown-out", "watchdog", "seal", "tamper", "fault"] as const;

/** One emulator's settings. */
export interface Settings {
  readonly name: string;
  /** One of the firmware's networks: main.ts looks. */
  readonly network: string;
  /** Who presses: a word, or a list of rules, of recorded answers or of a log's lines. */
  readonly approve: Approval | readonly unknown[];
  /** How far the rules or the recording came in earlier boots. */
  readonly approved?: readonly number[];
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

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

const counts = (value: unknown): readonly number[] | undefined =>
  Array.isArray(value) && value.every((one) => count(one) !== undefined) ? value : undefined;

const approveOf = (value: unknown): Settings["approve"] | undefined =>
  Array.isArray(value) ? value : oneOf(APPROVALS, value);

const optionalOf = (line: Fields) => {
  const approved = counts(line["approved"]);
  const rngSeed = text(line["rngSeed"]);
  const mnemonic = text(line["mnemonic"]);
  const trust = text(line["trust"]);
  const dieAfterInput = count(line["dieAfterInput"]);
  const threads = count(line["threads"]);
  return {
    ...(approved === undefined ? {} : { approved }),
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
  const all = parseFields(line);
  if (all === undefined) return undefined;
  const name = text(all["name"]);
  const network = text(all["network"]);
  const approve = approveOf(all["approve"]);
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
  const all = parseFields(line);
  return all?.["name"] === name ? oneOf(["yes", "no"], all["press"]) : undefined;
};

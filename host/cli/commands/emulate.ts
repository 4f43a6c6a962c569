/** `mayfly emulate`: signers on ptys, a process each, until SIGINT or SIGTERM. */
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Option } from "@commander-js/extra-typings";
import { encodeAs } from "../../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { ROLES } from "../../../protocol/session/role.ts";
import { TRUST } from "../../../protocol/session/trust.ts";
import { noiseSuite } from "../../driver/index.ts";
import { openHostKey, parseTrustFile, type TrustFile } from "../../identity/index.ts";
import { NETWORK_NAMES } from "../../withdrawal.ts";
import { approveOf, isShared, takesPresses } from "../approve-option.ts";
import type { EmulatorEvent } from "../emulator-events.ts";
import { portableWarning, sayEvent, warnOfUnused } from "../emulator-news.ts";
import {
  type EmulatorSettings,
  type EngineName,
  type SupervisedEmulator,
  superviseEmulator,
} from "../emulators.ts";
import { readText } from "../files.ts";
import { mayflyHome, runFolder } from "../home.ts";
import { EMULATOR_NAMES, type HeldNames, holdNames } from "../names.ts";
import type { Output } from "../output.ts";
import { answer, badOption, declare } from "../program.ts";
import { holderOfLink } from "../running.ts";

interface EmulateOptions {
  readonly count: string;
  readonly link?: string | undefined;
  readonly network: string;
  readonly approve: string;
  readonly home?: string | undefined;
  readonly rngSeed?: string | undefined;
  readonly insecureMnemonic?: readonly string[] | undefined;
  readonly insecureMnemonicFile?: string | undefined;
  readonly dieAfterInput?: string | undefined;
  readonly hosts?: string | undefined;
  readonly secrets?: EngineName | undefined;
  readonly holdAfterWipe?: boolean | undefined;
}

/** What was asked for, understood; names and links come later. */
interface Wish {
  /** A word, or what its file holds. */
  readonly approve: EmulatorSettings["approve"];
  readonly count: number;
  readonly mnemonics: readonly string[];
  readonly dieAfterInput: number | undefined;
  /** Whom the devices believe. */
  readonly trust: TrustFile;
}

const wholeNumber = (text: string, most: number): number | undefined => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= 1 && value <= most ? value : undefined;
};

/** Quoted mnemonics come whole; words without quotes are one mnemonic. */
const joined = (words: readonly string[]): readonly string[] =>
  words.some((word) => word.includes(" ")) ? words : [words.join(" ")];

/** None, where no insecure seed is asked for. */
const mnemonicsOf = ({
  insecureMnemonic: words,
  insecureMnemonicFile: file,
}: EmulateOptions): Outcome<readonly string[]> => {
  if (file === undefined) return ok(words === undefined ? [] : joined(words));
  const text = readText(file);
  if (!text.ok) return text;
  const lines = text.value.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0
    ? fail("file_malformed", { file, why: "no mnemonic in it" })
    : ok(lines);
};

/** Why these mnemonics do not do for so many devices. */
const mnemonicProblem = (mnemonics: readonly string[], count: number): string | undefined => {
  if (mnemonics.some((words) => words.trim() === "")) return "no words";
  const isEnough = mnemonics.length <= 1 || mnemonics.length === count;
  return isEnough ? undefined : "neither one for all nor one for each device";
};

const wishOf = (options: EmulateOptions): Outcome<Wish> => {
  const most = EMULATOR_NAMES.length;
  const count = wholeNumber(options.count, most);
  if (count === undefined) return badOption("--count", `not a number from 1 to ${most}`);
  const { dieAfterInput: die, rngSeed } = options;
  const dieAfterInput = die === undefined ? undefined : wholeNumber(die, 1_000_000);
  if (die !== undefined && dieAfterInput === undefined) {
    return badOption("--die-after-input", "not a whole number above 0");
  }
  if (rngSeed !== undefined && !/^([0-9a-fA-F]{2}){1,64}$/.test(rngSeed)) {
    return badOption("--rng-seed", "not hex of 1 to 64 bytes");
  }
  const mnemonics = mnemonicsOf(options);
  if (!mnemonics.ok) return mnemonics;
  const problem = mnemonicProblem(mnemonics.value, count);
  if (problem !== undefined) return badOption("--insecure-mnemonic", problem);
  const trust = trustOf(options.hosts, mnemonics.value.length > 0);
  if (!trust.ok) return trust;
  const approve = approveOf(options.approve);
  if (!approve.ok) return approve;
  const read = { mnemonics: mnemonics.value, trust: trust.value, approve: approve.value };
  return ok({ count, dieAfterInput, ...read });
};

/** The hosts of a file; and with an insecure seed this user's own host key, in every role. */
const trustOf = (hosts: string | undefined, isSeeded: boolean): Outcome<TrustFile> => {
  const nobody: TrustFile = { generation: 1, hosts: [], revoked: [] };
  const text = hosts === undefined ? ok(undefined) : readText(hosts);
  if (!text.ok) return text;
  const trust = text.value === undefined ? ok(nobody) : parseTrustFile(text.value);
  if (!trust.ok) return fail(trust.error, { file: hosts ?? "", ...trust.details });
  if (!isSeeded) return trust;
  const own = openHostKey(mayflyHome(), noiseSuite.keyPair);
  if (!own.ok) return own;
  const host = { key: own.value.publicKey, roles: ROLES };
  return ok({ ...trust.value, hosts: [...trust.value.hosts, host] });
};

/** One mnemonic serves all devices; several serve one each. */
const mnemonicOf = (all: readonly string[], i: number): { readonly mnemonic?: string } => {
  const mnemonic = all.length === 1 ? all[0] : all[i];
  return mnemonic === undefined ? {} : { mnemonic };
};

/** `PATH` for one device, `PATH-A`, `PATH-B` … for more. */
const linkOf = (link: string, i: number, count: number): string =>
  count === 1 ? resolve(link) : `${resolve(link)}-${EMULATOR_NAMES[i]}`;

const settingsOf = (
  { link, network, rngSeed, secrets, holdAfterWipe }: EmulateOptions,
  { count, mnemonics, dieAfterInput, trust, approve }: Wish,
  folder: string,
  names: readonly string[],
): readonly EmulatorSettings[] =>
  names.map((name, i) => ({
    name,
    network,
    approve,
    link: link === undefined ? join(folder, name) : linkOf(link, i, count),
    runFolder: folder,
    trust: encodeAs(TRUST, trust).toHex(),
    ...(rngSeed === undefined ? {} : { rngSeed }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(holdAfterWipe === undefined ? {} : { holdAfterWipe }),
    ...mnemonicOf(mnemonics, i),
    ...(dieAfterInput === undefined ? {} : { dieAfterInput }),
  }));

const stopAll = async (running: readonly SupervisedEmulator[]): Promise<void> => {
  await Promise.all(running.map((one) => one.stop()));
};

/** One after the other, so that their lines come in order. */
const startAll = async (
  all: readonly EmulatorSettings[],
  output: Output,
): Promise<Outcome<readonly SupervisedEmulator[]>> => {
  const running: SupervisedEmulator[] = [];
  for (const settings of all) {
    let hasStarted = false;
    const onEvent = (event: EmulatorEvent): void => sayEvent(event, hasStarted, output);
    const onPortable = portableWarning(settings.name, output);
    const emulator = await superviseEmulator(settings, { logs: "inherit", onEvent, onPortable });
    if (!emulator.ok) {
      await stopAll(running);
      return emulator;
    }
    hasStarted = true;
    running.push(emulator.value);
  }
  return ok(running);
};

const untilSignal = (): Promise<void> =>
  new Promise((done) => {
    process.once("SIGINT", () => done());
    process.once("SIGTERM", () => done());
  });

/** Presses come in on standard input. Read only then: a job in the background may not. */
const listenForPresses = (emulators: readonly SupervisedEmulator[]): (() => void) => {
  const presses = createInterface({ input: process.stdin });
  presses.on("line", (line) => {
    for (const emulator of emulators) emulator.press(line);
  });
  return () => {
    presses.close();
    process.stdin.destroy();
  };
};

/** Runs them until the signal. */
const emulateAs = async (
  all: readonly EmulatorSettings[],
  approve: EmulatorSettings["approve"],
  output: Output,
): Promise<Outcome<void>> => {
  const over = untilSignal();
  const started = await startAll(all, output);
  if (!started.ok) return started;
  const stopListening = takesPresses(approve) ? listenForPresses(started.value) : () => undefined;
  output.hint(`Next, in another terminal: mayfly status --port ${all[0]?.name}. Ctrl-C ends.`);
  await over;
  stopListening();
  await stopAll(started.value);
  warnOfUnused(started.value, isShared(approve), output);
  return ok(undefined);
};

/** A link that leads to a running emulator is not taken away from it. */
const checkLinks = (all: readonly EmulatorSettings[], folder: string): Outcome<void> => {
  for (const { link } of all) {
    const holder = holderOfLink(folder, link);
    if (holder !== undefined) return fail("file_exists", { path: link, emulator: holder.name });
  }
  return ok(undefined);
};

const emulate = async (options: EmulateOptions, output: Output): Promise<Outcome<unknown>> => {
  const wish = wishOf(options);
  if (!wish.ok) return wish;
  const folder = runFolder(options.home === undefined ? mayflyHome() : resolve(options.home));
  const held: Outcome<HeldNames> = holdNames(folder, wish.value.count);
  if (!held.ok) return held;
  const settings = settingsOf(options, wish.value, folder, held.value.names);
  const free = checkLinks(settings, folder);
  const outcome = free.ok ? await emulateAs(settings, wish.value.approve, output) : free;
  held.value.release();
  return outcome;
};

/** The command. */
export const emulateCommand = () =>
  declare("emulate", "run emulated signers, each a process on a serial line, until Ctrl-C")
    .option("--count <n>", "how many", "1")
    .option("--link <path>", "stable name of the port; PATH-A, PATH-B … for more than one")
    .addOption(
      new Option("--network <name>", "whose coins").choices(NETWORK_NAMES).default("regtest"),
    )
    .option(
      "--approve <how>",
      [
        "who presses the buttons: auto, never, ask (lines",
        '{"name","press":"yes"|"no"} on standard input),',
        "or a file: rules or a recording as JSON, or what ask printed under --json",
      ].join(" "),
      "auto",
    )
    .addOption(
      new Option(
        "--secrets <engine>",
        "what holds the keys; native where it runs, unless told",
      ).choices(["native", "portable"]),
    )
    .option("--hosts <file>", "the hosts they trust, as mayfly host prints them")
    .option("--home <folder>", "list them there instead of in MAYFLY_HOME")
    .option("--rng-seed <hex>", "repeatable randomness, for tests")
    .option(
      "--insecure-mnemonic <words...>",
      "a BIP-39 seed, for tests; repeat it to give each device its own",
    )
    .option("--insecure-mnemonic-file <file>", "the same, a line for each device")
    .option("--die-after-input <n>", "end the process after its n-th signature, and stay down")
    .option("--hold-after-wipe", "leave a process that was wiped, for a look at its memory")
    .action((options) => answer((output) => emulate(options, output)));

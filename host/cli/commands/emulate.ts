/** `mayfly emulate`: signers on ptys, a process each, until SIGINT or SIGTERM. */
import { resolve } from "node:path";
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
import { mnemonicOf, mnemonicsOf, type SeedOptions } from "../brought-seeds.ts";
import type { EmulatorEvent } from "../emulator-events.ts";
import { portableWarning, sayEvent, warnOfUnused } from "../emulator-news.ts";
import { type PortOf, type PortOptions, portsOf } from "../emulator-ports.ts";
import {
  type EmulatorSettings,
  type EngineName,
  type SupervisedEmulator,
  superviseEmulator,
} from "../emulators.ts";
import { type Broken, brokenBy } from "../fault-option.ts";
import { readText } from "../files.ts";
import { mayflyHome, runFolder } from "../home.ts";
import { EMULATOR_NAMES, type HeldNames, holdNames } from "../names.ts";
import type { Output } from "../output.ts";
import { untilOrphaned } from "../parent.ts";
import { answer, badOption, declare, wholeNumber } from "../program.ts";
import { holderOfLink } from "../running.ts";
import { awaitedOf, waitReady } from "../wait-ready.ts";

interface EmulateOptions extends PortOptions, SeedOptions {
  readonly count: string;
  readonly network: string;
  readonly approve: string;
  readonly home?: string | undefined;
  readonly rngSeed?: string | undefined;
  readonly dieAfterInput?: string | undefined;
  readonly hosts?: string | undefined;
  readonly secrets?: EngineName | undefined;
  readonly holdAfterWipe?: boolean | undefined;
  readonly fault?: string | undefined;
  readonly withParent?: boolean | undefined;
  readonly waitReady?: boolean | undefined;
  readonly timeout: string;
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
  readonly broken: Broken;
  readonly portOf: PortOf;
}

/** What stands in files: whom they believe, who presses, what breaks. */
const filesOf = (
  options: EmulateOptions,
  isSeeded: boolean,
): Outcome<Pick<Wish, "trust" | "approve" | "broken">> => {
  const trust = trustOf(options, isSeeded);
  if (!trust.ok) return trust;
  const approve = approveOf(options.approve);
  if (!approve.ok) return approve;
  const broken = brokenBy(options.fault);
  if (!broken.ok) return broken;
  return ok({ trust: trust.value, approve: approve.value, broken: broken.value });
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
  const mnemonics = mnemonicsOf(options, count);
  if (!mnemonics.ok) return mnemonics;
  const files = filesOf(options, mnemonics.value.length > 0);
  if (!files.ok) return files;
  const portOf = portsOf(options, count, runFolder(homeOf(options)));
  if (!portOf.ok) return portOf;
  const read = { mnemonics: mnemonics.value, portOf: portOf.value, ...files.value };
  return ok({ count, dieAfterInput, ...read });
};

/** The folder of host keys and running emulators: this user's, or one of the emulators' own. */
const homeOf = ({ home }: EmulateOptions): string =>
  home === undefined ? mayflyHome() : resolve(home);

/** The hosts of a file; and with an insecure seed the home's own host key, in every role. */
const trustOf = (options: EmulateOptions, isSeeded: boolean): Outcome<TrustFile> => {
  const { hosts } = options;
  const nobody: TrustFile = { generation: 1, hosts: [], revoked: [] };
  const text = hosts === undefined ? ok(undefined) : readText(hosts);
  if (!text.ok) return text;
  const trust = text.value === undefined ? ok(nobody) : parseTrustFile(text.value);
  if (!trust.ok) return fail(trust.error, { file: hosts ?? "", ...trust.details });
  if (!isSeeded) return trust;
  const own = openHostKey(homeOf(options), noiseSuite.keyPair);
  if (!own.ok) return own;
  const host = { key: own.value.publicKey, roles: ROLES };
  return ok({ ...trust.value, hosts: [...trust.value.hosts, host] });
};

const settingsOf = (
  { network, rngSeed, secrets, holdAfterWipe }: EmulateOptions,
  { mnemonics, dieAfterInput, trust, portOf, approve, broken }: Wish,
  folder: string,
  names: readonly string[],
): readonly EmulatorSettings[] =>
  names.map((name, i) => ({
    name,
    network,
    approve,
    link: portOf(name, i),
    runFolder: folder,
    trust: encodeAs(TRUST, trust).toHex(),
    ...(rngSeed === undefined ? {} : { rngSeed }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(holdAfterWipe === undefined ? {} : { holdAfterWipe }),
    ...mnemonicOf(mnemonics, i),
    ...(dieAfterInput === undefined ? {} : { dieAfterInput }),
    ...broken,
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
  { withParent = false }: EmulateOptions,
  output: Output,
): Promise<Outcome<void>> => {
  const over = withParent ? Promise.race([untilSignal(), untilOrphaned()]) : untilSignal();
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

/** Says of emulators that others have started what these have said themselves. */
const awaitReady = async (options: EmulateOptions, output: Output): Promise<Outcome<unknown>> => {
  const awaited = awaitedOf(options, runFolder(homeOf(options)));
  if (!awaited.ok) return awaited;
  const ready = await waitReady(awaited.value);
  if (!ready.ok) return ready;
  for (const event of ready.value) sayEvent(event, true, output);
  return ok(undefined);
};

const emulate = async (options: EmulateOptions, output: Output): Promise<Outcome<unknown>> => {
  if (options.waitReady === true) return awaitReady(options, output);
  const wish = wishOf(options);
  if (!wish.ok) return wish;
  const folder = runFolder(homeOf(options));
  const held: Outcome<HeldNames> = holdNames(folder, wish.value.count);
  if (!held.ok) return held;
  const settings = settingsOf(options, wish.value, folder, held.value.names);
  const free = checkLinks(settings, folder);
  const outcome = free.ok ? await emulateAs(settings, wish.value.approve, options, output) : free;
  held.value.release();
  return outcome;
};

/** The command. */
export const emulateCommand = () =>
  declare("emulate", "run emulated signers, each a process on a serial line, until Ctrl-C")
    .option("--count <n>", "how many", "1")
    .option("--link <path>", "stable name of the port; PATH-A, PATH-B … for more than one")
    .option("--socket <file>", "a Unix socket instead of a pty; FILE-A, FILE-B … for more than one")
    .option("--tcp <host:port>", "TCP on the loopback instead; the next ports for more than one")
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
    .option("--home <folder>", "their home; who talks to them says the same by MAYFLY_HOME")
    .option("--rng-seed <hex>", "repeatable randomness, for tests")
    .option(
      "--insecure-mnemonic <words...>",
      "a BIP-39 seed, for tests; repeat it to give each device its own",
    )
    .option("--insecure-mnemonic-file <file>", "the same, a line for each device")
    .option("--die-after-input <n>", "end the process after its n-th signature, and stay down")
    .option("--fault <file>", "what breaks, a JSON list: see test/kit/README.md")
    .option("--hold-after-wipe", "leave a process that was wiped, for a look at its memory")
    .option("--with-parent", "end when the program that has started this one is gone")
    .option("--wait-ready", "start nothing: wait for those of another `mayfly emulate`")
    .option("--timeout <seconds>", "how long --wait-ready waits", "30")
    .action((options) => answer((output) => emulate(options, output)));

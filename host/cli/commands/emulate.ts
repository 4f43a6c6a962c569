/** `mayfly emulate`: signers on ptys, a process each, until SIGINT or SIGTERM. */
import { createInterface } from "node:readline";
import { join, resolve } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { NETWORK_NAMES } from "../../withdrawal.ts";
import {
  type EmulatorEvent,
  type EmulatorSettings,
  type SupervisedEmulator,
  superviseEmulator,
} from "../emulators.ts";
import { readText } from "../files.ts";
import { mayflyHome, runFolder } from "../home.ts";
import type { Output } from "../output.ts";
import { answer, declare } from "../program.ts";
import { runningEmulators } from "../running.ts";

/** Most emulators of one command: the alphabet. */
const MOST = 26;
const NAMES = Array.from({ length: MOST }, (_, i) => String.fromCharCode(65 + i));

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
}

const wholeNumber = (text: string, most: number): number | undefined => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= 1 && value <= most ? value : undefined;
};

/** Quoted mnemonics come whole; words without quotes are one mnemonic. */
const joined = (words: readonly string[]): readonly string[] =>
  words.length === 0 || words.some((word) => word.includes(" ")) ? words : [words.join(" ")];

const mnemonicsOf = (options: EmulateOptions): Outcome<readonly string[]> => {
  if (options.insecureMnemonicFile === undefined) return ok(joined(options.insecureMnemonic ?? []));
  const text = readText(options.insecureMnemonicFile);
  return text.ok ? ok(text.value.split("\n").filter((line) => line.trim() !== "")) : text;
};

/** One mnemonic serves all devices; several serve one each. */
const mnemonicOf = (all: readonly string[], i: number): { readonly mnemonic?: string } => {
  const mnemonic = all.length === 1 ? all[0] : all[i];
  return mnemonic === undefined ? {} : { mnemonic };
};

const freeNames = (folder: string, count: number): readonly string[] => {
  const taken = new Set(runningEmulators(folder).map(({ name }) => name));
  return NAMES.filter((name) => !taken.has(name)).slice(0, count);
};

const linkOf = (options: EmulateOptions, folder: string, name: string, i: number): string => {
  if (options.link === undefined) return join(folder, name);
  return options.count === "1" ? resolve(options.link) : `${resolve(options.link)}-${NAMES[i]}`;
};

const settingsOf = (options: EmulateOptions): Outcome<readonly EmulatorSettings[]> => {
  const count = wholeNumber(options.count, MOST);
  if (count === undefined)
    return fail("arguments_invalid", { option: "--count", value: options.count });
  const { dieAfterInput: die = "1", rngSeed } = options;
  const dieAfterInput = wholeNumber(die, 1_000_000);
  if (dieAfterInput === undefined)
    return fail("arguments_invalid", { option: "--die-after-input" });
  if (rngSeed !== undefined && !/^([0-9a-fA-F]{2}){1,64}$/.test(rngSeed)) {
    return fail("arguments_invalid", { option: "--rng-seed", why: "not hex" });
  }
  const mnemonics = mnemonicsOf(options);
  if (!mnemonics.ok) return mnemonics;
  if (mnemonics.value.length > 1 && mnemonics.value.length !== count) {
    return fail("arguments_invalid", {
      option: "--insecure-mnemonic",
      why: "one, or one a device",
    });
  }
  const folder = runFolder(options.home === undefined ? mayflyHome() : resolve(options.home));
  const { network, approve } = options;
  return ok(
    freeNames(folder, count).map((name, i) => ({
      name,
      network,
      approve,
      link: linkOf(options, folder, name, i),
      runFolder: folder,
      ...(rngSeed === undefined ? {} : { rngSeed }),
      ...mnemonicOf(mnemonics.value, i),
      ...(options.dieAfterInput === undefined ? {} : { dieAfterInput }),
    })),
  );
};

const linesOf = (event: EmulatorEvent): readonly string[] => {
  const { name, path, pid, phase, fingerprint, kind, lines } = event;
  switch (event.event) {
    case "listening":
      return [`${name} listens on ${path} (process ${pid}): ${phase}, ${fingerprint ?? "no keys"}`];
    case "screen":
      return Array.isArray(lines) ? [`${name} shows ${kind}: ${lines.join(" | ")}`] : [];
    default:
      return [];
  }
};

const isShown = ({ event }: EmulatorEvent): boolean => event === "listening" || event === "screen";

const startAll = async (
  all: readonly EmulatorSettings[],
  output: Output,
): Promise<Outcome<readonly SupervisedEmulator[]>> => {
  const running: SupervisedEmulator[] = [];
  const onEvent = (event: EmulatorEvent): void => {
    if (isShown(event)) output.say(event, linesOf(event));
  };
  for (const settings of all) {
    const emulator = await superviseEmulator(settings, { logs: "inherit", onEvent });
    if (!emulator.ok) {
      await Promise.all(running.map((one) => one.stop()));
      return emulator;
    }
    running.push(emulator.value);
  }
  return ok(running);
};

const untilSignal = (): Promise<void> =>
  new Promise((done) => {
    process.once("SIGINT", () => done());
    process.once("SIGTERM", () => done());
  });

const emulate = async (options: EmulateOptions, output: Output): Promise<Outcome<unknown>> => {
  const settings = settingsOf(options);
  if (!settings.ok) return settings;
  const over = untilSignal();
  const started = await startAll(settings.value, output);
  if (!started.ok) return started;
  const presses = createInterface({ input: process.stdin });
  presses.on("line", (line) => {
    for (const emulator of started.value) emulator.press(line);
  });
  const isPeopled = process.stdin.isTTY === true;
  output.tell(isPeopled ? "Ctrl-C ends." : "SIGTERM ends.");
  await over;
  presses.close();
  process.stdin.destroy();
  await Promise.all(started.value.map((one) => one.stop()));
  return ok(undefined);
};

/** The command. */
export const emulateCommand = () =>
  declare("emulate", "run emulated signers, each on a pty")
    .option("--count <n>", "how many", "1")
    .option("--link <path>", "stable name of the port; PATH-A, PATH-B … for more than one")
    .addOption(new Option("--network <name>", "network").choices(NETWORK_NAMES).default("regtest"))
    .addOption(
      new Option("--approve <how>", "who presses the buttons")
        .choices(["auto", "never", "ask"])
        .default("auto"),
    )
    .addOption(new Option("--secrets <engine>", "engine").choices(["portable"]).default("portable"))
    .option("--home <folder>", "instead of MAYFLY_HOME")
    .option("--rng-seed <hex>", "repeatable randomness, for tests")
    .option(
      "--insecure-mnemonic <words...>",
      "a BIP-39 seed for tests; repeat it to give each device its own",
    )
    .option("--insecure-mnemonic-file <file>", "the same, a line for each device")
    .option("--die-after-input <n>", "end the process after its n-th signature, and stay down")
    .action((options) => answer(options, (output) => emulate(options, output)));

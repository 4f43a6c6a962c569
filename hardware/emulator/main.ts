/**
 * The emulator as a process of its own: settings on the first line of standard input, presses on
 * the following; events as JSON lines on standard output, logs on standard error. It ends when its
 * standard input does, so no signer outlives its supervisor.
 */
import "#standards";
import { createInterface } from "node:readline";
import type { BootReason, Log, Rng, Screen } from "../../firmware/hal.ts";
import {
  createSigner,
  NETWORK_NAMES,
  NOBODY,
  seedValues,
  type Signer,
  type Trust,
} from "../../firmware/index.ts";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { TRUST } from "../../protocol/session/trust.ts";
import { hardenProcess } from "../process/index.ts";
import type { ImportingSecrets } from "../secrets/index.ts";
import type { PressableButtons } from "./board/buttons.ts";
import { createBoard } from "./board/board.ts";
import { openHand } from "./process/approving.ts";
import { secretsOf } from "./process/engine.ts";
import { listEmulator } from "./process/listing.ts";
import { createProcessLog } from "./process/log.ts";
import { bringSeed } from "./board/own-manifest.ts";
import { seedOfWords } from "./board/seed-words.ts";
import { openSystemRng } from "./board/rng.ts";
import { createSeededRng } from "./board/seeded-rng.ts";
import { readPress, readSettings, type Settings } from "./process/settings.ts";
import { openWay, type ProcessWay } from "./process/way.ts";

/** Milliseconds after which a device that has its keys starts its threads. */
const THREADS_START_MS = 200;

/** Whoever waits for an answer gets it before; a batch that cannot wait starts them itself. */
const startThreadsSoon = ({ startThreads }: ImportingSecrets): void => {
  if (startThreads !== undefined) setTimeout(startThreads, THREADS_START_MS);
};

/** First of all: the settings may bring a seed along. */
const protections = hardenProcess();

const say = (event: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

/** The seed of the settings' words (BIP-39); none where they bring none. */
const seedOf = ({ mnemonic }: Settings): Outcome<Uint8Array | undefined, "arguments_invalid"> => {
  if (mnemonic === undefined) return ok(undefined);
  const seed = seedOfWords(mnemonic);
  return seed === undefined
    ? fail("arguments_invalid", { why: "the words are no BIP-39 mnemonic" })
    : ok(seed);
};

const trustOf = ({ trust }: Settings): Outcome<Trust, "arguments_invalid"> => {
  if (trust === undefined) return ok(NOBODY);
  const read = decodeAs(TRUST, Uint8Array.from(Buffer.from(trust, "hex")));
  return read === undefined ? fail("arguments_invalid", { why: "trust" }) : ok(read);
};

const rngOf = ({ name, boot, rngSeed }: Settings): Outcome<Rng, "rng_failed"> =>
  rngSeed === undefined
    ? openSystemRng()
    : ok(createSeededRng(Buffer.from(rngSeed, "hex"), `${name}/${boot}`));

/** The firmware on a board of this process. */
const start = (
  settings: Settings,
  seed: Uint8Array | undefined,
  parts: {
    readonly way: ProcessWay;
    readonly buttons: PressableButtons;
    readonly onEnd: (reason: BootReason) => void;
    readonly onPhase: () => void;
    readonly secrets: ImportingSecrets;
    readonly rng: Rng;
    readonly log: Log;
  },
): Outcome<Signer> => {
  const { name, lastReason } = settings;
  const network = NETWORK_NAMES.find((one) => one === settings.network);
  if (network === undefined) return fail("arguments_invalid", { network: settings.network });
  const trust = trustOf(settings);
  if (!trust.ok) return trust;
  const { secrets, rng, log } = parts;
  const board = createBoard({
    name,
    link: parts.way.link,
    rng,
    secrets,
    buttons: parts.buttons,
    lastReason,
    onScreen: (screen) => {
      shown = screen;
      say({ event: "screen", name, ...screen });
    },
    log,
    onEnd: parts.onEnd,
  });
  const options = { network, trust: trust.value, onPhase: parts.onPhase };
  const own = { ...options, identity: board.identity, secrets, valuesOf: seedValues };
  const brought = seed === undefined ? {} : { insecureSeed: bringSeed(own, seed) };
  return createSigner(board, { ...options, ...brought });
};

const hexOf = (bytes: Uint8Array | undefined): string | null => bytes?.toHex() ?? null;

/** What it says of itself, there and on its output. */
const presentation = ({ name }: Settings, { path }: ProcessWay, signer: Signer) => ({
  name,
  path,
  pid: process.pid,
  phase: signer.phase(),
  fingerprint: hexOf(signer.fingerprint()),
  linkKey: hexOf(signer.linkKey()),
});

/** Lists the emulator as it is just now; anew whenever that may change. */
const list = (settings: Settings, way: ProcessWay, signer: Signer | undefined) => {
  const { name, runFolder, mnemonic } = settings;
  const { path, line } = way;
  const base = { name, path, line, pid: process.pid, isSeeded: mnemonic !== undefined };
  if (signer === undefined) return listEmulator(runFolder, base);
  const { linkKey, ...present } = presentation(settings, way, signer);
  const key = linkKey === null ? {} : { linkKey };
  return listEmulator(runFolder, { ...base, ...present, ...key });
};

/** Wiping comes first, whatever the reason; then the process ends, or stays to be looked at. */
const endWith =
  ({ name, holdAfterWipe = false }: Settings, secrets: ImportingSecrets, leave: () => void) =>
  (reason: BootReason): void => {
    secrets.wipeAll();
    if (holdAfterWipe && !isHeld) {
      isHeld = true;
      say({ event: "wiped", name, reason, pid: process.pid });
      return;
    }
    leave();
    say({ event: "ended", reason });
    process.exit(0);
  };

/** The engine under the protections of its process; one that does not hold is logged. */
const openEngine = (settings: Settings, rng: Rng, log: Log): Outcome<ImportingSecrets> => {
  for (const { name, holds, why = "" } of protections) {
    if (!holds) log.append({ event: "unprotected", protection: name, why });
  }
  return secretsOf(settings, rng, protections);
};

/** What a device lives with. */
interface Parts {
  readonly settings: Settings;
  readonly seed: Uint8Array | undefined;
  readonly buttons: PressableButtons;
  readonly rng: Rng;
  readonly log: Log;
  readonly secrets: ImportingSecrets;
}

const gather = (settings: Settings, buttons: PressableButtons): Outcome<Parts> => {
  const seed = seedOf(settings);
  if (!seed.ok) return seed;
  const [rng, log] = [rngOf(settings), createProcessLog(settings.name)];
  if (!rng.ok) return rng;
  const secrets = openEngine(settings, rng.value, log);
  if (!secrets.ok) return secrets;
  return ok({ settings, seed: seed.value, buttons, rng: rng.value, log, secrets: secrets.value });
};

/** Everything up to the port's being ready, on a way that is open. */
const run = (parts: Parts, way: ProcessWay): Outcome<void> => {
  const { settings, secrets, seed } = parts;
  const state: { signer: Signer | undefined } = { signer: undefined };
  const listed = list(settings, way, undefined);
  const withdraw = (): void => {
    if (listed.ok) listed.value();
    way.leave();
  };
  const end = endWith(settings, secrets, withdraw);
  leave = end;
  const refuse = (failure: Failure): Failure => {
    withdraw();
    return failure;
  };
  const relist = (signer: Signer): void => {
    const isListed = list(settings, way, signer);
    if (!isListed.ok) say({ event: "failed", error: isListed.error, details: isListed.details });
  };
  const tellKeys = (): void => {
    const { signer } = state;
    if (signer === undefined) return;
    relist(signer);
    const phase = signer.phase();
    say({ event: "phase", name: settings.name, phase, linkKey: hexOf(signer.linkKey()) });
    if (phase === "ready") startThreadsSoon(secrets);
  };
  if (!listed.ok) return refuse(listed);
  const signer = start(settings, seed, { ...parts, way, onEnd: end, onPhase: tellKeys });
  if (!signer.ok) return refuse(signer);
  state.signer = signer.value;
  seed?.fill(0);
  relist(signer.value);
  if (signer.value.linkKey() !== undefined) tellKeys();
  say({ event: "listening", ...presentation(settings, way, signer.value) });
  return ok(undefined);
};

const giveUp = ({ error, details = {} }: Failure): never => {
  say({ event: "failed", error, details });
  process.exit(1);
};

const begin = async (settings: Settings, buttons: PressableButtons): Promise<void> => {
  const parts = gather(settings, buttons);
  if (!parts.ok) return giveUp(parts);
  leave = endWith(settings, parts.value.secrets, () => undefined);
  const way = await openWay(settings);
  if (!way.ok) return giveUp(way);
  const running = run(parts.value, way.value);
  if (!running.ok) giveUp(running);
};

/** Starts the device of the first line; what comes back takes the presses of the later ones. */
const startDevice = (line: string): ((line: string) => void) => {
  const settings = readSettings(line) ?? giveUp(fail("arguments_invalid", { why: "settings" }));
  const hand = openHand(settings, () => shown, say);
  const buttons = hand.ok ? hand.value : giveUp(hand);
  void begin(settings, buttons);
  return (later) => {
    const press = readPress(later, settings.name);
    if (press !== undefined) buttons.press(press);
  };
};

/** Whether it was wiped and stays, as it was told. */
let isHeld = false;
/** What the display shows. */
let shown: Screen | undefined;
let leave: (reason: BootReason) => void = () => process.exit(0);

// Before it is said that anybody listens: no end may come that does not wipe.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => leave("power"));
for (const fault of ["uncaughtException", "unhandledRejection"]) {
  process.on(fault, () => leave("fault"));
}

let take: ((line: string) => void) | undefined;

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  if (take === undefined) take = startDevice(line);
  else take(line);
});
input.on("close", () => {
  leave("power");
  leave("power"); // nobody is there any more for whom a wiped process could stay
});

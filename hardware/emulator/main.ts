/**
 * The emulator as a process of its own: settings on the first line of standard input, presses on
 * the following; events as JSON lines on standard output, logs on standard error. It ends when its
 * standard input does, so no signer outlives its supervisor.
 */
import "#standards";
import { createInterface } from "node:readline";
import { openPty } from "#pty";
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
import type { Pty } from "./lines/pty.ts";
import { createSeededRng, openSystemRng } from "./board/rng.ts";
import { readPress, readSettings, type Settings } from "./process/settings.ts";

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
    readonly pty: Pty;
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
    link: parts.pty,
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

/** Lists the emulator, with the link key that it has just now; anew whenever that may change. */
const list = (
  { name, link, runFolder }: Settings,
  { path: line }: Pty,
  signer: Signer | undefined,
) => {
  const linkKey = hexOf(signer?.linkKey());
  const base = { name, path: link, line, pid: process.pid };
  return listEmulator(runFolder, linkKey === null ? base : { ...base, linkKey });
};

const sayListening = (path: string, name: string, signer: Signer): void =>
  say({
    event: "listening",
    name,
    path,
    pid: process.pid,
    phase: signer.phase(),
    fingerprint: hexOf(signer.fingerprint()),
    linkKey: hexOf(signer.linkKey()),
  });

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

/** Everything up to the port's being ready; the value ends the process. */
const run = (
  settings: Settings,
  buttons: PressableButtons,
): Outcome<(reason: BootReason) => void> => {
  const seed = seedOf(settings);
  if (!seed.ok) return seed;
  const [rng, log] = [rngOf(settings), createProcessLog(settings.name)];
  if (!rng.ok) return rng;
  const secrets = openEngine(settings, rng.value, log);
  if (!secrets.ok) return secrets;
  const pty = openPty(settings.link);
  if (!pty.ok) return pty;
  const { name, link } = settings;
  const state: { signer: Signer | undefined } = { signer: undefined };
  const listed = list(settings, pty.value, undefined);
  const leave = (): void => {
    if (listed.ok) listed.value();
    void pty.value.close(); // takes the link away before it returns; the rest goes with the process
  };
  const end = endWith(settings, secrets.value, leave);
  const refuse = (failure: Failure): Failure => {
    leave();
    return failure;
  };
  const tellKeys = (): void => {
    const { signer } = state;
    if (signer === undefined) return;
    const isListed = list(settings, pty.value, signer);
    if (!isListed.ok) say({ event: "failed", error: isListed.error, details: isListed.details });
    const linkKey = hexOf(signer.linkKey());
    say({ event: "phase", name, phase: signer.phase(), linkKey });
    if (signer.phase() === "ready") startThreadsSoon(secrets.value);
  };
  if (!listed.ok) return refuse(listed);
  const parts = { pty: pty.value, buttons, onEnd: end, onPhase: tellKeys };
  const signer = start(settings, seed.value, {
    ...parts,
    secrets: secrets.value,
    rng: rng.value,
    log,
  });
  if (!signer.ok) return refuse(signer);
  state.signer = signer.value;
  seed.value?.fill(0);
  if (signer.value.linkKey() !== undefined) tellKeys();
  sayListening(link, name, signer.value);
  return ok(end);
};

const giveUp = ({ error, details = {} }: Failure): never => {
  say({ event: "failed", error, details });
  process.exit(1);
};

/** Starts the device of the first line; what comes back takes the presses of the later ones. */
const begin = (line: string): ((line: string) => void) => {
  const settings = readSettings(line) ?? giveUp(fail("arguments_invalid", { why: "settings" }));
  const hand = openHand(settings, () => shown, say);
  const buttons = hand.ok ? hand.value : giveUp(hand);
  const running = run(settings, buttons);
  const end = running.ok ? running.value : giveUp(running);
  leave = end;
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
  if (take === undefined) take = begin(line);
  else take(line);
});
input.on("close", () => {
  leave("power");
  leave("power"); // nobody is there any more for whom a wiped process could stay
});

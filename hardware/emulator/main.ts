/**
 * The emulator as a process of its own: settings on the first line of standard input, presses on
 * the following; events as JSON lines on standard output, logs on standard error. It ends when its
 * standard input does, so no signer outlives its supervisor.
 */
import { createInterface } from "node:readline";
import { mnemonicToSeedSync, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import pino from "pino";
import type { BootReason, Rng } from "../../firmware/hal.ts";
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
import { createPortableSecrets } from "../secrets/index.ts";
import { createButtons, type PressableButtons } from "./approval.ts";
import { createBoard, watchSignatures } from "./board.ts";
import { listEmulator } from "./listing.ts";
import { bringSeed } from "./own-manifest.ts";
import { openPty, type Pty } from "./pty.ts";
import { createSeededRng, createSystemRng } from "./rng.ts";
import { readPress, readSettings, type Settings } from "./settings.ts";

/** Exit code of a device that was told to die in the middle: it stays down. */
const UNPLUGGED = 86;

const say = (event: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

/** The seed of the settings' words (BIP-39); none where they bring none. */
const seedOf = ({ mnemonic }: Settings): Outcome<Uint8Array | undefined, "arguments_invalid"> => {
  if (mnemonic === undefined) return ok(undefined);
  const words = mnemonic.trim().split(/\s+/).join(" ");
  return validateMnemonic(words, wordlist)
    ? ok(mnemonicToSeedSync(words))
    : fail("arguments_invalid", { why: "the words are no BIP-39 mnemonic" });
};

const trustOf = ({ trust }: Settings): Outcome<Trust, "arguments_invalid"> => {
  if (trust === undefined) return ok(NOBODY);
  const read = decodeAs(TRUST, Uint8Array.from(Buffer.from(trust, "hex")));
  return read === undefined ? fail("arguments_invalid", { why: "trust" }) : ok(read);
};

const rngOf = ({ name, boot, rngSeed }: Settings): Rng =>
  rngSeed === undefined
    ? createSystemRng()
    : createSeededRng(Buffer.from(rngSeed, "hex"), `${name}/${boot}`);

const secretsOf = (settings: Settings, rng: Rng) =>
  watchSignatures(createPortableSecrets(rng), (count) => {
    if (count === settings.dieAfterInput) process.exit(UNPLUGGED);
  });

/** The firmware on a board of this process. */
const start = (
  settings: Settings,
  seed: Uint8Array | undefined,
  parts: {
    readonly pty: Pty;
    readonly buttons: PressableButtons;
    readonly onEnd: (reason: BootReason) => void;
    readonly onPhase: () => void;
  },
): Outcome<Signer> => {
  const { name, lastReason } = settings;
  const network = NETWORK_NAMES.find((one) => one === settings.network);
  if (network === undefined) return fail("arguments_invalid", { network: settings.network });
  const trust = trustOf(settings);
  if (!trust.ok) return trust;
  const rng = rngOf(settings);
  const secrets = secretsOf(settings, rng);
  const logger = pino({ base: { device: name } }, pino.destination({ fd: 2, sync: true }));
  const board = createBoard({
    name,
    link: parts.pty,
    rng,
    secrets,
    buttons: parts.buttons,
    lastReason,
    onScreen: ({ kind, lines }) => say({ event: "screen", name, kind, lines }),
    log: { append: (event) => logger.info(event) },
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

/** Everything up to the port's being ready; the value ends the process. */
const run = (settings: Settings, buttons: PressableButtons): Outcome<() => void> => {
  const seed = seedOf(settings);
  if (!seed.ok) return seed;
  const pty = openPty(settings.link);
  if (!pty.ok) return pty;
  const { name, link } = settings;
  const state: { signer: Signer | undefined } = { signer: undefined };
  const listed = list(settings, pty.value, undefined);
  const leaveListing = listed.ok ? listed.value : () => undefined;
  const end = (reason: BootReason): never => {
    leaveListing();
    void pty.value.close(); // takes the link away before it returns; the rest goes with the process
    say({ event: "ended", reason });
    process.exit(0);
  };
  const refuse = (failure: Failure): Failure => {
    leaveListing();
    void pty.value.close();
    return failure;
  };
  const tellKeys = (): void => {
    const { signer } = state;
    if (signer === undefined) return;
    const isListed = list(settings, pty.value, signer);
    if (!isListed.ok) say({ event: "failed", error: isListed.error, details: isListed.details });
    const linkKey = hexOf(signer.linkKey());
    say({ event: "phase", name, phase: signer.phase(), linkKey });
  };
  if (!listed.ok) return refuse(listed);
  const parts = { pty: pty.value, buttons, onEnd: end, onPhase: tellKeys };
  const signer = start(settings, seed.value, parts);
  if (!signer.ok) return refuse(signer);
  state.signer = signer.value;
  if (signer.value.linkKey() !== undefined) tellKeys();
  say({
    event: "listening",
    name,
    path: link,
    pid: process.pid,
    phase: signer.value.phase(),
    fingerprint: hexOf(signer.value.fingerprint()),
    linkKey: hexOf(signer.value.linkKey()),
  });
  return ok(() => end("power"));
};

const giveUp = ({ error, details = {} }: Failure): never => {
  say({ event: "failed", error, details });
  process.exit(1);
};

/** Starts the device of the first line; what comes back takes the presses of the later ones. */
const begin = (line: string): ((line: string) => void) => {
  const settings = readSettings(line) ?? giveUp(fail("arguments_invalid", { why: "settings" }));
  const buttons = createButtons(settings.approve);
  const running = run(settings, buttons);
  leave = running.ok ? running.value : giveUp(running);
  process.on("SIGTERM", leave);
  process.on("SIGINT", leave);
  return (later) => {
    const press = readPress(later, settings.name);
    if (press !== undefined) buttons.press(press);
  };
};

let leave: () => void = () => process.exit(0);
let take: ((line: string) => void) | undefined;

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  if (take === undefined) take = begin(line);
  else take(line);
});
input.on("close", () => leave());

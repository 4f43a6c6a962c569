/**
 * The emulator as a process of its own: settings on the first line of standard input, presses on
 * the following; events as JSON lines on standard output, logs on standard error. It ends when its
 * standard input does, so no signer outlives its supervisor.
 */
import { createInterface } from "node:readline";
import pino from "pino";
import { createSigner, NETWORK_NAMES, type Signer } from "../../firmware/index.ts";
import type { BootReason } from "../../firmware/hal.ts";
import { createPortableSecrets } from "../secrets/index.ts";
import { createButtons, type PressableButtons } from "./approval.ts";
import { createBoard, watchSignatures } from "./board.ts";
import { listEmulator } from "./listing.ts";
import { openPty, type Pty } from "./pty.ts";
import { createSeededRng, createSystemRng } from "./rng.ts";
import { readPress, readSettings, type Settings } from "./settings.ts";

/** Exit code of a device that was told to die in the middle: it stays down. */
const UNPLUGGED = 86;

const say = (event: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

const giveUp = (error: string, details: Readonly<Record<string, unknown>>): never => {
  say({ event: "failed", error, details });
  process.exit(1);
};

const seedOfWords = async (words: string): Promise<Uint8Array> => {
  const { mnemonicToSeedSync, validateMnemonic } = await import("@scure/bip39");
  const { wordlist } = await import("@scure/bip39/wordlists/english.js");
  const normal = words.trim().split(/\s+/).join(" ");
  if (!validateMnemonic(normal, wordlist)) giveUp("arguments_invalid", { why: "mnemonic" });
  return mnemonicToSeedSync(normal);
};

const secretsOf = (settings: Settings, rng: ReturnType<typeof createSystemRng>) => {
  const secrets = createPortableSecrets(rng);
  return watchSignatures(secrets, (count) => {
    if (count === settings.dieAfterInput) process.exit(UNPLUGGED);
  });
};

const start = async (settings: Settings, pty: Pty, buttons: PressableButtons): Promise<Signer> => {
  const { name, rngSeed, mnemonic } = settings;
  const network =
    NETWORK_NAMES.find((one) => one === settings.network) ??
    giveUp("arguments_invalid", { network: settings.network });
  const rng =
    rngSeed === undefined
      ? createSystemRng()
      : createSeededRng(Buffer.from(rngSeed, "hex"), `${name}/${settings.boot}`);
  const secrets = secretsOf(settings, rng);
  const logger = pino({ base: { device: name } }, pino.destination({ fd: 2, sync: true }));
  const board = createBoard({
    name,
    link: pty,
    rng,
    secrets,
    buttons,
    lastReason: settings.lastReason,
    onScreen: ({ kind, lines }) => say({ event: "screen", name, kind, lines }),
    log: { append: (event) => logger.info(event) },
    onEnd: (reason) => end(pty, reason),
  });
  const options =
    mnemonic === undefined
      ? { network }
      : { network, insecureSeed: secrets.importSeed(await seedOfWords(mnemonic)) };
  const signer = createSigner(board, options);
  return signer.ok ? signer.value : giveUp(signer.error, { name });
};

let unlist: () => void = () => undefined;

const end = (pty: Pty, reason: BootReason): void => {
  unlist();
  pty.close();
  say({ event: "ended", reason });
  process.exit(0);
};

const run = async (settings: Settings, buttons: PressableButtons): Promise<void> => {
  const pty = openPty(settings.link);
  if (!pty.ok) return giveUp(pty.error, pty.details ?? {});
  const signer = await start(settings, pty.value, buttons);
  const { name, link } = settings;
  unlist = listEmulator(settings.runFolder, { name, path: link, pid: process.pid });
  const leave = (): void => end(pty.value, "power");
  process.on("SIGTERM", leave);
  process.on("SIGINT", leave);
  onInputEnd = leave;
  const fingerprint = signer.fingerprint();
  say({
    event: "listening",
    name,
    path: link,
    pid: process.pid,
    phase: signer.phase(),
    fingerprint: fingerprint === undefined ? null : Buffer.from(fingerprint).toString("hex"),
    linkKey: null,
  });
};

let onInputEnd: () => void = () => process.exit(0);
let settings: Settings | undefined;
let buttons: PressableButtons | undefined;

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  if (settings !== undefined) {
    const press = readPress(line, settings.name);
    if (press !== undefined) buttons?.press(press);
    return;
  }
  settings = readSettings(line) ?? giveUp("arguments_invalid", { why: "settings" });
  buttons = createButtons(settings.approve);
  void run(settings, buttons);
});
input.on("close", () => onInputEnd());

/**
 * A snapshot of an emulator: its seed, its options and everything that has come to it so far, from
 * which another one is brought to the same state. It holds no state of the firmware's, so it is
 * good for the version that made it.
 */
import { createHash } from "node:crypto";
import type { Screen } from "../../../firmware/hal.ts";
import { NETWORK_NAMES } from "../../../firmware/index.ts";
import { isHex } from "../../../protocol/bytes.ts";
import { decodeAs, encodeAs } from "../../../protocol/cbor/cbor.ts";
import {
  bytes,
  choice,
  type Infer,
  list,
  map,
  optional,
  text,
  uint,
} from "../../../protocol/cbor/schema.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { TRUST } from "../../../protocol/session/trust.ts";
import { WALLET_POLICY } from "../../../protocol/wallet-policy.ts";
import { APPROVALS } from "../board/buttons.ts";
import { type Input, type InputEvent, PLAIN_INPUTS } from "./inputs.ts";
import type { EmulatorOptions } from "./options.ts";

/** The version of the JSON; another is not read. */
const SNAPSHOT_VERSION = 1;

/** More than BIP-39's words ever are. */
const WORDS_BYTES = 1024;

/** Options that a snapshot keeps. */
const KEPT = map({
  name: optional(0, text(LIMITS.deviceName)),
  network: optional(1, choice(...NETWORK_NAMES)),
  approve: optional(2, choice(...APPROVALS)),
  seed: optional(3, bytes(1, 64)),
  words: optional(4, text(WORDS_BYTES)),
  wallets: optional(5, list(WALLET_POLICY, LIMITS.manifestWallets)),
  trust: optional(6, TRUST),
  dieAfterInput: optional(7, uint()),
});

/** One input in JSON. */
export interface InputJson {
  readonly atMs: number;
  readonly step: number;
  readonly what: InputEvent["what"];
  readonly press?: string;
  /** Hex. */
  readonly bytes?: string;
}

/** What `createEmulator({ from })` takes; JSON as it is. */
export interface Snapshot {
  readonly snapshot: number;
  readonly rngSeed: string;
  /** CBOR of the options, in hex. */
  readonly options: string;
  /** When the device first booted, and when this was taken, by the clock. */
  readonly beganMs: number;
  readonly atMs: number;
  /** So many of the device's own events had happened. */
  readonly steps: number;
  readonly inputs: readonly InputJson[];
  /** SHA-256 of all screens: the same must come of the same. */
  readonly screens: string;
}

/** What a snapshot is taken of. */
export interface Snapped extends Pick<Snapshot, "rngSeed" | "beganMs" | "atMs" | "steps"> {
  readonly options: EmulatorOptions;
  readonly inputs: readonly Input[];
  readonly screens: readonly Screen[];
}

/** The hash by which lives are compared. */
export const hashOfScreens = (screens: readonly Screen[]): string =>
  createHash("sha256").update(JSON.stringify(screens)).digest("hex");

const keptOf = ({ name, network, approve, seed, ...more }: EmulatorOptions): unknown => {
  const { wallets, trust, dieAfterInput } = more;
  const seeds = typeof seed === "string" ? { words: seed } : { seed };
  const all = { name, network, approve, ...seeds, wallets, trust, dieAfterInput };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};

const inputJson = (input: Input): InputJson =>
  input.what === "bytes" ? { ...input, bytes: input.bytes.toHex() } : input;

/** Takes one. Throws where an option is nothing that can be written down. */
export const snapshotOf = ({ options, inputs, screens, ...place }: Snapped): Snapshot => {
  const kept = keptOf(options);
  if (!KEPT.check(kept)) {
    throw new Error("snapshot(): approve has to be auto, never or ask, and the rest plain data");
  }
  return {
    snapshot: SNAPSHOT_VERSION,
    ...place,
    options: encodeAs(KEPT, kept).toHex(),
    inputs: inputs.map(inputJson),
    screens: hashOfScreens(screens),
  };
};

const isHexText = (value: unknown): value is string => typeof value === "string" && isHex(value);

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

const eventOf = ({ what, press, bytes: hex }: InputJson): InputEvent | undefined => {
  if (what === "press") return press === "yes" || press === "no" ? { what, press } : undefined;
  if (what === "bytes")
    return isHexText(hex) ? { what, bytes: Uint8Array.fromHex(hex) } : undefined;
  const plain = PLAIN_INPUTS.find((one) => one === what);
  return plain && { what: plain };
};

const inputOf = (json: InputJson, i: number): Input => {
  const event = eventOf(json);
  const { atMs, step } = json;
  if (event === undefined || !isNumber(atMs) || !isNumber(step)) {
    throw new Error(`the snapshot's input ${i} is malformed`);
  }
  return { ...event, atMs, step };
};

type KeptOptions = Infer<typeof KEPT>;

const optionsOf = (hex: unknown): KeptOptions => {
  const kept = isHexText(hex) ? decodeAs(KEPT, Uint8Array.fromHex(hex)) : undefined;
  if (kept === undefined) throw new Error("the snapshot's options are malformed");
  return kept;
};

/** Options of the emulator that a snapshot was taken of. Throws where it is none. */
export const snappedOptions = (snapshot: Snapshot): EmulatorOptions => {
  if (snapshot.snapshot !== SNAPSHOT_VERSION || typeof snapshot.rngSeed !== "string") {
    throw new Error(`createEmulator({ from }): no snapshot of version ${SNAPSHOT_VERSION}`);
  }
  const { words, ...kept } = optionsOf(snapshot.options);
  const seed = words === undefined ? {} : { seed: words };
  return { ...kept, ...seed, rngSeed: snapshot.rngSeed, secrets: "portable" };
};

/** What came to the emulator, in order. Throws where something of it is malformed. */
export const snappedInputs = ({ inputs }: Snapshot): readonly Input[] => {
  if (!Array.isArray(inputs)) throw new Error("the snapshot has no inputs");
  return inputs.map(inputOf);
};

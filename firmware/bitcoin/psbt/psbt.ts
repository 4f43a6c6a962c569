/**
 * Partially signed transactions, version 0 (BIP-174) and 2 (BIP-370), read strictly as they come
 * and judged by nobody: whether an input is a wallet's, or may be spent as it asks, is for
 * `review/`. What was read of an input is what signing it needs, and nothing else.
 */
import { fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto } from "../../hal.ts";
import { isSame } from "../encoding/bytes.ts";
import { encodeCompactSize } from "../encoding/compact-size.ts";
import { createWindow, pushBytes, waitFor, type Window } from "../encoding/window.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { Steps } from "../steps.ts";
import { createCoins } from "./coins.ts";
import { createGlobalMap, type PsbtHead } from "./global-map.ts";
import { createWays } from "./hints.ts";
import { createInputMaps } from "./input-map.ts";
import { createInputTable, type InputTable } from "./input-table.ts";
import { createLockTimes } from "./lock-times.ts";
import { createMaps, mapSteps } from "./map.ts";
import type { PsbtError } from "./refusal.ts";
import { createOutputMaps, type PsbtOutput } from "./output-map.ts";
import { BARE_INPUT_BYTES, BARE_OUTPUT_BYTES } from "./transaction-items.ts";

/** A PSBT that was read. */
export interface Psbt {
  /** The transaction's, as 4 bytes stand for it, unsigned. */
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: InputTable;
  readonly outputs: readonly PsbtOutput[];
  /** The ways to branches that this device's hints name: paths from the master key. */
  readonly ways: readonly (readonly number[])[];
  /** SHA-256 of all coins' scripts (BIP-341, `sha_scriptpubkeys`); undefined if one is unknown. */
  readonly scriptsHash: Uint8Array | undefined;
}

/** What a PSBT is read with. */
export interface PsbtContext {
  readonly crypto: Crypto;
  /** 4 bytes: this device's master key's; whose hints are kept. */
  readonly fingerprint: Uint8Array;
}

const MAGIC = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff);

/** A hash of all coins' scripts, as long as they are all known. */
const createScriptsHash = (crypto: Crypto) => {
  let hash = crypto.sha256();
  let isWhole = true;
  return {
    add: (script: Uint8Array | undefined): void => {
      if (script === undefined) isWhole = false;
      else hash = hash.update(encodeCompactSize(script.length)).update(script);
    },
    digest: (): Uint8Array | undefined => (isWhole ? hash.digest() : undefined),
  };
};

/** All parts of one reading. */
const createReading = (window: Window, { crypto, fingerprint }: PsbtContext) => {
  const table = createInputTable();
  return {
    window,
    table,
    crypto,
    maps: createMaps(window),
    coins: createCoins(window, table, crypto),
    ways: createWays(fingerprint),
    locks: createLockTimes(),
    scripts: createScriptsHash(crypto),
  };
};

type Reading = ReturnType<typeof createReading>;

function* magicSteps(window: Window): Steps<boolean> {
  if (!(yield* waitFor(window, MAGIC.length))) return false;
  const { at, bytes } = window;
  window.at += MAGIC.length;
  return isSame(bytes.subarray(at, window.at), MAGIC);
}

/**
 * The global map; of version 0 all outpoints are known behind it.
 *
 * @yields while it has not come
 */
function* headSteps({ window, table, maps }: Reading): Steps<Outcome<PsbtHead, PsbtError>> {
  const map = createGlobalMap(window, table);
  const refused = yield* mapSteps(maps, map);
  if (refused !== undefined) return refused;
  const head = map.settle();
  if (!head.ok) return head;
  if (head.value.psbtVersion === 2) table.open(head.value.inputs);
  return head;
}

function* inputsSteps(reading: Reading, head: PsbtHead): Steps<Outcome<void, PsbtError>> {
  const { maps, scripts } = reading;
  const map = createInputMaps(head.psbtVersion, { ...reading, onScript: scripts.add });
  for (let input = 0; input < head.inputs; input += 1) {
    map.open(input);
    const refused = (yield* mapSteps(maps, map)) ?? map.settle();
    if (refused !== undefined) return fail(refused.error, { input, ...refused.details });
  }
  return ok(undefined);
}

/**
 * All outputs. Those of version 2 are of the transaction's size with them.
 *
 * @yields while they have not come
 */
function* outputsSteps(
  { maps }: Reading,
  head: PsbtHead,
): Steps<Outcome<readonly PsbtOutput[], PsbtError>> {
  const map = createOutputMaps(head.psbtVersion);
  const outputs: PsbtOutput[] = [];
  let bytes = BARE_INPUT_BYTES * head.inputs;
  for (let output = 0; output < head.outputs; output += 1) {
    map.open(head.paid?.[output]);
    const read = (yield* mapSteps(maps, map)) ?? map.settle();
    if (!read.ok) return fail(read.error, { output, ...read.details });
    outputs.push(read.value);
    bytes += BARE_OUTPUT_BYTES + read.value.script.length;
    if (bytes > BITCOIN_LIMITS.unsignedBytes) return fail("psbt_unsupported", { output });
  }
  return ok(outputs);
}

function* psbtSteps(reading: Reading): Steps<Outcome<Psbt, PsbtError>> {
  if (!(yield* magicSteps(reading.window))) return fail("psbt_malformed");
  const head = yield* headSteps(reading);
  if (!head.ok) return head;
  const inputs = yield* inputsSteps(reading, head.value);
  if (!inputs.ok) return inputs;
  const outputs = yield* outputsSteps(reading, head.value);
  if (!outputs.ok) return outputs;
  const { version, psbtVersion } = head.value;
  const lockTime =
    psbtVersion === 0 ? head.value.lockTime : reading.locks.settle(head.value.lockTime);
  if (lockTime === undefined) return fail("psbt_malformed");
  return ok({
    version,
    lockTime,
    inputs: reading.table,
    outputs: outputs.value,
    ways: reading.ways.paths(),
    scriptsHash: reading.scripts.digest(),
  });
}

/** Reads one PSBT as it comes. */
export interface PsbtReader {
  /** Takes the next bytes; they may change afterwards. */
  readonly take: (bytes: Uint8Array) => void;
  /** The PSBT, or why it is refused; nothing more comes. */
  readonly end: () => Outcome<Psbt, PsbtError>;
  /** Bytes that wait to be read. */
  readonly heldBytes: () => number;
}

/**
 * A reader of one PSBT. `psbt_unsupported`: another version than 0 and 2, too many bytes or
 * outputs; `too_many_inputs`; `input_repeated`; `amount_out_of_range`; what contradicts a coin is
 * `previous_transaction_mismatch`, `amount_mismatch` or `script_mismatch`; anything else that does
 * not fit is `psbt_malformed`.
 */
export const createPsbtReader = (context: PsbtContext): PsbtReader => {
  const window = createWindow();
  const steps = psbtSteps(createReading(window, context));
  let outcome: Outcome<Psbt, PsbtError> | undefined;
  let taken = 0;

  const proceed = (): void => {
    const step = steps.next();
    if (step.done !== true) return;
    const hasMore = step.value.ok && window.at < window.bytes.length;
    outcome = hasMore ? fail("psbt_malformed") : step.value;
  };
  return {
    take: (bytes) => {
      taken += bytes.length;
      if (taken > BITCOIN_LIMITS.psbtBytes) outcome = fail("psbt_unsupported");
      if (outcome?.ok === true && bytes.length > 0) outcome = fail("psbt_malformed");
      if (outcome !== undefined) return;
      pushBytes(window, bytes);
      proceed();
    },
    end: () => {
      window.isClosed = true;
      while (outcome === undefined) proceed();
      return outcome;
    },
    heldBytes: () => window.bytes.length - window.at,
  };
};

/** All of it at once. */
export const parsePsbt = (bytes: Uint8Array, context: PsbtContext): Outcome<Psbt, PsbtError> => {
  const reader = createPsbtReader(context);
  reader.take(bytes);
  return reader.end();
};

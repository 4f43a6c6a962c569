/** All faults, by name. */
import { ATTACKS } from "./attacks.ts";
import { BYTE_FAULTS } from "./bytes.ts";
import { CALL_FAULTS } from "./calls.ts";
import { END_FAULTS } from "./ends.ts";
import { FRAME_FAULTS } from "./frames.ts";
import { HOSTILES } from "./hostiles.ts";
import { INTRUDERS } from "./intruders.ts";
import { LINE_FAULTS } from "./line.ts";
import { NOISE_FAULTS } from "./noise.ts";
import { RARE_FAULTS } from "./rare.ts";

/** The faults: each lies in wait for its moment in a run. */
export const FAULTS = {
  ...BYTE_FAULTS,
  ...FRAME_FAULTS,
  ...NOISE_FAULTS,
  ...LINE_FAULTS,
  ...END_FAULTS,
  ...CALL_FAULTS,
  ...ATTACKS,
  ...INTRUDERS,
  ...HOSTILES,
  ...RARE_FAULTS,
} as const;

/** The name of a fault. */
export type FaultName = keyof typeof FAULTS;

const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);

/** All names. */
export const FAULT_NAMES: readonly FaultName[] = Object.keys(FAULTS).filter(isFaultName);

/** Those that make a run long. */
export const RARE_NAMES: readonly FaultName[] = Object.keys(RARE_FAULTS).filter(isFaultName);

/** All others. */
export const COMMON_NAMES: readonly FaultName[] = FAULT_NAMES.filter(
  (name) => !RARE_NAMES.includes(name),
);

/** Of so many runs one is long. */
const LONG_EVERY = 300;

/** The rare fault of a seed, if it has one. */
export const rareFaultOf = (seed: number): FaultName | undefined =>
  seed % LONG_EVERY === 0 ? RARE_NAMES[(seed / LONG_EVERY) % RARE_NAMES.length] : undefined;

/** Faults that end no session: in a run with no others, the worker's first one lives on. */
export const HARMLESS: ReadonlySet<FaultName> = new Set<FaultName>([
  "ACK lost",
  "ACK replayed",
  "frame replayed",
  "person is slow",
  "cancel before the commit",
  "cancel at the commit",
  "cancel after the commit",
  "key used for another request",
  "second program",
  "handshake replayed",
  "unknown host key",
  "wrong credential",
  "revoked generation",
  "revoked host key",
  "role that is not one's own",
  "guess at a pairing code",
  "HELLO flood",
  "PING flood",
  "frame of the wrong side",
]);

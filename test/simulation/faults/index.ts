/** All faults, by name. */
import { ATTACKS } from "./attacks.ts";
import { BYTE_FAULTS } from "./bytes.ts";
import { CALL_FAULTS } from "./calls.ts";
import { END_FAULTS } from "./ends.ts";
import { FRAME_FAULTS } from "./frames.ts";
import { HOSTILES } from "./hostiles.ts";
import { INSERTIONS } from "./insertions.ts";
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
  ...INSERTIONS,
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

/** Faults that cost a frame or so: what was lost is sent again, and nobody else notices. */
const LOSSY: readonly FaultName[] = [
  "flipped bits",
  "burst of errors",
  "byte lost",
  "byte doubled",
  "byte inserted",
  "zero made",
  "zero lost",
  "frame lost",
  "ACK lost",
  "NAK lost",
  "HELLO_ACK lost",
  "frame replayed",
  "ACK replayed",
  "NAK replayed",
  "login prompt",
  "kernel log",
  "AT command",
  "sequence wraps",
  "session's key renewed",
];

/** Faults that do not touch the worker's own frames. */
const ELSEWHERE: readonly FaultName[] = [
  "person is slow",
  "cancel before the commit",
  "cancel at the commit",
  "cancel after the commit",
  "key used for another request",
  "same call twice at once",
  "another call at once",
  "second program",
  "handshake replayed",
  "handshake inserted",
  "handshake forged",
  "anyone beside the worker",
  "unknown host key",
  "wrong credential",
  "revoked generation",
  "revoked host key",
  "role that is not one's own",
  "guess at a pairing code",
  "HELLO flood",
  "PING flood",
  "frame of the wrong side",
];

/** Faults that end no session: in a run with no others, the worker's first one lives on. */
export const HARMLESS: readonly FaultName[] = [...LOSSY, ...ELSEWHERE];

/** Losses in a row after which a link may be given up. */
const MOST_LOSSES = 6;

/** Whether nothing of what was injected may end a session. */
export const isHarmless = (injected: ReadonlyMap<FaultName, number>): boolean => {
  const losses = LOSSY.reduce((sum, name) => sum + (injected.get(name) ?? 0), 0);
  // Who counts for both ends must not miss a frame himself.
  const isInserted = injected.has("handshake inserted") || injected.has("handshake forged");
  const mostLosses = isInserted ? 0 : MOST_LOSSES;
  return losses <= mostLosses && [...injected.keys()].every((name) => HARMLESS.includes(name));
};

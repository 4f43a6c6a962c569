/** Outcomes as tests look at them, and seeds that are printed. */
import fc from "fast-check";
import type { Commands } from "../../protocol/commands/registry.ts";
import type { ErrorName, Outcome } from "../../protocol/errors.ts";
import { decodeRecords, type SignatureRecord } from "../../protocol/signature-record.ts";

/** The value of an outcome that must be one. */
export const unwrap = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`refused: ${outcome.error} ${JSON.stringify(outcome.details)}`);
  return outcome.value;
};

/** The signatures that a device gave, which must be some. */
export const signed = (
  reply: Outcome<Commands["signPsbt"]["result"]>,
): readonly SignatureRecord[] => unwrap(decodeRecords(unwrap(reply).signatures));

/** The name of a refusal, or that there was none. */
export const errorOf = (outcome: Outcome<unknown>): ErrorName | "not refused" =>
  outcome.ok ? "not refused" : outcome.error;

/** An element that must be there. */
export const at = <T>(list: readonly T[], index: number): T => {
  const [element] = list.slice(index, index + 1);
  if (element === undefined) throw new Error(`nothing at ${index}`);
  return element;
};

const given = Number(process.env["MAYFLY_SEED"] || Number.NaN);
const SEED = Number.isSafeInteger(given) ? given : Math.floor(Math.random() * 2 ** 31);
console.log(`firmware: MAYFLY_SEED=${SEED}`);

/** Parameters of a property: the seed of this run, which MAYFLY_SEED repeats. */
export const seeded = (numRuns: number): { readonly seed: number; readonly numRuns: number } => ({
  seed: SEED,
  numRuns,
});

/** Random bytes that follow from the run's seed, for what is too large for a property. */
export const noise = (length: number): Uint8Array =>
  Uint8Array.from(
    fc.sample(fc.uint8Array({ minLength: length, maxLength: length, size: "max" }), {
      seed: SEED,
      numRuns: 1,
    })[0] ?? [],
  );

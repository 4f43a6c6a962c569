/** Small things every Bitcoin test needs. */
import type { ErrorName, Outcome } from "../../protocol/errors.ts";

/** The value of an outcome that must be one. */
export const unwrap = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`refused: ${outcome.error}`);
  return outcome.value;
};

/** The name of a refusal, or that there was none. */
export const errorOf = (outcome: Outcome<unknown>): ErrorName | "not refused" =>
  outcome.ok ? "not refused" : outcome.error;

/** An element that must be there. */
export const elementOf = <T>(list: readonly T[], index: number): T => {
  const element = list[index];
  if (element === undefined) throw new Error(`nothing at ${index}`);
  return element;
};

/** Parameters of a property test; the seed is printed so that a failure can be repeated. */
export const seeded = (
  claim: string,
  runs: number,
): { readonly seed: number; readonly numRuns: number } => {
  const given = Number(process.env["MAYFLY_SEED"]);
  const seed = Number.isInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31);
  console.log(`${claim}: MAYFLY_SEED=${seed}`);
  return { seed, numRuns: runs };
};

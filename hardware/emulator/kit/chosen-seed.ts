/**
 * Seeds of emulators that were told none. They are one process's: the first is `MAYFLY_SEED` or
 * drawn, each other one is one more, so that the same program, told the first, has them all again.
 */
import { randomBytes } from "node:crypto";

/** Some room above it, for as many as there may be. */
const DRAWN_BYTES = 4;

/** What this process has given out. */
const given: { first: string | undefined; count: number } = { first: undefined, count: 0 };

const sayFirst = (first: string): void =>
  console.error(`emulators: MAYFLY_SEED=${first} has the same chance again`);

/** What Bun's runner takes for a test; it stands where a program's own name does. */
const TEST_FILE = /[._](?:test|spec)\.[cm]?[jt]sx?$/;

const isInRunner = (): boolean =>
  process.env["VITEST"] !== undefined || TEST_FILE.test(process.argv[1] ?? "");

/**
 * Says the seed where a test fails. Bun's runner tells nobody that one did, nor that the run ends,
 * nor do Vitest's workers: there it is said at once. Any other program says it if it ends badly.
 */
const announce = (first: string): void => {
  if (process.env["MAYFLY_SEED"] !== undefined) return; // whoever told it knows it
  if (isInRunner()) sayFirst(first);
  else process.once("exit", (code) => void (code === 0 || sayFirst(first)));
};

const later = (first: string, count: number): string =>
  /^\d{1,15}$/.test(first) ? `${Number(first) + count}` : first;

/** The next seed. One that is no number is everybody's. */
export const chosenSeed = (): string => {
  if (given.first === undefined) {
    given.first = process.env["MAYFLY_SEED"] ?? `${randomBytes(DRAWN_BYTES).readUInt32BE()}`;
    announce(given.first);
  }
  const seed = later(given.first, given.count);
  given.count += 1;
  return seed;
};

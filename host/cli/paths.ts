/** Derivation paths as people write them (BIP-32): `m/48'/1'/0'/2'`, with `'` or `h`. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";

const HARDENED = 0x8000_0000;

const stepOf = (text: string): number | undefined => {
  const match = /^(\d{1,10})(['hH]?)$/.exec(text);
  const index = Number(match?.[1]);
  if (match === null || index >= HARDENED) return undefined;
  return match[2] === "" ? index : index + HARDENED;
};

/** Reads a path; at most ten steps. */
export const parsePath = (text: string): Outcome<readonly number[], "arguments_invalid"> => {
  const steps = text.trim().replace(/^m(\/|$)/, "");
  const path = steps === "" ? [] : steps.split("/").map(stepOf);
  const whole = path.flatMap((step) => (step === undefined ? [] : [step]));
  return whole.length === path.length && path.length <= LIMITS.pathLength
    ? ok(whole)
    : fail("arguments_invalid", { path: text });
};

/** Writes a path without its `m`: `48'/1'/0'/2'`. */
export const formatPath = (path: readonly number[]): string =>
  path.map((step) => (step >= HARDENED ? `${step - HARDENED}'` : `${step}`)).join("/");

/** From steps a second to rows, each held against another case of the same run; and what to say. */
import { type Row, rowOf } from "../row.ts";
import { OFF, type Rates } from "./rounds.ts";

/** The signer in software that people compare with. */
export const SOFTHSM = "SoftHSM2: sign";
/** What a signature that may leave costs at the very least. */
export const BARE = "libsecp256k1: sign + verify";

const SIGN = "ECDSA sign, low R, verified";
const OPENSSL = "OpenSSL: sign";

/** What a case is held against: the first of these that was measured, or else itself. */
const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  [OPENSSL]: [SOFTHSM],
  [BARE]: [SOFTHSM, OPENSSL],
  "libsecp256k1: sign": [SOFTHSM, OPENSSL],
  "libsecp256k1: sign, low R": ["libsecp256k1: sign"],
  "libsecp256k1: sign, low R + verify": [BARE],
  "libsecp256k1: verify": ["OpenSSL: verify"],
  "@noble/secp256k1: verify": ["libsecp256k1: verify"],
  [`native engine: ${SIGN}`]: ["libsecp256k1: sign, low R + verify"],
  [`portable engine: ${SIGN}`]: [`native engine: ${SIGN}`],
};

const candidatesOf = (title: string): readonly string[] => {
  const on = title.endsWith(OFF) ? title.slice(0, -OFF.length) : title;
  // Against SoftHSM2 the modes are compared as wholes; everything else with itself, in the other.
  if (on !== title) return on === BARE ? [SOFTHSM + OFF, OPENSSL + OFF] : [on];
  const [subject, work] = title.split(": ");
  const twin = subject === "portable engine" ? "native engine" : "portable engine";
  return REFERENCES[title] ?? [`${twin}: ${work}`];
};

const NO_HEAD = { bench: "", case: "", unit: "", against: "" };
const medianOf = (values: readonly number[]): number => rowOf(NO_HEAD, values, 1).median;

/** A row for each case. */
export const rowsOf = (bench: string, rates: Rates): readonly Row[] =>
  [...rates].map(([title, values]) => {
    const against = candidatesOf(title).find((one) => rates.has(one)) ?? title;
    const reference = medianOf(rates.get(against) ?? values);
    return rowOf({ bench, case: title, unit: "/s", against }, values, reference);
  });

const MISSING = [
  [SOFTHSM, "SoftHSM2 is not installed (apt-get install softhsm2): not measured"],
  [BARE, "libsecp256k1 is not installed (apt-get install libsecp256k1-1): not measured"],
  [OPENSSL, "libcrypto.so.3 is not installed: not measured"],
] as const;

/** A busy machine slows single rounds: the fastest ones of both say what medians may not. */
const ratiosOf = (row: Row, rows: readonly Row[]): string => {
  const reference = rows.find((one) => one.case === row.against) ?? row;
  const fastest = (row.max / reference.max).toFixed(2);
  return `${row.ratio.toFixed(2)} times ${row.against} (fastest rounds ${fastest})`;
};

/** The last one: how many signatures a bare library makes and verifies while SoftHSM2 makes one. */
const verdictOf = (rows: readonly Row[]): readonly string[] => {
  const measured = rows.filter((row) => row.case === BARE || row.case === BARE + OFF);
  if (measured.length === 0) return [];
  return [`${BARE}: ${measured.map((row) => ratiosOf(row, rows)).join("; ")}`];
};

/** What is missing, a line each, and last the ratio that counts. */
export const remarksOf = (rows: readonly Row[]): readonly string[] => {
  const has = (title: string): boolean => rows.some((row) => row.case === title);
  const missing = MISSING.filter(([title]) => !has(title)).map(([, says]) => says);
  return [...missing, ...verdictOf(rows)];
};

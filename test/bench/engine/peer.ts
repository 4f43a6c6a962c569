/**
 * A process that measures: it says its cases' titles as one line of JSON, then answers each line
 * `CASE MILLISECONDS` with steps a second. It ends with its standard input.
 */
import { curveCases, nobleCases } from "./bare-curve.ts";
import { rateOf } from "./case.ts";
import { nativeCases, portableCases } from "./engines.ts";
import { opensslCases } from "./openssl.ts";
import { softhsmCases } from "./softhsm.ts";

// What is held against each other most is measured one right after the other.
const cases = [
  ...softhsmCases(),
  ...curveCases(),
  ...opensslCases(),
  ...nativeCases(),
  ...nobleCases(),
  ...portableCases(),
];

console.log(JSON.stringify(cases.map(({ title }) => title)));
for await (const line of console) {
  const [at = 0, sliceMs = 0] = line.split(" ").map(Number);
  const wanted = cases[at];
  console.log(wanted === undefined ? "no such case" : rateOf(wanted, sliceMs));
}
process.exit(0);

/**
 * The portable engine, which keeps keys in JavaScript's heap, seen from outside: a scanner that
 * finds nothing there would find nothing anywhere.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { createCatalogue } from "./catalogue.ts";
import { derivedSecrets } from "./derived.ts";
import { secretOf } from "./made-up-secrets.ts";
import { type MemorySearch, searchMemory } from "./memory-search.ts";
import { formatTally } from "./tally.ts";
import { type Signer, startSigner } from "./programs.ts";
import type { KnownSignature } from "./nonces.ts";

const cannot = process.platform !== "linux" || process.getuid?.() !== 0;

const SEED = 77;
const SIGNATURES = 200;
const SIGNER = "m/48'/1";
const PATH = [0x8000_0000 + 48, 1];

const digestOf = (i: number): Uint8Array =>
  new Uint8Array(createHash("sha256").update(`${i}`).digest());

let signer: Signer;
let found: MemorySearch;

const signaturesOf = (scheme: KnownSignature["scheme"]): readonly KnownSignature[] =>
  signer[scheme].map((signature, i) => ({
    scheme,
    signer: SIGNER,
    digest: digestOf(i),
    signature,
  }));

beforeAll(async () => {
  if (cannot) return;
  signer = await startSigner(SEED, SIGNATURES, PATH);
  const signatures = [...signaturesOf("ecdsa"), ...signaturesOf("bip340")];
  const known = { seed: secretOf(SEED), paths: [SIGNER], signatures };
  found = searchMemory(signer.pid, createCatalogue(derivedSecrets(known)));
  console.info(formatTally(found.rows));
}, 60_000);
afterAll(() => signer?.end());

test.skipIf(cannot).each([
  ["seed", "bytes"],
  ["m/48'/1 key", "bytes"],
  ["m/48'/1 chain code", "bytes"],
  ["m/48'/1 key", "reversed or BigInt limbs"],
])("%s as %s: whole copies while it is in use (needs root)", (name, form) => {
  const whole = found.copies.filter(
    (copy) => copy.isWhole && copy.form.label === `${name}/${form}`,
  );
  expect(whole.length).toBeGreaterThan(0);
});

test.skipIf(cannot)("nonces of signatures are left behind as BigInts (needs root)", () => {
  const forms = found.rows.filter(({ kind }) => kind === "nonce").map(({ form }) => form);
  expect(forms.some((form) => form.endsWith("reversed or BigInt limbs"))).toBe(true);
});

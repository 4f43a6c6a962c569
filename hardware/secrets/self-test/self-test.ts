/**
 * What an engine must show before it is given a secret: the known answer of each primitive, and
 * that what it makes fits together. A failure is named, and the device holds no keys.
 */
import type { Handle, Share } from "../../../firmware/hal.ts";
import { assert, fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { ImportingSecrets } from "../importing.ts";
import {
  ANSWERS,
  AUXILIARY,
  LABEL,
  MESSAGE,
  PATH,
  SEALED,
  type SealedAnswer,
  SEED,
} from "./known-answers.ts";

const NONE = new Uint8Array(0);

const areEqual = (one: Uint8Array, other: Uint8Array): boolean => one.toHex() === other.toHex();

const gotten = <T>(outcome: Outcome<T>): T => {
  assert(outcome.ok, "an engine does what it is asked");
  return outcome.value;
};

const derivesKeys = (secrets: ImportingSecrets): boolean => {
  const node = gotten(secrets.derive(secrets.master(secrets.importSeed(SEED)), PATH));
  const { publicKey, chainCode } = secrets.publicNode(node);
  return areEqual(publicKey, ANSWERS.publicKey) && areEqual(chainCode, ANSWERS.chainCode);
};

const signs = (secrets: ImportingSecrets): boolean => {
  const master = secrets.master(secrets.importSeed(SEED));
  const node = gotten(secrets.derive(master, PATH));
  const publicKey = ANSWERS.publicKey.subarray(1);
  const schnorr = secrets.signSchnorr(node, MESSAGE, { auxiliary: AUXILIARY, publicKey });
  const tweaked = secrets.signSchnorr(master, MESSAGE, {
    auxiliary: AUXILIARY,
    publicKey: ANSWERS.tweakedKey,
    tweak: MESSAGE,
  });
  return (
    areEqual(secrets.signEcdsa(node, MESSAGE, ANSWERS.publicKey), ANSWERS.ecdsa) &&
    areEqual(schnorr, ANSWERS.schnorr) &&
    areEqual(tweaked, ANSWERS.tweaked)
  );
};

const authenticates = (secrets: ImportingSecrets): boolean => {
  const key = secrets.deriveSymmetric(secrets.importSeed(SEED), LABEL);
  return areEqual(secrets.mac(key, MESSAGE), ANSWERS.mac);
};

const agrees = (secrets: ImportingSecrets): boolean => {
  const known = secrets.deriveAgreement(secrets.importSeed(SEED), LABEL);
  const fresh = gotten(secrets.generateAgreement());
  const [here, there] = [
    secrets.agree(known.secret, fresh.publicKey),
    secrets.agree(fresh.secret, known.publicKey),
  ];
  return (
    areEqual(known.publicKey, ANSWERS.agreementKey) &&
    areEqual(gotten(here), gotten(there)) &&
    !secrets.agree(known.secret, new Uint8Array(32)).ok
  );
};

const openSealed = (
  secrets: ImportingSecrets,
  { envelope, associatedData }: SealedAnswer,
): Outcome<Handle<"share">> => {
  const { secret } = secrets.deriveAgreement(secrets.importSeed(SEED), LABEL);
  return secrets.open(secret, envelope, { info: MESSAGE, associatedData });
};

const opens = (secrets: ImportingSecrets): boolean =>
  SEALED.every((sealed) => {
    const value = gotten(openSealed(secrets, sealed));
    const bent = { ...sealed, associatedData: NONE };
    return areEqual(secrets.mac(value, MESSAGE), sealed.mac) && !openSealed(secrets, bent).ok;
  });

const masterKeyOf = (secrets: ImportingSecrets, shares: readonly Share[]): Uint8Array =>
  secrets.publicKey(secrets.master(gotten(secrets.recombine(shares))));

const recombines = (secrets: ImportingSecrets): boolean => {
  const shares = SEALED.map((sealed) => ({
    header: sealed.header,
    value: gotten(openSealed(secrets, sealed)),
  }));
  return areEqual(masterKeyOf(secrets, shares), ANSWERS.recombined);
};

/** A fresh seed: split and whole again it is the same, and two are not. */
const makesSeeds = (secrets: ImportingSecrets): boolean => {
  const [one, other] = [secrets.generateSeed(NONE), secrets.generateSeed(NONE)].map(gotten);
  assert(one !== undefined && other !== undefined, "two seeds are made");
  const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 3 }] };
  const shares = gotten(secrets.split(one, plan)).slice(1);
  const key = secrets.publicKey(secrets.master(one));
  const isWhole = areEqual(masterKeyOf(secrets, shares), key);
  return isWhole && !areEqual(secrets.publicKey(secrets.master(other)), key);
};

const TESTS: Readonly<Record<string, (secrets: ImportingSecrets) => boolean>> = {
  "BIP-32": derivesKeys,
  signing: signs,
  HKDF: authenticates,
  X25519: agrees,
  HPKE: opens,
  "SLIP-39": recombines,
  generation: makesSeeds,
};

/** A test that throws has failed: why is the engine's fault, not a caller's. */
const passes = (
  test: (secrets: ImportingSecrets) => boolean,
  secrets: ImportingSecrets,
): boolean => {
  try {
    return test(secrets);
  } catch {
    return false;
  }
};

/**
 * Tests an engine that holds nothing yet, and leaves nothing in it. Refuses with
 * `self_test_failed` and the name of the first test that failed.
 */
export const selfTest = (secrets: ImportingSecrets): Outcome<void, "self_test_failed"> => {
  const failed = Object.entries(TESTS).find(([, test]) => !passes(test, secrets));
  secrets.wipeAll();
  return failed === undefined ? ok(undefined) : fail("self_test_failed", { test: failed[0] });
};

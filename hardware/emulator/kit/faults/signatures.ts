/** An engine whose signatures are counted, and some of which go wrong. */
import type { Handle, Secrets, SigningBatch } from "../../../../firmware/hal.ts";
import { assert, type Outcome, ok } from "../../../../protocol/errors.ts";
import type { Ailments } from "./ailments.ts";

const [SIGNATURE_BYTES, DIGEST_BYTES] = [64, 32];

type Flaws = Pick<Ailments, "brownOuts" | "flips">;

type Signing = Pick<Secrets, "derive" | "signEcdsa" | "signSchnorr" | "wipe">;

/** The action of a number, taken once. */
const take = (actions: Map<number, () => void>, count: number): (() => void) | undefined => {
  const action = actions.get(count);
  actions.delete(count);
  return action;
};

/** One after the other, as where an engine has no threads. */
const signEach = (
  secrets: Signing,
  { node, indices, digests, publicKeys, scheme }: SigningBatch,
): Uint8Array => {
  const keyBytes = publicKeys.length / indices.length;
  const made = new Uint8Array(SIGNATURE_BYTES * indices.length);
  for (const [i, index] of indices.entries()) {
    const partOf = (all: Uint8Array, size: number) => all.subarray(size * i, size * (i + 1));
    const [digest, publicKey] = [partOf(digests, DIGEST_BYTES), partOf(publicKeys, keyBytes)];
    const child = secrets.derive(node, [index]);
    assert(child.ok, "a child of a batch has a key");
    const sign = (): Uint8Array => {
      if (scheme.name === "ecdsa") return secrets.signEcdsa(child.value, digest, publicKey);
      const { auxiliary, tweaks } = scheme;
      const tweak = tweaks === undefined ? {} : { tweak: partOf(tweaks, DIGEST_BYTES) };
      return secrets.signSchnorr(child.value, digest, { auxiliary, publicKey, ...tweak });
    };
    made.set(sign(), SIGNATURE_BYTES * i);
    secrets.wipe(child.value);
  }
  return made;
};

/** Signatures in turn, and what is known of those to come. */
const countedBy = (secrets: Signing, { brownOuts, flips }: Flaws, powerGoes: () => void) => {
  const derived = new Set<number>();
  let count = 0;
  /** What a boot without power still does is nothing that anybody counts. */
  let isOff = false;
  /** The engine is to notice by itself that a bit of its key is another. */
  const keyFor = (node: Handle<"node">): Handle<"node"> => {
    const flip = take(flips, count);
    if (flip === undefined) return node;
    flip();
    const other = secrets.derive(node, [0]);
    assert(other.ok, "a key has a child");
    return other.value;
  };
  const goOut = (told: (() => void) | undefined): void => {
    if (told === undefined) return;
    isOff = true;
    told();
    powerGoes();
  };
  const sign = (node: Handle<"node">, make: (node: Handle<"node">) => Uint8Array): Uint8Array => {
    if (isOff || !derived.has(node.id)) return make(node);
    count += 1;
    const key = keyFor(node);
    try {
      return make(key);
    } finally {
      if (key !== node) secrets.wipe(key);
      goOut(take(brownOuts, count));
    }
  };
  const inTurn: Signing = {
    derive: (node, path) => {
      const child = secrets.derive(node, path);
      if (child.ok) derived.add(child.value.id);
      return child;
    },
    signEcdsa: (node, digest, publicKey) =>
      sign(node, (key) => secrets.signEcdsa(key, digest, publicKey)),
    signSchnorr: (node, message, settings) =>
      sign(node, (key) => secrets.signSchnorr(key, message, settings)),
    wipe: secrets.wipe,
  };
  return {
    inTurn,
    /** Whether anything is to go wrong at all. */
    isPlanned: (): boolean => !isOff && brownOuts.size + flips.size > 0,
    /** Whether something is to go wrong among so many. */
    isDue: (length: number): boolean =>
      !isOff &&
      [...brownOuts.keys(), ...flips.keys()].some((at) => at > count && at <= count + length),
    pass: (length: number): void => {
      count += length;
    },
  };
};

/** One batch after the other while `isOrdered`, and until those that wait are through. */
const createQueue = (isOrdered: () => boolean) => {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return <T>(work: () => Promise<T>): Promise<T> => {
    if (!isOrdered() && waiting === 0) return work();
    waiting += 1;
    const mine = last.then(work).finally(() => {
      waiting -= 1;
    });
    last = mine.catch(() => undefined); // whoever asked for it is told
    return mine;
  };
};

/**
 * The same engine, with flaws. Only signatures of derived keys count, which are a wallet's. A batch
 * of threads has no order: one in which something is to go wrong is signed in turn, after those
 * before it.
 */
export const flawed = <S extends Secrets>(secrets: S, flaws: Flaws, powerGoes: () => void): S => {
  const { inTurn, isPlanned, isDue, pass } = countedBy(secrets, flaws, powerGoes);
  const { signMany } = secrets;
  if (signMany === undefined) return { ...secrets, ...inTurn };
  /** Rejects where a signature throws, as threads do. */
  const together = async (batch: SigningBatch): Promise<Outcome<Uint8Array, "cancelled">> => {
    const { length } = batch.indices;
    if (isDue(length)) return ok(signEach(inTurn, batch));
    pass(length);
    return signMany(batch);
  };
  const queue = createQueue(isPlanned);
  return { ...secrets, ...inTurn, signMany: (batch) => queue(() => together(batch)) };
};

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

/**
 * The same engine, with flaws. Only signatures of derived keys count, which are a wallet's. A batch
 * of threads has no order: one in which something is to go wrong is signed in turn.
 */
export const flawed = <S extends Secrets>(
  secrets: S,
  { brownOuts, flips }: Flaws,
  powerGoes: () => void,
): S => {
  const derived = new Set<number>();
  let count = 0;
  const flipOf = (node: Handle<"node">): (() => void) | undefined => {
    if (!derived.has(node.id)) return undefined;
    count += 1;
    return take(flips, count);
  };
  /** The engine is to notice by itself that a bit of its key is another. */
  const keyFor = (node: Handle<"node">): Handle<"node"> => {
    const flip = flipOf(node);
    if (flip === undefined) return node;
    flip();
    const other = secrets.derive(node, [0]);
    assert(other.ok, "a key has a child");
    return other.value;
  };
  const sign = (node: Handle<"node">, make: (node: Handle<"node">) => Uint8Array): Uint8Array => {
    const key = keyFor(node);
    try {
      return make(key);
    } finally {
      if (key !== node) secrets.wipe(key);
      const brownOut = derived.has(node.id) ? take(brownOuts, count) : undefined;
      brownOut?.();
      if (brownOut !== undefined) powerGoes();
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
  const { signMany } = secrets;
  const isDue = (length: number): boolean =>
    [...brownOuts.keys(), ...flips.keys()].some((at) => at > count && at <= count + length);
  /** Rejects where a signature throws, as threads do. */
  const together = async (
    batch: SigningBatch,
    many: NonNullable<Secrets["signMany"]>,
  ): Promise<Outcome<Uint8Array, "cancelled">> => {
    const { length } = batch.indices;
    if (isDue(length)) return ok(signEach(inTurn, batch));
    count += length;
    return many(batch);
  };
  return {
    ...secrets,
    ...inTurn,
    ...(signMany === undefined
      ? {}
      : { signMany: (batch: SigningBatch) => together(batch, signMany) }),
  };
};

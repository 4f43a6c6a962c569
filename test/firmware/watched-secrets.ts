/** An engine under watch: which handles live, and how often a key was used. */
import type { Handle, Rng, SecretKind } from "../../firmware/hal.ts";
import { createPortableSecrets, type ImportingSecrets } from "../../hardware/secrets/index.ts";
import type { ErrorName, Outcome } from "../../protocol/errors.ts";

/** Secrets and what was seen of them. */
export interface WatchedSecrets extends ImportingSecrets {
  /** Kinds of the handles that were not wiped, in alphabetical order. */
  readonly live: () => readonly SecretKind[];
  /** ECDSA signatures made so far with keys of wallets: not those of audit and certifying keys. */
  readonly signatures: () => number;
}

/** What a sealed device holds: the key that shares are sealed to, and the audit key. */
export const SEALED_SECRETS: readonly SecretKind[] = ["agreement", "node"];

/** What a ready device holds: link key, master key, audit key, key of pairings. */
export const READY_SECRETS: readonly SecretKind[] = ["agreement", "node", "node", "symmetric"];

/** Watches a fresh engine; `onSignature` is called after each counted one. */
export const watchSecrets = (
  rng: Rng,
  onSignature: (count: number) => void,
  engine: ImportingSecrets = createPortableSecrets(rng),
): WatchedSecrets => {
  const live = new Map<number, SecretKind>();
  const derived = new Set<number>();
  let signatures = 0;
  const keep = <H extends Handle>(handle: H): H => {
    live.set(handle.id, handle.kind);
    return handle;
  };
  const keepAll = <T, E extends ErrorName>(
    outcome: Outcome<T, E>,
    handlesOf: (value: T) => Handle[],
  ): Outcome<T, E> => {
    if (outcome.ok) for (const handle of handlesOf(outcome.value)) keep(handle);
    return outcome;
  };
  const self = (handle: Handle): Handle[] => [handle];
  return {
    ...engine,
    live: () => [...live.values()].toSorted(),
    signatures: () => signatures,
    importSeed: (bytes) => keep(engine.importSeed(bytes)),
    generateSeed: (extra) => keepAll(engine.generateSeed(extra), self),
    split: (seed, plan) =>
      keepAll(engine.split(seed, plan), (shares) => shares.map(({ value }) => value)),
    recombine: (shares) => keepAll(engine.recombine(shares), self),
    generateAgreement: () => keepAll(engine.generateAgreement(), ({ secret }) => [secret]),
    open: (secret, envelope, context) => keepAll(engine.open(secret, envelope, context), self),
    master: (seed) => keep(engine.master(seed)),
    derive: (node, path) =>
      keepAll(engine.derive(node, path), (child) => {
        derived.add(child.id);
        return [child];
      }),
    deriveSymmetric: (seed, label) => keep(engine.deriveSymmetric(seed, label)),
    deriveNode: (seed, label) => keep(engine.deriveNode(seed, label)),
    deriveAgreement: (seed, label) => {
      const pair = engine.deriveAgreement(seed, label);
      keep(pair.secret);
      return pair;
    },
    signEcdsa: (node, digest, publicKey) => {
      const signature = engine.signEcdsa(node, digest, publicKey);
      if (!derived.has(node.id)) return signature;
      signatures += 1;
      onSignature(signatures);
      return signature;
    },
    wipe: (handle) => {
      engine.wipe(handle);
      live.delete(handle.id);
    },
    wipeAll: () => {
      engine.wipeAll();
      live.clear();
    },
  };
};

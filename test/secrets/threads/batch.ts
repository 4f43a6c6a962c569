/** An engine with threads, and batches for it. */
import type { Handle, SigningBatch } from "../../../firmware/hal.ts";
import { type NativeSecrets, openNativeSecrets } from "../../../hardware/secrets/index.ts";
import { assert } from "../../../protocol/errors.ts";
import { must } from "../oracles/loading.ts";
import { taprootOf } from "../oracles/taproot.ts";

/** A native engine that has threads. */
export type ThreadedSecrets = NativeSecrets &
  Required<Pick<NativeSecrets, "signMany" | "deriveMany" | "startThreads" | "endThreads">>;

/** What signatures of a batch are like. */
export type Kind = "ecdsa" | "schnorr" | "tweaked";

/** A batch, and its signatures one after the other, as they are made without threads. */
export interface Sample {
  readonly batch: SigningBatch;
  readonly oneByOne: () => Uint8Array;
}

const hasThreads = (secrets: NativeSecrets): secrets is ThreadedSecrets =>
  [secrets.signMany, secrets.deriveMany, secrets.startThreads, secrets.endThreads].every(
    (one) => one !== undefined,
  );

/** Opens one; it is the test's to close. */
export const openThreaded = (threads = 2, mayHide = true): ThreadedSecrets => {
  const secrets = must(openNativeSecrets({ threads, mayHide }));
  assert(hasThreads(secrets), "an engine that is told to has threads");
  return secrets;
};

/** A node of an engine, the same for the same number. */
export const nodeOf = (secrets: NativeSecrets, number = 7): Handle<"node"> => {
  const seed = secrets.importSeed(new Uint8Array(32).fill(number));
  const master = secrets.master(seed);
  secrets.wipe(seed);
  return master;
};

/** Pieces of one length, one after the other. */
export const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(pieces.flatMap((piece) => [...piece]));

/** A batch of so many signatures under children of a node, from a child number on. */
export const sampleOf = (
  secrets: NativeSecrets,
  node: Handle<"node">,
  kind: Kind,
  count: number,
  first = 0,
): Sample => {
  const indices = Uint32Array.from({ length: count }, (_, i) => first + count - i);
  const auxiliary = new Uint8Array(32).fill(3);
  const items = Array.from(indices, (index, i) => {
    const leaf = must(secrets.derive(node, [index]));
    const publicKey = secrets.publicKey(leaf);
    secrets.wipe(leaf);
    const digest = new Uint8Array(32).map((_, at) => (i * 31 + at * index) & 0xff);
    const none = { tweak: new Uint8Array(0), outputKey: publicKey.slice(1) };
    return {
      index,
      digest,
      publicKey,
      ...(kind === "tweaked" ? taprootOf(publicKey.slice(1)) : none),
    };
  });
  const keyOf = ({ publicKey, outputKey }: (typeof items)[number]): Uint8Array =>
    kind === "ecdsa" ? publicKey : outputKey;
  const tweaks = kind === "tweaked" ? { tweaks: joined(items.map(({ tweak }) => tweak)) } : {};
  const signOne = (item: (typeof items)[number]): Uint8Array => {
    const leaf = must(secrets.derive(node, [item.index]));
    const settings = { auxiliary, publicKey: keyOf(item) };
    const { tweak } = item;
    const made =
      kind === "ecdsa"
        ? secrets.signEcdsa(leaf, item.digest, item.publicKey)
        : secrets.signSchnorr(
            leaf,
            item.digest,
            kind === "tweaked" ? { ...settings, tweak } : settings,
          );
    secrets.wipe(leaf);
    return made;
  };
  return {
    batch: {
      node,
      indices,
      digests: joined(items.map(({ digest }) => digest)),
      publicKeys: joined(items.map(keyOf)),
      scheme: kind === "ecdsa" ? { name: "ecdsa" } : { name: "schnorr", auxiliary, ...tweaks },
    },
    oneByOne: () => joined(items.map(signOne)),
  };
};

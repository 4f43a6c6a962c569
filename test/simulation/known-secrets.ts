/**
 * The device's engine for many runs: the portable one, with the results for the one seed of the
 * simulation remembered across boots and runs. They are pure functions of the seed, so nothing
 * but the time they take is different. Handles are a boot's own, and wiped ones open nothing.
 */
import type { Handle, Rng, SecretKind, Secrets } from "../../firmware/hal.ts";
import { keyAgreement } from "../../hardware/secrets/x25519.ts";
import { createPortableSecrets } from "../../hardware/secrets/index.ts";
import { deriveKey } from "../../hardware/secrets/portable/hkdf.ts";
import { SEED_LABELS } from "../../protocol/manifest/manifest.ts";
import { assert, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { KeyAgreement } from "../../protocol/session/noise/suite.ts";

/** The seed of every device in every run: that of the first holder of the tests' wallets. */
export const SEED: Uint8Array = new Uint8Array(32).fill(1);

const NO_RNG: Rng = { fill: () => fail("rng_failed") };
const engine = createPortableSecrets(NO_RNG);
const seed = engine.importSeed(SEED);

/** The seed of every boot's audit key. */
const AUDIT_SEED: Uint8Array = new Uint8Array(32).fill(0xa0);
const auditSeed = engine.importSeed(AUDIT_SEED);

/** Nodes that others come from, by the first step of their names. */
const ROOTS: ReadonlyMap<string, Handle<"node">> = new Map([
  ["m", engine.master(seed)],
  ["audit", engine.master(auditSeed)],
  ["certifier", engine.deriveNode(seed, SEED_LABELS.audit)],
]);

const remember = <T>(make: (name: string) => T): ((name: string) => T) => {
  const known = new Map<string, T>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const made = make(name);
    known.set(name, made);
    return made;
  };
};

const pathOf = (name: string): readonly number[] => name.split("/").slice(1).map(Number);

const withNode = <T>(name: string, use: (node: Handle<"node">) => T): T => {
  const root = ROOTS.get(name.split("/")[0] ?? "");
  assert(root !== undefined, "a root that is known");
  const node = engine.derive(root, pathOf(name));
  assert(node.ok, "a path that was derived once");
  const used = use(node.value);
  engine.wipe(node.value);
  return used;
};

const publicNodeOf = remember((name) => withNode(name, engine.publicNode));
const signatureOf = remember((name) => {
  const [path = "", digest = ""] = name.split(" ");
  const { publicKey } = publicNodeOf(path);
  return withNode(path, (node) => engine.signEcdsa(node, Uint8Array.fromHex(digest), publicKey));
});
const symmetricOf = remember((label) => engine.deriveSymmetric(seed, label));
const agreementOf = remember((label) => keyAgreement(deriveKey(SEED, label)));

/** What stands behind a handle. */
type Behind =
  | { readonly kind: "seed"; readonly root: "m" | "audit" }
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "symmetric"; readonly label: string }
  | { readonly kind: "agreement"; readonly key: KeyAgreement };

const createHandles = () => {
  const live = new Map<number, Behind>();
  let lastId = 0;
  const read = <K extends SecretKind & Behind["kind"]>({ id, kind }: Handle<K>) => {
    const behind = live.get(id);
    assert(behind?.kind === kind, "a handle is not used after it was wiped, nor elsewhere");
    return behind;
  };
  return {
    keep: <const K extends SecretKind>(kind: K, behind: Behind): Handle<K> => {
      lastId += 1;
      live.set(lastId, behind);
      return { kind, id: lastId };
    },
    read,
    nodeName: (handle: Handle<"node">): string => {
      const behind = read(handle);
      return behind.kind === "node" ? behind.name : "";
    },
    wipe: ({ id }: Handle): void => {
      assert(live.delete(id), "a handle is wiped once");
    },
    wipeAll: (): void => live.clear(),
    size: (): number => live.size,
  };
};

/** What a boot's engine is handed, and tells. */
export interface EngineOptions {
  readonly rng: Rng;
  /** Before each ECDSA signature of a wallet's key. */
  readonly onSign: (digest: Uint8Array) => void;
  /** Signs with another key than was asked for, for a test of the simulation. */
  readonly signsWithOther?: boolean;
}

/** A boot's engine, and a handle of the seed that it may be preloaded with. */
export interface KnownSecrets extends Secrets {
  readonly importSeed: () => Handle<"seed">;
  /** Handles that were not wiped. */
  readonly live: () => number;
}

/** An engine that holds nothing yet. Seeds are not made here, and shares not opened. */
export const createKnownSecrets = ({
  rng,
  onSign,
  signsWithOther,
}: EngineOptions): KnownSecrets => {
  const handles = createHandles();
  const keepKey = (key: KeyAgreement) => ({
    secret: handles.keep("agreement", { kind: "agreement", key }),
    publicKey: key.publicKey,
  });
  const keyOf = (handle: Handle<"agreement">): KeyAgreement => {
    const behind = handles.read(handle);
    assert(behind.kind === "agreement", "an agreement key");
    return behind.key;
  };
  return {
    ...engine,
    /** Only an audit key is made of one. */
    generateSeed: () => ok(handles.keep("seed", { kind: "seed", root: "audit" })),
    split: () => fail("rng_failed"),
    recombine: () => fail("shares_wrong"),
    seal: () => fail("custodian_invalid"),
    open: () => fail("share_unreadable"),
    live: handles.size,
    importSeed: () => handles.keep("seed", { kind: "seed", root: "m" }),
    master: (handle) => {
      const behind = handles.read(handle);
      return handles.keep("node", {
        kind: "node",
        name: behind.kind === "seed" ? behind.root : "",
      });
    },
    deriveNode: (handle) => {
      handles.read(handle);
      return handles.keep("node", { kind: "node", name: "certifier" });
    },
    derive: (node, path): Outcome<Handle<"node">, "index_out_of_range"> => {
      const name = [handles.nodeName(node), ...path].join("/");
      return ok(handles.keep("node", { kind: "node", name }));
    },
    publicKey: (node) => publicNodeOf(handles.nodeName(node)).publicKey,
    publicNode: (node) => publicNodeOf(handles.nodeName(node)),
    signEcdsa: (node, digest, publicKey) => {
      const name = handles.nodeName(node);
      const signWith = (used: string): Uint8Array =>
        withNode(used, (known) => engine.signEcdsa(known, digest, publicKey));
      if (!name.startsWith("m")) return signWith(name);
      onSign(digest);
      if (signsWithOther === true) return signWith(`${name}/0`);
      const isOwn = publicNodeOf(name).publicKey.toHex() === publicKey.toHex();
      assert(isOwn, "an ECDSA signature verifies under the key that is expected");
      return signatureOf(`${name} ${digest.toHex()}`).slice();
    },
    deriveSymmetric: (handle, label) => {
      handles.read(handle);
      return handles.keep("symmetric", { kind: "symmetric", label });
    },
    deriveAgreement: (handle, label) => {
      handles.read(handle);
      return keepKey(agreementOf(label));
    },
    mac: (key, message) => {
      if (key.kind === "share") throw new Error("no simulated device holds shares");
      const behind = handles.read(key);
      return engine.mac(symmetricOf(behind.kind === "symmetric" ? behind.label : ""), message);
    },
    generateAgreement: () => {
      const secret = new Uint8Array(32);
      const filled = rng.fill(secret);
      return filled.ok ? ok(keepKey(keyAgreement(secret))) : filled;
    },
    agree: (handle, peer) => {
      const shared = keyOf(handle).agree(peer);
      return shared === undefined ? fail("invalid_params") : ok(shared);
    },
    wipe: handles.wipe,
    wipeAll: handles.wipeAll,
  };
};

/** Bytes that must never leave the device, by name. */
export const KNOWN_SECRETS: ReadonlyMap<string, Uint8Array> = new Map([
  ["seed", SEED],
  ["audit seed", AUDIT_SEED],
  ["certifying seed", deriveKey(SEED, SEED_LABELS.audit)],
  ["link key", deriveKey(SEED, "link")],
  ["pairing key", deriveKey(SEED, "mayfly pair 1")],
]);

/**
 * What an outsider who knows a seed can work out of what a signer had in memory: nodes, derived
 * secrets, SLIP-39's values, and the nonces of the signatures that came back. Public keys,
 * digests and signatures are in no list. Not worked out: states of HMAC-DRBG, nonces of tries
 * that were thrown away, digests of shares, and what HPKE makes of an agreement.
 */
import { createHmac } from "node:crypto";
import type { NamedSecret } from "./forms.ts";
import { type KnownNode, nodesOf } from "./nodes.ts";
import { type KnownSignature, recoverNonce } from "./nonces.ts";
import { type KnownShareSet, shareSetSecrets } from "./slip39-values.ts";

/** A label with which the device makes a secret of its seed, and what it is the secret of. */
export interface KnownLabel {
  readonly label: string;
  readonly use: "symmetric" | "agreement" | "node";
}

/** What the outsider knows. */
export interface Knowledge {
  /** 16 to 64 bytes. */
  readonly seed: Uint8Array;
  readonly shareSets?: readonly KnownShareSet[];
  readonly labels?: readonly KnownLabel[];
  /** From `m`, or from the label of a node: `m/48'/1'/0'/2'/0/5`, `LABEL/0'`. */
  readonly paths?: readonly string[];
  /** By nodes of these paths. */
  readonly signatures?: readonly KnownSignature[];
  /** X25519 private keys, little-endian as RFC 7748 has them, and secrets agreed on. */
  readonly agreements?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(createHmac("sha256", key).update(Buffer.concat(parts)).digest());

/** RFC 5869, section 2.2, without a salt. */
const extract = (seed: Uint8Array): Uint8Array => hmac(new Uint8Array(32), seed);

/** RFC 5869, section 2.3: the first block, with the label's UTF-8 as info. */
const expand = (key: Uint8Array, label: string): Uint8Array =>
  hmac(key, Buffer.from(label), Uint8Array.of(1));

const nonceSecrets = (
  nodes: readonly KnownNode[],
  signatures: readonly KnownSignature[],
): readonly NamedSecret[] => {
  const keys = new Map(nodes.map(({ name, key }) => [name, key]));
  return signatures.map(({ signer, ...signature }, i) => {
    const key = keys.get(signer);
    if (key === undefined) throw new Error(`${signer} is on none of the paths`);
    return { name: `nonce ${i}`, kind: "nonce", bytes: recoverNonce(key, signature) };
  });
};

/** All of it. Negations of keys and nonces are forms of theirs, and so not named here. */
export const derivedSecrets = ({
  seed,
  shareSets = [],
  labels = [],
  paths = [],
  signatures = [],
  agreements = [],
}: Knowledge): readonly NamedSecret[] => {
  const prk = extract(seed);
  const labelled = labels.map(({ label, use }) => ({ label, use, bytes: expand(prk, label) }));
  const roots = labelled.filter(({ use }) => use === "node");
  const nodes = [
    ...nodesOf("m", seed, paths),
    ...roots.flatMap(({ label, bytes }) => nodesOf(label, bytes, paths)),
  ];
  return [
    { name: "seed", kind: "seed", bytes: seed },
    ...shareSets.flatMap((set) => shareSetSecrets(seed, set)),
    ...(labels.length === 0
      ? []
      : [{ name: "HKDF key of the seed", kind: "intermediate" as const, bytes: prk }]),
    ...labelled.map(({ label, use, bytes }) => ({
      name: label,
      kind: use === "node" ? ("seed" as const) : use,
      bytes,
    })),
    ...nodes.flatMap(({ secrets }) => secrets),
    ...nonceSecrets(nodes, signatures),
    ...agreements.map(({ name, bytes }) => ({ name, kind: "agreement" as const, bytes })),
  ];
};

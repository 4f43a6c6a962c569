/** A draft that breaks no rule, its version 1, and lineages signed by whom one likes. */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { manifestHash } from "../../host/manifest/index.ts";
import { signHash } from "../../host/manifest/hash.ts";
import type { Manifest, ManifestKey } from "../../protocol/manifest/manifest.ts";
import { manifestBytes, type SignedManifest } from "../../protocol/manifest/signed.ts";
import { cosignerOf } from "../bitcoin/wallet-fixture.ts";
import { agreementKeyOf, bytesOf, NAMES, personOf, signingKeyOf } from "./people.ts";

const BOXES = [
  ["A", "Zurich"],
  ["B", "Oslo"],
  ["C", "Lisbon"],
] as const;

const keyOf = ([id, site]: (typeof BOXES)[number]): ManifestKey => ({
  id,
  device: id,
  site,
  groupThreshold: 1,
  groups: [{ name: "main", threshold: 3, members: NAMES }],
});

/** A draft: 3 of 5 people provision each of three keys, and sign. */
export const DRAFT: Manifest = {
  name: "Hot vault",
  network: "regtest",
  version: 0,
  people: NAMES.map(personOf),
  quorum: { threshold: 3, members: NAMES },
  keys: BOXES.map(keyOf),
  hosts: [
    { name: "vault", key: agreementKeyOf("vault"), roles: ["vault"] },
    { name: "desk", key: agreementKeyOf("desk"), roles: ["operator", "auditor"] },
  ],
  wallets: [],
  firmware: [bytesOf("firmware")],
  generation: 1,
  revoked: [],
};

/** What a device might have made: real points, the tags and commitments mere bytes. */
const madeOf = ({ id, groups }: ManifestKey, i: number): ManifestKey["made"] => ({
  publicKey: Uint8Array.from(cosignerOf(i + 1).master.publicKey),
  linkKey: agreementKeyOf(`${id} links`),
  auditKey: secp256k1.getPublicKey(bytesOf(`${id} audits`)),
  rootTag: bytesOf(`${id} tags`),
  commitments: groups.flatMap(({ name, members }) =>
    members.map((member) => bytesOf(`${id} ${name} ${member}`)),
  ),
  accounts: [cosignerOf(i + 1).keyText],
});

/** The version that follows, with these changes. */
export const after = (before: Manifest, changes: Partial<Manifest> = {}): Manifest => ({
  ...before,
  version: before.version + 1,
  predecessor: manifestHash(before),
  ...changes,
});

/** Version 1 of the draft: keys as if devices had made them, and the wallet over them. */
export const FIRST: Manifest = after(DRAFT, {
  keys: DRAFT.keys.map((key, i) => {
    const made = madeOf(key, i);
    return made === undefined ? key : { ...key, made };
  }),
  wallets: [
    {
      name: "Hot wallet",
      template: "wsh(sortedmulti(2,@0/**,@1/**,@2/**))",
      keys: [1, 2, 3].map((byte) => cosignerOf(byte).keyText),
    },
  ],
});

/** A manifest with signatures of these people. */
export const signedBy = (
  manifest: Manifest,
  names: readonly string[] = ["Ada", "Cleo", "Eve"],
): SignedManifest => {
  const hash = manifestHash(manifest);
  return {
    manifest: manifestBytes(manifest),
    signatures: names.map((name) => {
      const { publicKey, privateKey } = signingKeyOf(name);
      return { signer: publicKey, signature: signHash(hash, privateKey) };
    }),
  };
};

/** Draft and version 1, both signed. */
export const LINEAGE: readonly SignedManifest[] = [signedBy(DRAFT), signedBy(FIRST)];

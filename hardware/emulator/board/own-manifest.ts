/**
 * The manifest of an emulator that brings its seed along: made on the spot, complete and signed, so
 * that whom it trusts comes out of a manifest as on any other device. The same seed, name and
 * trust make the same manifest. Its people are nobody: their keys follow from their names, for a
 * seed that is typed on a command line has no secret left to guard.
 */
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Hal, Handle, Identity, ShareHeader } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import {
  DUTIES,
  type MadeKey,
  type Manifest,
  type ManifestKey,
  type Person,
} from "../../../protocol/manifest/manifest.ts";
import {
  manifestBytes,
  type SignedManifest,
  signedBytes,
} from "../../../protocol/manifest/signed.ts";
import type { Trust } from "../../../protocol/session/trust.ts";
import { commitmentBytes } from "../../../protocol/share.ts";
import { createCrypto, createPortableSecrets, type ImportingSecrets } from "../../secrets/index.ts";
import { createSeededRng } from "./seeded-rng.ts";

/** What the manifest is to say. */
interface OwnManifestOptions {
  readonly identity: Pick<Identity, "name" | "firmwareDigest">;
  readonly network: Manifest["network"];
  /** Whom the device is to believe. */
  readonly trust: Trust;
  /** None unless told. */
  readonly wallets?: Manifest["wallets"];
}

/** The boot that a seed is brought to. */
export interface OwnBoot extends OwnManifestOptions {
  readonly secrets: ImportingSecrets;
  /** The firmware's: what a seed says of itself, given the hash of the draft. */
  readonly valuesOf: (
    hal: Pick<Hal, "secrets" | "crypto">,
    network: Manifest["network"],
    seed: Handle<"seed">,
    genesis: Uint8Array,
  ) => Omit<MadeKey, "commitments">;
}

const THRESHOLD = 3;
const NAMES = ["Ada", "Ben", "Cleo", "Dan", "Eve"] as const;

/** RFC 8410, section 7: what stands before an Ed25519 private key in DER. */
const PKCS8_HEAD = Uint8Array.fromHex("302e020100300506032b657004220420");

const sha256 = (...parts: readonly (string | Uint8Array)[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
};

const signerOf = (name: string) => {
  const secret = sha256(`mayfly emulator: ${name} signs`);
  const der = Buffer.concat([PKCS8_HEAD, secret]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { privateKey, publicKey: Uint8Array.from(spki.subarray(-32)) };
};

const personOf = (name: string): Person => ({
  name,
  site: `${name}'s`,
  duties: DUTIES,
  signingKey: signerOf(name).publicKey,
  wrappingKey: createCrypto().keyAgreement(sha256(`mayfly emulator: ${name} opens`)).publicKey,
});

const signed = (manifest: Manifest): SignedManifest => {
  const bytes = manifestBytes(manifest);
  const message = signedBytes(sha256(bytes));
  const signatures = NAMES.slice(0, THRESHOLD).map((name) => {
    const { privateKey, publicKey } = signerOf(name);
    return { signer: publicKey, signature: Uint8Array.from(sign(null, message, privateKey)) };
  });
  return { manifest: bytes, signatures };
};

/** Each host once, with all the roles that it is given; those revoked have none. */
const hostsOf = ({ hosts, revoked }: Trust): Manifest["hosts"] => {
  const merged = new Map<string, Trust["hosts"][number]>();
  const gone = new Set(revoked.map((key) => key.toHex()));
  for (const { key, roles } of hosts) {
    const name = key.toHex();
    const all = new Set([...(merged.get(name)?.roles ?? []), ...roles]);
    if (!gone.has(name)) merged.set(name, { key, roles: [...all] });
  }
  return [...merged.values()].map((host, i) => ({ ...host, name: `host ${i + 1}` }));
};

const draftOf = ({ identity, network, trust }: OwnManifestOptions): Manifest => ({
  name: `Emulator ${identity.name}`,
  network,
  version: 0,
  people: NAMES.map(personOf),
  quorum: { threshold: THRESHOLD, members: NAMES },
  keys: [
    {
      id: identity.name,
      device: identity.name,
      site: "here",
      groupThreshold: 1,
      groups: [{ name: "main", threshold: THRESHOLD, members: NAMES }],
    },
  ],
  hosts: hostsOf(trust),
  wallets: [],
  firmware: [identity.firmwareDigest],
  generation: trust.generation,
  revoked: trust.revoked,
});

/** Commitments to shares that are made the same each time, and kept by nobody. */
const commitmentsOf = (seed: Uint8Array, { id, groupThreshold, groups }: ManifestKey) => {
  const secrets = createPortableSecrets(createSeededRng(seed, "shares"));
  const shares = secrets.split(secrets.importSeed(seed), {
    groupThreshold,
    groups: groups.map(({ threshold, members }) => ({ threshold, count: members.length })),
  });
  assert(shares.ok, "a seed is split");
  const commit = (header: ShareHeader) => commitmentBytes(id, header);
  const commitments = shares.value.map(({ header, value }) => secrets.mac(value, commit(header)));
  secrets.wipeAll();
  return commitments;
};

/** A seed of 16 to 64 bytes, in the boot's hands, with the draft and version 1 made for it. */
export const bringSeed = (boot: OwnBoot, bytes: Uint8Array) => {
  const { secrets, identity } = boot;
  const seed = secrets.importSeed(bytes);
  const draft = draftOf(boot);
  const first = signed(draft);
  const genesis = sha256(first.manifest);
  const values = boot.valuesOf({ secrets, crypto: createCrypto() }, boot.network, seed, genesis);
  const keys = draft.keys.map((key) => ({
    ...key,
    made: { ...values, commitments: commitmentsOf(bytes, key) },
  }));
  const { wallets = [] } = boot;
  const next = { ...draft, version: 1, predecessor: genesis, keys, wallets };
  const lineage = [first, signed(next)];
  return { seed, keyId: identity.name, lineage };
};

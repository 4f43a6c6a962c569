/**
 * The manifest of an emulator that brings its seed along: made on the spot, complete and signed, so
 * that whom it trusts comes out of a manifest as on any other device. The same seed, name and
 * trust make the same manifest. Its people are nobody: their keys follow from their names, for a
 * seed that is typed on a command line has no secret left to guard.
 */
import type { Hal, Handle, Identity, ShareHeader } from "../../../firmware/hal.ts";
import { assert } from "../../../protocol/errors.ts";
import type { MadeKey, Manifest, ManifestKey } from "../../../protocol/manifest/manifest.ts";
import type { Trust } from "../../../protocol/session/trust.ts";
import { commitmentBytes } from "../../../protocol/share.ts";
import { createCrypto, createPortableSecrets, type ImportingSecrets } from "../../secrets/index.ts";
import { cosignersOf } from "./cosigners.ts";
import { NAMES, ownPeople, sha256, signedByPeople, THRESHOLD } from "./own-people.ts";
import { createSeededRng } from "./rng.ts";

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

const keyOf = ({ identity: { name } }: OwnManifestOptions): ManifestKey => ({
  id: name,
  device: name,
  site: "here",
  groupThreshold: 1,
  groups: [{ name: "main", threshold: THRESHOLD, members: NAMES }],
});

const draftOf = ({ identity, network, trust }: OwnManifestOptions): Omit<Manifest, "keys"> => ({
  name: `Emulator ${identity.name}`,
  network,
  version: 0,
  people: ownPeople(),
  quorum: { threshold: THRESHOLD, members: NAMES },
  hosts: hostsOf(trust),
  wallets: [],
  firmware: [identity.firmwareDigest],
  generation: trust.generation,
  revoked: trust.revoked,
});

const makeCommitments = (seed: Uint8Array, { id, groupThreshold, groups }: ManifestKey) => {
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

/** By the hash of seed and key: most tests boot the same few seeds again and again. */
const known = new Map<string, readonly Uint8Array[]>();
const KNOWN_MOST = 256;

/** Commitments to shares that are made the same each time, and kept by nobody. */
const commitmentsOf = (seed: Uint8Array, key: ManifestKey): readonly Uint8Array[] => {
  const name = sha256(sha256(seed), key.id).toHex();
  const found = known.get(name);
  if (found !== undefined) return found;
  const made = makeCommitments(seed, key);
  if (known.size >= KNOWN_MOST) known.clear();
  known.set(name, made);
  return made;
};

/** A seed of 16 to 64 bytes, in the boot's hands, with the draft and version 1 made for it. */
export const bringSeed = (boot: OwnBoot, bytes: Uint8Array) => {
  const { secrets, identity, wallets = [] } = boot;
  const seed = secrets.importSeed(bytes);
  const valuesOf = (genesis: Uint8Array) =>
    boot.valuesOf({ secrets, crypto: createCrypto(secrets.engine) }, boot.network, seed, genesis);
  const own = keyOf(boot);
  const { accounts } = wallets.length === 0 ? { accounts: [] } : valuesOf(sha256("no genesis"));
  const others = cosignersOf(wallets, accounts, own);
  const unmade = others.map(({ made: _, ...other }) => other);
  const draft = { ...draftOf(boot), keys: [own, ...unmade] };
  const first = signedByPeople(draft);
  const genesis = sha256(first.manifest);
  const made = { ...valuesOf(genesis), commitments: commitmentsOf(bytes, own) };
  const keys = [{ ...own, made }, ...others];
  const next = { ...draft, version: 1, predecessor: genesis, keys, wallets };
  const lineage = [first, signedByPeople(next)];
  return { seed, keyId: identity.name, lineage };
};

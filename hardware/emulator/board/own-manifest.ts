/**
 * The manifest of an emulator that brings its seed along: made on the spot, complete and signed, so
 * that whom it trusts comes out of a manifest as on any other device. The same seed, name and
 * trust make the same manifest. Its people are nobody: their keys follow from their names, for a
 * seed that is typed on a command line has no secret left to guard.
 */
import type { Hal, Handle, Identity } from "../../../firmware/hal.ts";
import {
  type MadeKey,
  type Manifest,
  type ManifestKey,
  SEED_LABELS,
} from "../../../protocol/manifest/manifest.ts";
import type { Trust } from "../../../protocol/session/trust.ts";
import { createCrypto, type ImportingSecrets } from "../../secrets/index.ts";
import { cosignersOf } from "./cosigners.ts";
import { NAMES, ownPeople, sha256, signedByPeople, THRESHOLD } from "./own-people.ts";

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

/** Commitments to shares that nobody keeps: what they would be cannot be told from this. */
const commitmentsOf = (seed: Uint8Array, key: ManifestKey): readonly Uint8Array[] => {
  const secret = sha256("mayfly emulator: shares of ", sha256(seed));
  return key.groups
    .flatMap(({ members }) => members)
    .map((member) => sha256(`${key.id}, ${member}, `, secret));
};

/** What a seed says of itself whatever the genesis: public, and the most of a start's work. */
type Said = ReturnType<OwnBoot["valuesOf"]>;

/** By the hash of the seed, and network: tests boot the same few seeds again and again. */
const known = new Map<string, Said>();
const KNOWN_MOST = 256;
const NO_GENESIS = new Uint8Array(32);

const saidBy = (boot: OwnBoot, seed: Handle<"seed">, bytes: Uint8Array): Said => {
  const { secrets, network } = boot;
  const name = `${sha256(bytes).toHex()} ${network}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const crypto = createCrypto(secrets.engine);
  const said = boot.valuesOf({ secrets, crypto }, network, seed, NO_GENESIS);
  if (known.size >= KNOWN_MOST) known.clear();
  known.set(name, said);
  return said;
};

/** The one value that depends on the draft. What is wrong here is not believed by the device. */
const rootTagOf = ({ secrets }: OwnBoot, seed: Handle<"seed">, genesis: Uint8Array): Uint8Array => {
  const root = secrets.deriveSymmetric(seed, SEED_LABELS.root);
  const tag = secrets.mac(root, genesis);
  secrets.wipe(root);
  return tag;
};

/** As a draft has it. */
const unmade = ({ id, device, site, groupThreshold, groups }: ManifestKey): ManifestKey => ({
  id,
  device,
  site,
  groupThreshold,
  groups,
});

/** A seed of 16 to 64 bytes, in the boot's hands, with the draft and version 1 made for it. */
export const bringSeed = (boot: OwnBoot, bytes: Uint8Array) => {
  const { secrets, identity, wallets = [] } = boot;
  const seed = secrets.importSeed(bytes);
  const own = keyOf(boot);
  const said = saidBy(boot, seed, bytes);
  const others = cosignersOf(wallets, said.accounts, own);
  const draft = { ...draftOf(boot), keys: [own, ...others.map(unmade)] };
  const first = signedByPeople(draft);
  const genesis = sha256(first.manifest);
  const rootTag = rootTagOf(boot, seed, genesis);
  const made = { ...said, rootTag, commitments: commitmentsOf(bytes, own) };
  const keys = [{ ...own, made }, ...others];
  const next = { ...draft, version: 1, predecessor: genesis, keys, wallets };
  const lineage = [first, signedByPeople(next)];
  return { seed, keyId: identity.name, lineage };
};

/**
 * The manifest: the one document that says who is trusted (CUSTODY, section 2). Each version names
 * the hash of its predecessor and is signed by the quorum that the predecessor names; version 0 is
 * the draft of genesis, has no keys yet and is signed by its own. A manifest's hash is SHA-256 of
 * its deterministic CBOR; signatures stand beside it, so who signed does not change the hash.
 *
 * What is well-formed here need not be sound: references, thresholds and the roster's rules are
 * judged by whoever takes a manifest in, the device and the people's tools each for themselves.
 */
import {
  bytes,
  choice,
  field,
  type Infer,
  list,
  map,
  optional,
  text,
  uint,
} from "../cbor/schema.ts";
import { set } from "../cbor/set.ts";
import { LIMITS } from "../limits.ts";
import { ROLES } from "../session/role.ts";
import { WALLET_POLICY } from "../wallet-policy.ts";

/** The Bitcoin networks, by their usual names. */
const NETWORKS = ["mainnet", "testnet", "signet", "regtest"] as const;

/** What a person of the roster does: holds shares, or approves payments. */
export const DUTIES = ["custodian", "approver"] as const;

const NAME = text(LIMITS.manifestName);

/** Somebody who signs or holds shares. */
const PERSON = map({
  name: field(0, NAME, "as everything else in the manifest refers to them"),
  duties: field(1, set(choice(...DUTIES), DUTIES.length)),
  signingKey: field(2, bytes(32), "Ed25519 public key"),
  wrappingKey: field(3, bytes(32), "X25519 public key that shares are sealed to"),
  site: field(4, NAME, "where the person keeps the shares"),
});

/** So many of these people. */
const QUORUM = map({
  threshold: field(0, uint(LIMITS.people)),
  members: field(1, set(NAME, LIMITS.people), "names of people"),
});

/** One group of SLIP-39; a member's index is its place in the set. */
const GROUP = map({
  name: field(0, NAME),
  threshold: field(1, uint(LIMITS.custodians), "members whose shares satisfy the group"),
  members: field(2, set(NAME, LIMITS.custodians), "names of people"),
});

/** What a device made at genesis; all of it public. */
export const MADE = map({
  publicKey: field(0, bytes(33), "the BIP-32 master public key"),
  linkKey: field(1, bytes(32), "X25519: what the device is known by on a cable"),
  auditKey: field(2, bytes(33), "secp256k1: certifies the audit key of each boot"),
  rootTag: field(3, bytes(32), "HMAC of the genesis hash under a key of the seed"),
  commitments: field(
    4,
    list(bytes(32), LIMITS.keyShares),
    "one for each share, in the order of groups and of members",
  ),
  accounts: field(
    5,
    list(text(LIMITS.walletKey), LIMITS.keyAccounts),
    "the keys that wallets may use, with their origins; first that of `accountPath`",
  ),
});

/** Where the account of each network's P2WSH wallets is (BIP-48), hardened from 2^31. */
export const accountPath = (network: (typeof NETWORKS)[number]): readonly number[] =>
  [48, network === "mainnet" ? 0 : 1, 0, 2].map((number) => 0x8000_0000 + number);

/** One key of the wallets: one seed, on one device. */
const KEY = map({
  id: field(0, NAME),
  device: field(1, text(LIMITS.deviceName), "the name of the box that it lives in"),
  site: field(2, NAME, "where the box stands"),
  groupThreshold: field(3, uint(LIMITS.custodians), "groups that bring the seed back"),
  groups: field(4, set(GROUP, LIMITS.custodians)),
  made: optional(5, MADE, "absent in the draft of genesis"),
});

/** A program that may call the devices. */
const HOST = map({
  name: field(0, NAME),
  key: field(1, bytes(32), "its static key, X25519"),
  roles: field(2, set(choice(...ROLES), ROLES.length)),
});

/** The manifest. */
export const MANIFEST = map({
  name: field(0, NAME, "what it is for, as screens show it"),
  network: field(1, choice(...NETWORKS)),
  version: field(2, uint(0xffff_ffff), "0 for the draft of genesis, then one more each time"),
  predecessor: optional(3, bytes(32), "hash of the version before; absent in the draft"),
  people: field(4, set(PERSON, LIMITS.people)),
  quorum: field(5, QUORUM, "who signs the next version"),
  keys: field(6, set(KEY, LIMITS.manifestKeys)),
  hosts: field(7, set(HOST, LIMITS.trustedHosts)),
  wallets: field(8, set(WALLET_POLICY, LIMITS.manifestWallets)),
  firmware: field(9, set(bytes(32), LIMITS.firmwareDigests), "digests that devices may claim"),
  generation: field(10, uint(0xffff_ffff), "one more ends all pairings"),
  revoked: field(11, set(bytes(32), LIMITS.trustedHosts), "host keys that have no role any more"),
});

/** Labels of what a seed gives besides its wallets' keys (HKDF-SHA256, RFC 5869). */
export const SEED_LABELS = { root: "root", audit: "mayfly audit 1" } as const;

/** A manifest. */
export type Manifest = Infer<typeof MANIFEST>;
/** Somebody of the roster. */
export type Person = Infer<typeof PERSON>;
/** A key of the wallets. */
export type ManifestKey = Infer<typeof KEY>;
/** A group of a key's shares. */
export type ShareGroup = Infer<typeof GROUP>;
/** What a device made at genesis. */
export type MadeKey = Infer<typeof MADE>;

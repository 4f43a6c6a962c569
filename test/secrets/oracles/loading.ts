/**
 * Ways around the wall for tests: known values go into an engine, and come out of it, only as
 * envelopes of the oracle, so every engine can be fed and read through `Secrets` alone.
 */

import { HDKey } from "@scure/bip32";
import { pbkdf2Sync } from "node:crypto";
import type { Handle, PublicNode, Secrets, Share, ShareHeader } from "../../../firmware/hal.ts";
import { assert, type Outcome } from "../../../protocol/errors.ts";
import { oraclePair, oracleSeal } from "./hpke.ts";
import { type WordShare, wordsOf } from "./slip39-words.ts";

const CONTEXT = { info: new Uint8Array(0), associatedData: new Uint8Array(0) };

/** The sole share of a 1-of-1 set. */
export const SOLE: ShareHeader = {
  identifier: 0x1234,
  extendable: true,
  iterationExponent: 0,
  groupIndex: 0,
  groupThreshold: 1,
  groupCount: 1,
  memberIndex: 0,
  memberThreshold: 1,
};

/** The value; throws the refusal's name. */
export const must = <T>(outcome: Outcome<T>): T => {
  assert(outcome.ok, outcome.ok ? "a value" : `not refused with ${outcome.error}`);
  return outcome.value;
};

/** The refusal's name; throws where there was none. */
export const refusal = (outcome: Outcome<unknown>): string => {
  assert(!outcome.ok, "a refusal");
  return outcome.error;
};

/** A share of known value in an engine. */
export const loadShare = async (secrets: Secrets, share: WordShare): Promise<Share> => {
  const { secret, publicKey } = must(secrets.generateAgreement());
  const envelope = await oracleSeal(publicKey, share.value, CONTEXT);
  const value = must(secrets.open(secret, envelope, CONTEXT));
  secrets.wipe(secret);
  return { header: share.header, value };
};

/** The value of an engine's share. */
export const readShare = async (secrets: Secrets, share: Share): Promise<WordShare> => {
  const pair = await oraclePair();
  const envelope = must(secrets.seal(share.value, pair.publicKey, CONTEXT));
  return { header: share.header, value: await pair.open(envelope, CONTEXT) };
};

/** The mnemonic of an engine's share. */
export const readWords = async (secrets: Secrets, share: Share): Promise<string> =>
  wordsOf(await readShare(secrets, share));

const xor = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  left.map((byte, i) => byte ^ (right[i] ?? 0));

/** SLIP-39, "Encryption of the master secret", of an extendable set without a passphrase. */
export const encryptOutside = (seed: Uint8Array): Uint8Array => {
  const half = seed.length / 2;
  let left: Uint8Array = seed.slice(0, half);
  let right: Uint8Array = seed.slice(half);
  for (const round of [0, 1, 2, 3]) {
    const stream = pbkdf2Sync(Uint8Array.of(round), right, 2500, half, "sha256");
    [left, right] = [right, xor(left, stream)];
  }
  return new Uint8Array(Buffer.concat([right, left]));
};

/** A known seed in an engine: the sole share of a 1-of-1 set, encrypted by node's PBKDF2. */
export const loadSeed = async (secrets: Secrets, seed: Uint8Array): Promise<Handle<"seed">> => {
  const value = encryptOutside(seed);
  const share = await loadShare(secrets, { header: SOLE, value });
  const handle = must(secrets.recombine([share]));
  secrets.wipe(share.value);
  return handle;
};

/** A public node as an xpub. */
export const xpubOf = (node: PublicNode): string =>
  new HDKey({
    depth: node.depth,
    index: node.childNumber,
    parentFingerprint: new DataView(new Uint8Array(node.parentFingerprint).buffer).getUint32(0),
    chainCode: node.chainCode,
    publicKey: node.publicKey,
  }).publicExtendedKey;

/** The xpub of a seed's master node: what tells two seeds apart from outside. */
export const seedXpub = (secrets: Secrets, seed: Handle<"seed">): string => {
  const node = secrets.master(seed);
  const xpub = xpubOf(secrets.publicNode(node));
  secrets.wipe(node);
  return xpub;
};

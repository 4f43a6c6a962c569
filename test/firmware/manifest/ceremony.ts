/**
 * A whole genesis on benches: five people, three boxes, a draft that three sign, a seed on each
 * box, version 1 over what the boxes made. Honest unless a test changes something on the way.
 */
import {
  approve,
  type CustodianKey,
  parseQuote,
  type ShareFile,
} from "../../../host/custody/index.ts";
import type { Client } from "../../../host/driver/index.ts";
import { readLineage } from "../../../host/manifest/index.ts";
import { decodeAs } from "../../../protocol/cbor/cbor.ts";
import type { MadeKey, Manifest } from "../../../protocol/manifest/manifest.ts";
import { GENESIS_REPORT } from "../../../protocol/manifest/report.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import { type SealedShare, SHARE_CONTEXT } from "../../../protocol/share.ts";
import { confirmed } from "../../custody/confirming.ts";
import { after, DRAFT, signedBy } from "../../manifest/lineages.ts";
import { agreementKeyOf, bytesOf, NAMES, signingKeyOf } from "../../manifest/people.ts";
import { type Bench, type BenchOptions, createBench } from "../bench-device.ts";
import { unwrap } from "../outcomes.ts";

/** A box of the ceremony. */
export interface Box {
  readonly id: string;
  readonly bench: Bench;
  readonly client: Client;
  readonly made: MadeKey;
  /** In the order of seats. */
  readonly shares: readonly SealedShare[];
}

/** A person's keys as their tool has them. */
export const custodianKeyOf = (name: string): CustodianKey => ({
  privateKey: bytesOf(`${name} unwraps`),
  publicKey: agreementKeyOf(`${name} unwraps`),
  signing: signingKeyOf(name),
});

/** The draft with the digest that a bench claims. */
export const draftFor = (bench: Bench, changes: Partial<Manifest> = {}): Manifest => ({
  ...DRAFT,
  firmware: [bench.hal().identity.firmwareDigest],
  ...changes,
});

/** Offers a lineage, version by version. */
export const offer = async (client: Client, lineage: readonly SignedManifest[]): Promise<void> => {
  for (const one of lineage) unwrap(await client.offerManifest(one));
};

/** Makes the key of a box under a draft. */
export const makeBox = async (
  id: string,
  draft: Manifest,
  options: BenchOptions = {},
): Promise<Box> => {
  const bench = createBench({ name: id, isSecure: true, ...options });
  const client = await bench.connect();
  await offer(client, [signedBy(draft)]);
  const { report, shares } = unwrap(await client.makeKey({ keyId: id }));
  const made = decodeAs(GENESIS_REPORT, report)?.made;
  if (made === undefined) throw new Error("a report");
  return { id, bench, client, made, shares };
};

/** Version 1 of a draft over what boxes made. */
export const firstOf = (
  draft: Manifest,
  made: ReadonlyMap<string, MadeKey>,
  changes: Partial<Manifest> = {},
): Manifest => {
  const keys = draft.keys.map((key) => {
    const own = made.get(key.id);
    return own === undefined ? key : { ...key, made: own };
  });
  return after(draft, { keys, ...changes });
};

/** A ceremony that has come to version 1. */
export interface Ceremony {
  readonly draft: Manifest;
  readonly boxes: readonly Box[];
  readonly first: Manifest;
  readonly lineage: readonly SignedManifest[];
}

/** Three boxes and their version 1. */
export const hold = async (options: BenchOptions = {}): Promise<Ceremony> => {
  const draft = draftFor(createBench());
  const boxes: Box[] = [];
  for (const { id } of draft.keys) boxes.push(await makeBox(id, draft, options));
  const first = firstOf(draft, new Map(boxes.map(({ id, made }) => [id, made])));
  return { draft, boxes, first, lineage: [signedBy(draft), signedBy(first)] };
};

/** The share of a seat as its custodian's file has it. */
export const fileOf = ({ shares }: Box, name: string): ShareFile => {
  const wrappingKey = agreementKeyOf(`${name} unwraps`).join();
  for (const sealed of shares) {
    const context = decodeAs(SHARE_CONTEXT, sealed.context);
    if (context?.custodian.join() === wrappingKey) return { sealed, context };
  }
  throw new Error(`${name} has no share`);
};

/** Honest approvals of these people, who know this lineage, for the box's present boot. */
export const approvals = async (
  box: Box,
  client: Client,
  lineage: readonly SignedManifest[],
  names: readonly string[] = NAMES.slice(0, 3),
): Promise<readonly SealedShare[]> => {
  const quote = unwrap(parseQuote(unwrap(await client.getQuote({ keyId: box.id })).quote));
  const seen = await confirmed(quote);
  const { draft, newest } = unwrap(readLineage(lineage));
  const known = { genesis: draft.hash, hash: newest.hash, manifest: newest.manifest };
  return Promise.all(
    names.map(async (name) =>
      unwrap(await approve(seen, fileOf(box, name), custodianKeyOf(name), known)),
    ),
  );
};

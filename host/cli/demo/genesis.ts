/**
 * The demo's genesis: a draft that three of five people sign, a key made on each signer, the words
 * on their screens read out and typed, and version 1 over what the signers reported.
 */
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { Manifest } from "../../../protocol/manifest/manifest.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import type { SealedShare } from "../../../protocol/share.ts";
import { ROLES } from "../../../protocol/session/role.ts";
import { formatShareFile, parseShareFile, type ShareFile } from "../../custody/index.ts";
import { ConfirmedReport, firstVersion, signNewest, withVersion } from "../../manifest/index.ts";
import { type DemoPerson, THRESHOLD } from "./people.ts";
import { readWords, type SharedSigner, type StartedSigner, visit } from "./signers.ts";

/** Where the boxes stand, apart from each other. */
const BOX_SITES: readonly string[] = ["Zurich", "Oslo", "Lisbon"];

/** The draft: every key's seed is split among all people, any three of whom bring it back. */
export const draftOf = (
  signers: readonly StartedSigner[],
  people: readonly DemoPerson[],
  firmware: Uint8Array,
): Manifest => {
  const members = people.map(({ person }) => person.name);
  const groups = [{ name: "main", threshold: THRESHOLD, members }];
  const hosts = signers.slice(0, 1).map(({ host }) => ({
    name: "demo",
    key: host.hostKey.publicKey,
    roles: ROLES,
  }));
  return {
    name: "Demo vault",
    network: "regtest",
    version: 0,
    people: people.map(({ person }) => person),
    quorum: { threshold: THRESHOLD, members },
    keys: signers.map(({ name }, i) => ({
      id: name,
      device: name,
      site: BOX_SITES[i] ?? name,
      groupThreshold: 1,
      groups,
    })),
    hosts,
    wallets: [],
    firmware: [firmware],
    generation: 1,
    revoked: [],
  };
};

/** Signs the newest version by so many people as it takes. */
const signAll = (
  versions: readonly SignedManifest[],
  people: readonly DemoPerson[],
  reports: readonly ConfirmedReport[],
): Outcome<readonly SignedManifest[]> => {
  let signed = versions;
  for (const { key } of people.slice(0, THRESHOLD)) {
    const more = signNewest(signed, key.signing, reports);
    if (!more.ok) return more;
    signed = more.value;
  }
  return ok(signed);
};

/** The shares as their custodians keep them: written to files and read again. */
const shareFiles = (sealed: readonly SealedShare[]): Outcome<readonly ShareFile[]> => {
  const shares: ShareFile[] = [];
  for (const share of sealed) {
    const file = parseShareFile(formatShareFile(share));
    if (!file.ok) return file;
    shares.push(file.value);
  }
  return ok(shares);
};

/** Makes a signer's key under the draft; the person in front of it reads its words out. */
const makeKey = (signer: StartedSigner, draft: SignedManifest): Promise<Outcome<SharedSigner>> =>
  visit(signer, async (client) => {
    const offered = await client.offerManifest(draft);
    if (!offered.ok) return offered;
    const made = await client.makeKey({ keyId: signer.name });
    if (!made.ok) return made;
    const report = await ConfirmedReport.of(made.value.report, await readWords(signer));
    if (!report.ok) return report;
    const shares = shareFiles(made.value.shares);
    return shares.ok ? ok({ ...signer, shares: shares.value, report: report.value }) : shares;
  });

const makeKeys = async (
  started: readonly StartedSigner[],
  [draft]: readonly SignedManifest[],
): Promise<Outcome<readonly SharedSigner[]>> => {
  if (draft === undefined) return fail("manifest_missing");
  const signers: SharedSigner[] = [];
  for (const made of await Promise.all(started.map((one) => makeKey(one, draft)))) {
    if (!made.ok) return made;
    signers.push(made.value);
  }
  return ok(signers);
};

/** What came of a genesis. */
export interface DemoGenesis {
  readonly signers: readonly SharedSigner[];
  /** The draft and version 1, signed. */
  readonly lineage: readonly SignedManifest[];
}

/** Genesis on all signers at once. */
export const holdGenesis = async (
  started: readonly StartedSigner[],
  people: readonly DemoPerson[],
): Promise<Outcome<DemoGenesis>> => {
  const [first] = started;
  if (first === undefined) return fail("signers_missing", { have: 0 });
  const status = await visit(first, (client) => client.getStatus({}));
  if (!status.ok) return status;
  const draft = draftOf(started, people, status.value.firmwareDigest);
  const signed = signAll(withVersion([], draft), people, []);
  if (!signed.ok) return signed;
  const signers = await makeKeys(started, signed.value);
  if (!signers.ok) return signers;
  const reports = signers.value.map(({ report }) => report);
  const version = firstVersion(
    draft,
    reports.map(({ report }) => report),
  );
  if (!version.ok) return version;
  const lineage = signAll(withVersion(signed.value, version.value), people, reports);
  return lineage.ok ? ok({ signers: signers.value, lineage: lineage.value }) : lineage;
};

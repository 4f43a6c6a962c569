/**
 * The demo's three signers: started, power-cut, and brought back by three of five custodians while
 * the others are away. Each is a process on a pty of its own.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import type { KeyAgreement } from "../../../protocol/session/noise/suite.ts";
import { ROLES } from "../../../protocol/session/role.ts";
import type { SealedShare } from "../../../protocol/share.ts";
import { approve, ConfirmedQuote, type ShareFile } from "../../custody/index.ts";
import { type Client, type Identity, noiseSuite, openClient } from "../../driver/index.ts";
import { type ConfirmedReport, type Lineage, readLineage } from "../../manifest/index.ts";
import { toHex } from "../bytes.ts";
import { type SupervisedEmulator, superviseEmulator } from "../emulators.ts";
import { openLine } from "../open-line.ts";
import type { DemoPerson } from "./people.ts";

/** Milliseconds until words that were shown must have been heard. */
const WORDS_TIMEOUT_MS = 5000;

/** A signer's process and its sealed shares, in the custodians' order. */
export interface StartedSigner {
  readonly name: string;
  readonly emulator: SupervisedEmulator;
  readonly host: DemoHost;
}

/** A signer that has made its seed, and what a person confirmed of that. */
export interface SharedSigner extends StartedSigner {
  readonly shares: readonly ShareFile[];
  readonly report: ConfirmedReport;
}

/** A signer that is ready. */
export interface ReadySigner extends StartedSigner {
  readonly client: Client;
  readonly pid: number;
  /** 8 hex digits. */
  readonly fingerprint: string;
}

/** The demo's host: a key for this once, which the manifest lists. */
export interface DemoHost {
  readonly hostKey: KeyAgreement;
}

/** Makes a host's key. */
export const makeHost = (): DemoHost => ({
  hostKey: noiseSuite.keyPair(Uint8Array.from(randomBytes(32))),
});

/** Starts one signer. */
export const startSigner = async (
  name: string,
  folder: string,
  host: DemoHost,
): Promise<Outcome<StartedSigner>> => {
  const emulator = await superviseEmulator({
    name,
    network: "regtest",
    approve: "auto",
    link: join(folder, "run", name),
    runFolder: join(folder, "run"),
  });
  return emulator.ok ? ok({ name, emulator: emulator.value, host }) : emulator;
};

/** The signer's process says its own link key, on a pipe that nobody else has. */
const identityOf = ({ emulator, host }: StartedSigner): Identity => ({
  hostKey: host.hostKey,
  deviceOf: () => {
    const deviceKey = emulator.linkKey();
    const grants = ROLES.map((role) => ({ role }));
    return ok(deviceKey === undefined ? undefined : { deviceKey, grants });
  },
});

/** The words on a signer's screen, read out; its process says them on a pipe of its own. */
export const readWords = async ({ emulator }: StartedSigner): Promise<string> => {
  const untilMs = performance.now() + WORDS_TIMEOUT_MS;
  while (emulator.checkWords() === "" && performance.now() < untilMs) await sleep(5);
  return emulator.checkWords();
};

const dial = (signer: StartedSigner): Promise<Outcome<Client>> =>
  openClient({
    open: () => openLine(signer.emulator.path),
    identity: identityOf(signer),
    reconnectMs: 0,
  });

/** Runs `work` on a fresh connection. */
export const visit = async <T>(
  signer: StartedSigner,
  work: (client: Client) => Promise<Outcome<T>>,
): Promise<Outcome<T>> => {
  const client = await dial(signer);
  if (!client.ok) return client;
  const outcome = await work(client.value);
  await client.value.close();
  return outcome;
};

/** Cuts the signer's power; from its next boot on it dies after `dieAfterInput` signatures. */
export const cutPower = async (
  signer: SharedSigner,
  dieAfterInput: number | undefined,
): Promise<Outcome<SharedSigner>> => {
  const booted = await signer.emulator.powerCut(
    dieAfterInput === undefined ? {} : { dieAfterInput },
  );
  if (!booted.ok) return booted;
  // A device that remembered anything would not be sealed now.
  return booted.value.phase === "sealed" ? ok(signer) : fail("wrong_phase", { name: signer.name });
};

/** Each of those who are there seals a share to the quote whose words were read out. */
const approvals = async (
  quoteBytes: Uint8Array,
  signer: SharedSigner,
  present: readonly DemoPerson[],
  { draft, newest }: Lineage,
): Promise<Outcome<readonly SealedShare[]>> => {
  const quote = await ConfirmedQuote.of(quoteBytes, await readWords(signer));
  if (!quote.ok) return quote;
  const known = { genesis: draft.hash, hash: newest.hash, manifest: newest.manifest };
  const sealed: SealedShare[] = [];
  for (const { key } of present) {
    const share = signer.shares.find(
      ({ context }) => toHex(context.custodian) === toHex(key.publicKey),
    );
    if (share === undefined) return fail("share_malformed", { name: signer.name });
    const one = await approve(quote.value, share, key, known);
    if (!one.ok) return one;
    sealed.push(one.value);
  }
  return ok(sealed);
};

/** Offers the manifest and submits the shares of those who are there. */
const unlock = async (
  client: Client,
  signer: SharedSigner,
  present: readonly DemoPerson[],
  signed: readonly SignedManifest[],
): Promise<Outcome<string>> => {
  const lineage = readLineage(signed);
  if (!lineage.ok) return lineage;
  for (const version of signed) {
    const offered = await client.offerManifest(version);
    if (!offered.ok) return offered;
  }
  const quote = await client.getQuote({ keyId: signer.name });
  if (!quote.ok) return quote;
  const shares = await approvals(quote.value.quote, signer, present, lineage.value);
  if (!shares.ok) return shares;
  const done = await client.submitShares({ shares: shares.value });
  if (!done.ok) return done;
  const { fingerprint } = done.value;
  return fingerprint === undefined
    ? fail("signers_missing", { name: signer.name })
    : ok(toHex(fingerprint));
};

/** The custodians who are there bring the seed back; the connection stays open. */
export const provision = async (
  signer: SharedSigner,
  present: readonly DemoPerson[],
  signed: readonly SignedManifest[],
): Promise<Outcome<ReadySigner>> => {
  const client = await dial(signer);
  if (!client.ok) return client;
  const fingerprint = await unlock(client.value, signer, present, signed);
  const pid = signer.emulator.pid();
  if (!fingerprint.ok || pid === undefined) {
    await client.value.close();
    return fingerprint.ok ? fail("signers_missing", { name: signer.name }) : fingerprint;
  }
  const { name, emulator, host } = signer;
  return ok({ name, emulator, host, client: client.value, pid, fingerprint: fingerprint.value });
};

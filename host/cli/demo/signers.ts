/**
 * The demo's three signers: started, given seeds by their custodians, power-cut, and brought back
 * by two of three custodians while the third is away. Each is a process on a pty of its own.
 */
import { randomBytes } from "node:crypto";
import { encodeAs } from "../../../protocol/cbor/cbor.ts";
import { type Failure, fail, type Outcome, ok } from "../../../protocol/errors.ts";
import type { KeyAgreement } from "../../../protocol/session/noise/suite.ts";
import { ROLES } from "../../../protocol/session/role.ts";
import { TRUST } from "../../../protocol/session/trust.ts";
import type { SealedShare } from "../../../protocol/share.ts";
import {
  approve,
  checkGenesis,
  type CustodianKey,
  generateCustodianKey,
  parseQuote,
  parseShareFile,
  formatShareFile,
  type ShareFile,
} from "../../custody/index.ts";
import { type Client, type Identity, noiseSuite, openClient } from "../../driver/index.ts";
import { openLine } from "../open-line.ts";
import { toHex } from "../bytes.ts";
import { type SupervisedEmulator, superviseEmulator } from "../emulators.ts";
import { join } from "node:path";

/** A custodian of the demo. */
export interface Custodian {
  readonly name: string;
  readonly key: CustodianKey;
}

/** A signer's process and its sealed shares, in the custodians' order. */
export interface StartedSigner {
  readonly name: string;
  readonly emulator: SupervisedEmulator;
  readonly host: DemoHost;
}

/** A signer that has made its seed. */
export interface SharedSigner extends StartedSigner {
  readonly shares: readonly ShareFile[];
}

/** A signer that is ready. */
export interface ReadySigner extends StartedSigner {
  readonly client: Client;
  readonly pid: number;
  /** 8 hex digits. */
  readonly fingerprint: string;
}

/** Shares that bring a seed back. */
export const THRESHOLD = 2;

/** Three custodians; for this once, their keys live in the demo's memory. */
export const makeCustodians = (): readonly Custodian[] =>
  ["Ada", "Ben", "Cleo"].map((name) => ({ name, key: generateCustodianKey() }));

/** The demo's host: a key for this once, which its signers are told to trust. */
export interface DemoHost {
  readonly hostKey: KeyAgreement;
  /** Hex of a `TRUST` in CBOR. */
  readonly trust: string;
}

/** Makes a host's key. */
export const makeHost = (): DemoHost => {
  const hostKey = noiseSuite.keyPair(Uint8Array.from(randomBytes(32)));
  const own = { key: hostKey.publicKey, roles: ROLES };
  const trust = encodeAs(TRUST, { generation: 1, hosts: [own], revoked: [] }).toHex();
  return { hostKey, trust };
};

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
    trust: host.trust,
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

const dial = (signer: StartedSigner): Promise<Outcome<Client>> =>
  openClient({
    open: () => openLine(signer.emulator.path),
    identity: identityOf(signer),
    reconnectMs: 0,
  });

/** Runs `work` on a fresh connection. */
const visit = async <T>(
  signer: StartedSigner,
  work: (client: Client) => Promise<Outcome<T>>,
): Promise<Outcome<T>> => {
  const client = await dial(signer);
  if (!client.ok) return client;
  const outcome = await work(client.value);
  await client.value.close();
  return outcome;
};

/** Has a seed made; what comes back is what was asked for. */
const makeSeed = async (
  client: Client,
  device: string,
  custodians: readonly Custodian[],
): Promise<Outcome<readonly SealedShare[]>> => {
  const status = await client.getStatus({});
  if (!status.ok) return status;
  const keys = custodians.map(({ key }) => key.publicKey);
  const request = { custodians: keys, threshold: THRESHOLD };
  const made = await client.generateSeed(request);
  if (!made.ok) return made;
  const { bootId } = status.value;
  const checked = checkGenesis({ ...request, device, bootId }, made.value);
  return checked.ok ? ok(made.value.shares) : checked;
};

/** The signer makes its seed and seals a share to each custodian. */
export const shareSeed = (
  signer: StartedSigner,
  custodians: readonly Custodian[],
): Promise<Outcome<SharedSigner>> =>
  visit(signer, async (client) => {
    const made = await makeSeed(client, signer.name, custodians);
    if (!made.ok) return made;
    const shares = [];
    for (const share of made.value) {
      const file = parseShareFile(formatShareFile(share));
      if (!file.ok) return file;
      shares.push(file.value);
    }
    return ok({ ...signer, shares });
  });

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

const approvals = async (
  quoteBytes: Uint8Array,
  signer: SharedSigner,
  present: readonly Custodian[],
): Promise<Outcome<Parameters<Client["submitShares"]>[0]["shares"]>> => {
  const quote = parseQuote(quoteBytes);
  if (!quote.ok) return quote;
  const sealed = [];
  for (const { key } of present) {
    const share = signer.shares.find(
      ({ context }) => toHex(context.custodian) === toHex(key.publicKey),
    );
    if (share === undefined) return fail("share_malformed", { name: signer.name });
    const one = await approve(quote.value, share, key);
    if (!one.ok) return one;
    sealed.push(one.value);
  }
  return ok(sealed);
};

/** The custodians who are there bring the seed back; the connection stays open. */
export const provision = async (
  signer: SharedSigner,
  present: readonly Custodian[],
): Promise<Outcome<ReadySigner>> => {
  const client = await dial(signer);
  if (!client.ok) return client;
  const leave = async (failure: Failure): Promise<Failure> => {
    await client.value.close();
    return failure;
  };
  const quote = await client.value.getQuote({});
  if (!quote.ok) return leave(quote);
  const shares = await approvals(quote.value.quote, signer, present);
  if (!shares.ok) return leave(shares);
  const done = await client.value.submitShares({ shares: shares.value });
  if (!done.ok) return leave(done);
  const { fingerprint } = done.value;
  const pid = signer.emulator.pid();
  if (fingerprint === undefined || pid === undefined) {
    return leave(fail("signers_missing", { name: signer.name }));
  }
  const { name, emulator, host } = signer;
  return ok({ name, emulator, host, client: client.value, pid, fingerprint: toHex(fingerprint) });
};

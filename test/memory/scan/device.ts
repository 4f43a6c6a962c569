/**
 * An emulated device as a process, from its genesis to its seal: everything goes over its line, in
 * the ordinary encrypted way. Its custodians are ours, so its seed is known out here.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { superviseEmulator } from "../../../host/cli/emulators.ts";
import { openLine } from "../../../host/cli/open-line.ts";
import { type Client, type Identity, noiseSuite, openClient } from "../../../host/driver/index.ts";
import { recombineSeed } from "../../../hardware/secrets/portable/slip39.ts";
import { encodeAs } from "../../../protocol/cbor/cbor.ts";
import { ok } from "../../../protocol/errors.ts";
import { ROLES } from "../../../protocol/session/role.ts";
import { decodeRecords } from "../../../protocol/signature-record.ts";
import { SHARE_INFO } from "../../../protocol/share.ts";
import { TRUST } from "../../../protocol/session/trust.ts";
import {
  approveAll,
  type Custodian,
  makeSeed,
  openWith,
  quoteOf,
} from "../../firmware/custodians.ts";
import { unwrap } from "../../firmware/outcomes.ts";
import type { NamedSecret } from "../forms.ts";
import { hpkeSecrets } from "../hpke.ts";
import type { KnownSignature } from "../nonces.ts";
import { spendOf, walletText } from "./spending.ts";
import type { Subject } from "./subject.ts";

/** BIP-48's account of P2WSH multisig on a test network, as hardened steps. */
const ACCOUNT = [48, 1, 0, 2].map((step) => step + 2 ** 31);
/** The same as the searcher names nodes. */
export const ACCOUNT_PATH = "m/48'/1'/0'/2'";
const [THRESHOLD, CUSTODIANS] = [2, 3];

/** What is known of the seed. */
export interface KnownSeed {
  readonly seed: Uint8Array;
  readonly identifier: number;
  /** Values of all shares, in the order of the custodians. */
  readonly values: readonly Uint8Array[];
  /** What HPKE made on the device to seal the shares to the custodians. */
  readonly sealing: readonly NamedSecret[];
  /** A host's public key, which the device has in mind as long as it lives. */
  readonly control: Uint8Array;
}

/** The device. */
export interface ScannedDevice {
  readonly pid: () => number;
  /** Makes the seed; the device is sealed or ready afterwards, in the process that made it. */
  readonly genesis: () => Promise<KnownSeed>;
  /** Cuts the power and brings the keys back from two shares. */
  readonly provision: () => Promise<void>;
  /** Registers a wallet and signs so many inputs so many times; each signature once. */
  readonly sign: (inputs: number, rounds: number) => Promise<readonly KnownSignature[]>;
  /** An operator's seal; resolves when the process was wiped and still lives. */
  readonly seal: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const openShares = (custodians: readonly Custodian[]) =>
  Promise.all(
    custodians.map(async ({ key, file }) => ({
      header: file.context.header,
      value: await openWith(file.sealed, key.privateKey),
    })),
  );

const knownSeedOf = async (
  custodians: readonly Custodian[],
  control: Uint8Array,
): Promise<KnownSeed> => {
  const shares = await openShares(custodians);
  const seed = unwrap(recombineSeed(shares.slice(0, THRESHOLD)));
  const identifier = shares[0]?.header.identifier ?? 0;
  const sealing = custodians.flatMap(({ key, file }, i) =>
    hpkeSecrets(`envelope ${i}`, key, file.sealed.encapsulated, SHARE_INFO),
  );
  return { seed, identifier, values: shares.map(({ value }) => value), sealing, control };
};

const settingsOf = (folder: string, { engine, plainPages }: Subject, hostKey: Uint8Array) => ({
  name: "A",
  network: "regtest",
  approve: "auto",
  link: join(folder, "A"),
  runFolder: folder,
  secrets: engine,
  holdAfterWipe: true,
  plainPages,
  trust: encodeAs(TRUST, {
    generation: 1,
    hosts: [{ key: hostKey, roles: ROLES }],
    revoked: [],
  }).toHex(),
});

/** One wallet of the device, registered anew at each boot. */
const openWallet = async (client: Client) => {
  const { xpub, fingerprint } = unwrap(await client.getXpub({ path: ACCOUNT }));
  const wallet = walletText(`[${fingerprint.toHex()}/48'/1'/0'/2']${xpub}`);
  const { walletId } = unwrap(await client.registerWallet(wallet));
  return { keys: wallet.keys, walletId };
};

const signRounds = async (
  client: Client,
  inputs: number,
  rounds: number,
): Promise<readonly KnownSignature[]> => {
  const { keys, walletId } = await openWallet(client);
  const known: KnownSignature[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { psbt, digests } = spendOf(keys, inputs, round);
    const { signatures } = unwrap(await client.signPsbt({ psbt, walletId }));
    for (const { input, signature } of unwrap(decodeRecords(signatures))) {
      known.push({
        scheme: "ecdsa",
        signer: `${ACCOUNT_PATH}/0/${input}`,
        digest: digests[input] ?? new Uint8Array(32),
        signature,
      });
    }
  }
  return known;
};

/** Starts a device on an engine. */
export const startDevice = async (subject: Subject): Promise<ScannedDevice> => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-scan-"));
  const hostKey = noiseSuite.keyPair(Uint8Array.from(randomBytes(32)));
  const wiped = Promise.withResolvers<void>();
  const emulator = unwrap(
    await superviseEmulator(settingsOf(folder, subject, hostKey.publicKey), {
      onEvent: ({ event }) => {
        if (event === "wiped") wiped.resolve();
      },
    }),
  );
  const grants = ROLES.map((role) => ({ role }));
  const identity: Identity = {
    hostKey,
    deviceOf: () => {
      const deviceKey = emulator.linkKey();
      return ok(deviceKey === undefined ? undefined : { deviceKey, grants });
    },
  };
  const visit = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const open = () => openLine(emulator.path);
    const client = unwrap(await openClient({ open, identity, reconnectMs: 0 }));
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  let custodians: readonly Custodian[] = [];
  return {
    pid: () => {
      const pid = emulator.pid();
      if (pid === undefined) throw new Error("the device's process is gone");
      return pid;
    },
    genesis: async () => {
      ({ custodians } = await visit((client) => makeSeed(client, THRESHOLD, CUSTODIANS)));
      return knownSeedOf(custodians, hostKey.publicKey);
    },
    provision: async () => {
      unwrap(await emulator.powerCut());
      await visit(async (client) => {
        const shares = await approveAll(await quoteOf(client), custodians.slice(0, THRESHOLD));
        unwrap(await client.submitShares({ shares }));
      });
    },
    sign: (inputs, rounds) => visit((client) => signRounds(client, inputs, rounds)),
    seal: async () => {
      await visit((client) => client.seal({}));
      await wiped.promise;
    },
    end: async () => {
      await emulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/**
 * A device as a process of its own, all of it: the emulator on a pty, and the driver at the other
 * end. It holds the bench's seed and presses its own buttons.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { superviseEmulator, type SupervisedEmulator } from "../../../host/cli/emulators.ts";
import { openLine } from "../../../host/cli/open-line.ts";
import { type Client, type Identity, noiseSuite, openClient } from "../../../host/driver/index.ts";
import { encodeAs } from "../../../protocol/cbor/cbor.ts";
import { ok } from "../../../protocol/errors.ts";
import { ROLES } from "../../../protocol/session/role.ts";
import { TRUST } from "../../../protocol/session/trust.ts";
import { unwrap } from "../../bitcoin/expect-value.ts";
import { type BenchedWallet, WORDS } from "./wallets.ts";

/** Memory of a process in MiB: present, and the most that there ever was. */
export interface Memory {
  readonly present: number;
  readonly most: number;
}

/** The process, with a client of it that has a session. */
export interface BenchedEmulator {
  readonly client: Client;
  readonly memory: () => Memory;
  readonly end: () => Promise<void>;
}

const KIB_PER_MIB = 1024;

/** `VmRSS` and `VmHWM` of proc_pid_status(5). */
const memoryOf = (pid: number | undefined): Memory => {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const mebibytesOf = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / KIB_PER_MIB;
  return { present: mebibytesOf("VmRSS"), most: mebibytesOf("VmHWM") };
};

const settingsOf = (folder: string, hostKey: Uint8Array) => ({
  name: "A",
  network: "regtest",
  approve: "auto",
  link: join(folder, "A"),
  runFolder: folder,
  mnemonic: WORDS,
  trust: encodeAs(TRUST, {
    generation: 1,
    hosts: [{ key: hostKey, roles: ROLES }],
    revoked: [],
  }).toHex(),
});

const connect = async (
  emulator: SupervisedEmulator,
  hostKey: Identity["hostKey"],
): Promise<Client> => {
  const grants = ROLES.map((role) => ({ role }));
  const deviceOf: Identity["deviceOf"] = () => {
    const deviceKey = emulator.linkKey();
    return ok(deviceKey === undefined ? undefined : { deviceKey, grants });
  };
  const open = () => openLine(emulator.path);
  return unwrap(await openClient({ open, identity: { hostKey, deviceOf }, reconnectMs: 0 }));
};

/** Starts a device and registers a wallet with it. */
export const startEmulator = async (wallet: BenchedWallet): Promise<BenchedEmulator> => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-bench-"));
  const hostKey = noiseSuite.keyPair(Uint8Array.from(randomBytes(32)));
  const emulator = unwrap(await superviseEmulator(settingsOf(folder, hostKey.publicKey)));
  const client = await connect(emulator, hostKey);
  unwrap(await client.registerWallet(wallet.text));
  return {
    client,
    memory: () => memoryOf(emulator.pid()),
    end: async () => {
      await client.close();
      await emulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/**
 * The devices that this host may begin an `IK` session with: what pairing returned, or what it
 * was told of a device whose trust lists it. One file for each device and role.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type ErrorName, fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { isKeyName } from "../../protocol/session/pairing.ts";
import { type Role, ROLES } from "../../protocol/session/role.ts";
import { bytesOf, hexOf, membersOf, readJson } from "./fields.ts";
import {
  type PrivateFileError,
  readPrivate,
  removePrivate,
  replacePrivate,
} from "./private-file.ts";

const KIND = "mayfly-known-device-1";

/** A device as this host knows it in one role. */
export interface KnownDevice {
  /** As the device called itself. Names are not unique: the link key is what counts. */
  readonly name: string;
  /** Its link key (X25519), 32 bytes. */
  readonly deviceKey: Uint8Array;
  readonly role: Role;
  readonly generation: number;
  /** 32 bytes, from pairing; absent where the device's trust lists this host. */
  readonly credential?: Uint8Array;
}

/** Details carry `file`. */
export type KnownDevicesError = PrivateFileError | "file_malformed";

/** What is known of others of a device's name: they give way, or it does. */
export type Others = "give way" | "stay";

type Found<T> = Outcome<T, KnownDevicesError>;

/** What this host keeps of devices. Nothing is held in memory: each call looks again. */
export interface KnownDevices {
  readonly all: () => Found<readonly KnownDevice[]>;
  readonly byKey: (deviceKey: Uint8Array, role: Role) => Found<KnownDevice | undefined>;
  /** All of that name, in whatever role. */
  readonly byName: (name: string) => Found<readonly KnownDevice[]>;
  /** Keeps what is known of a device in a role, in place of what was. */
  readonly keep: (device: KnownDevice) => Found<void>;
  /**
   * The same for a name of its own, in whatever role: who is looked up by name must be one device.
   * Others of that name are forgotten and returned, or nothing is kept and `link_key_mismatch`
   * says so. Details carry `device` and `role`.
   */
  readonly replace: (
    device: KnownDevice,
    others: Others,
  ) => Outcome<readonly KnownDevice[], KnownDevicesError | "link_key_mismatch">;
}

const format = ({ deviceKey, credential, ...rest }: KnownDevice): string => {
  const kept = { kind: KIND, ...rest, deviceKey: hexOf(deviceKey) };
  const content = credential === undefined ? kept : { ...kept, credential: hexOf(credential) };
  return `${JSON.stringify(content, null, 2)}\n`;
};

const isName = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= LIMITS.deviceName;

const isGeneration = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

const parse = (text: string): KnownDevice | undefined => {
  const members = membersOf(readJson(text));
  if (members?.get("kind") !== KIND) return undefined;
  const [name, generation] = [members.get("name"), members.get("generation")];
  const role = ROLES.find((one) => one === members.get("role"));
  const deviceKey = bytesOf(members.get("deviceKey"), 32);
  if (role === undefined || deviceKey === undefined || !isKeyName(deviceKey)) return undefined;
  if (!isName(name) || !isGeneration(generation)) return undefined;
  const device = { name, deviceKey, role, generation };
  if (!members.has("credential")) return device;
  const credential = bytesOf(members.get("credential"), 32);
  return credential === undefined ? undefined : { ...device, credential };
};

const nameOf = ({ deviceKey, role }: Pick<KnownDevice, "deviceKey" | "role">): string =>
  `${hexOf(deviceKey)}-${role}.json`;

/** A file's device; `undefined` where there is no file. It must be about whom its name says. */
const read = (folder: string, name: string): Found<KnownDevice | undefined> => {
  const file = join(folder, name);
  const text = readPrivate(file);
  if (!text.ok) return text;
  if (text.value === undefined) return ok(undefined);
  const device = parse(text.value);
  return device !== undefined && nameOf(device) === name
    ? ok(device)
    : fail("file_malformed", { file });
};

const namesIn = (folder: string): Outcome<readonly string[], PrivateFileError> => {
  try {
    return ok(readdirSync(folder).filter((name) => name.endsWith(".json")));
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";
    return code === "ENOENT" ? ok([]) : fail("file_unreadable", { file: folder, why: code });
  }
};

const mapOutcome = <T, U, E extends ErrorName>(
  outcome: Outcome<T, E>,
  change: (value: T) => U,
): Outcome<U, E> => (outcome.ok ? ok(change(outcome.value)) : outcome);

const removeAll = (files: readonly string[]): Outcome<void, PrivateFileError> => {
  for (const file of files) {
    const removed = removePrivate(file);
    if (!removed.ok) return removed;
  }
  return ok(undefined);
};

/** The devices that are known under a home (`MAYFLY_HOME`). */
export const openKnownDevices = (home: string): KnownDevices => {
  const folder = join(home, "devices");
  const all = (): Found<readonly KnownDevice[]> => {
    const names = namesIn(folder);
    if (!names.ok) return names;
    const devices: KnownDevice[] = [];
    for (const name of names.value.toSorted()) {
      const device = read(folder, name);
      if (!device.ok) return device;
      if (device.value !== undefined) devices.push(device.value);
    }
    return ok(devices);
  };
  const byName = (name: string): Found<readonly KnownDevice[]> =>
    mapOutcome(all(), (devices) => devices.filter((device) => device.name === name));
  const keep = (device: KnownDevice): Found<void> =>
    replacePrivate(join(folder, nameOf(device)), format(device));
  return {
    all,
    byKey: (deviceKey, role) => read(folder, nameOf({ deviceKey, role })),
    byName,
    keep,
    replace: (device, wish) => {
      const known = byName(device.name);
      if (!known.ok) return known;
      const { name, role, deviceKey } = device;
      const others = known.value.filter((one) => hexOf(one.deviceKey) !== hexOf(deviceKey));
      if (others.length > 0 && wish === "stay")
        return fail("link_key_mismatch", { device: name, role });
      const kept = keep(device);
      if (!kept.ok) return kept;
      const removed = removeAll(others.map((other) => join(folder, nameOf(other))));
      return removed.ok ? ok(others) : removed;
    },
  };
};

/** Who this user's programs are to devices, and which devices they know: files and emulators. */
import { type Outcome, ok } from "../../protocol/errors.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { type DeviceStatus, type Identity, type KnownDevice, noiseSuite } from "../driver/index.ts";
import { openHostKey, openKnownDevices } from "../identity/index.ts";
import { mayflyHome, runFolder } from "./home.ts";
import { runningEmulators } from "./running.ts";

/** The link key that an emulator under this home says it has: it runs as this user. */
const emulatorKey = (home: string, name: string): Uint8Array | undefined => {
  const { linkKey } = runningEmulators(runFolder(home)).find((one) => one.name === name) ?? {};
  return linkKey === undefined ? undefined : Uint8Array.fromHex(linkKey);
};

/** What is known of a device: a credential where pairing gave one, or else a role that is tried. */
const knownAs = (home: string, { name }: DeviceStatus): Outcome<KnownDevice | undefined> => {
  const paired = openKnownDevices(home).byName(name);
  if (!paired.ok) return paired;
  const deviceKey = emulatorKey(home, name) ?? paired.value.at(-1)?.deviceKey;
  if (deviceKey === undefined) return ok(undefined);
  const ofKey = paired.value.filter((one) => one.deviceKey.toHex() === deviceKey.toHex());
  const grants = ROLES.map((role) => {
    const credential = ofKey.find((one) => one.role === role)?.credential;
    return credential === undefined ? { role } : { role, credential };
  });
  // A credential is sure; that the device's own trust lists us is a guess.
  return ok({
    deviceKey,
    grants: grants.toSorted((a, b) => Number("credential" in b) - Number("credential" in a)),
  });
};

/** This user's identity, or that of another home; its key file is made on first use. */
export const openIdentity = (home: string = mayflyHome()): Outcome<Identity> => {
  const hostKey = openHostKey(home, noiseSuite.keyPair);
  if (!hostKey.ok) return hostKey;
  return ok({ hostKey: hostKey.value, deviceOf: (status) => knownAs(home, status) });
};

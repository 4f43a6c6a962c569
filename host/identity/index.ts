/** What a host keeps of itself and of devices, as files under `MAYFLY_HOME`. */
export { type HostKey, type HostKeyError, type KeyPair, openHostKey } from "./host-key.ts";
export {
  type KnownDevice,
  type KnownDevices,
  type KnownDevicesError,
  openKnownDevices,
  type Others,
} from "./known-devices.ts";
export { pairingKeyOf, readPairingCode } from "./pairing-code.ts";
export { type PrivateFileError, readPrivate, replacePrivate } from "./private-file.ts";
export { formatTrustFile, parseTrustFile, type TrustFile, trustJson } from "./trust-file.ts";

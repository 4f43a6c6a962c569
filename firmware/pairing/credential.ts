/**
 * Credentials of paired hosts (SPEC, section 3): a MAC under a key of the seed, so that pairings
 * outlive the device's power while it keeps nothing of them.
 */
import { encodeCbor } from "../../protocol/cbor/cbor.ts";
import { PAIRING_LABEL } from "../../protocol/session/pairing.ts";
import type { Role } from "../../protocol/session/role.ts";
import type { Keys } from "../device.ts";
import type { Hal } from "../hal.ts";
import { type CheckCredential, isPairable } from "../trust.ts";

/** The credentials of one board with one seed. */
export interface Credentials {
  /** 32 bytes. */
  readonly give: (generation: number, role: Role, hostKey: Uint8Array) => Uint8Array;
  /** False for every role that pairing does not give on this board. */
  readonly check: CheckCredential;
}

/** Whether two MACs are equal, in a time that does not tell where they differ. */
const isSameMac = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.reduce((odd, byte, i) => odd | (byte ^ (b[i] ?? 0)), 0) === 0;

/** Credentials under the keys that the device holds. */
export const createCredentials = (
  { identity, secrets }: Pick<Hal, "identity" | "secrets">,
  { fingerprint, pairing }: Keys,
): Credentials => {
  const give: Credentials["give"] = (generation, role, hostKey) =>
    secrets.mac(pairing, encodeCbor([PAIRING_LABEL, fingerprint, generation, role, hostKey]));
  return {
    give,
    check: (generation, role, hostKey, credential) =>
      isPairable(role, identity) && isSameMac(give(generation, role, hostKey), credential),
  };
};

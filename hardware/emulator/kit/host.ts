/** The host at an emulator's cable: a key that the device is told to trust, and its chance. */
import type { Trust } from "../../../firmware/index.ts";
import { type ClientOptions, type Identity, noiseSuite } from "../../../host/driver/index.ts";
import { ok } from "../../../protocol/errors.ts";
import { ROLES } from "../../../protocol/session/role.ts";
import type { Chance } from "./chance.ts";

const [KEY_BYTES, IDEMPOTENCY_BYTES, NONCE_BYTES] = [32, 16, 16];

/** A host, and whom a device trusts that is to know it. */
export interface TrustedHost {
  readonly identity: Identity;
  readonly trust: Trust;
  /** How its clients draw what must not repeat. */
  readonly draws: Pick<ClientOptions, "ephemeral" | "freshKey"> & {
    readonly nonce: () => Uint8Array;
  };
}

/**
 * A host with every role beside those that are trusted anyway; `linkKey` is the device's. In
 * another `life` it is the same host and draws other bytes: a key is used for one call only.
 */
export const createTrustedHost = (
  chance: Chance,
  trust: Trust | undefined,
  linkKey: () => Uint8Array | undefined,
  life = "",
): TrustedHost => {
  const drawOf = (what: string, length: number) => chance.bytesOf(`host/${what}`, length);
  const hostKey = noiseSuite.keyPair(drawOf("key", KEY_BYTES)());
  const { generation = 1, hosts = [], revoked = [] } = trust ?? {};
  const own = { key: hostKey.publicKey, roles: ROLES };
  return {
    identity: {
      hostKey,
      deviceOf: () => {
        const deviceKey = linkKey();
        const grants = ROLES.map((role) => ({ role }));
        return ok(deviceKey === undefined ? undefined : { deviceKey, grants });
      },
    },
    trust: { generation, hosts: [...hosts, own], revoked },
    draws: {
      ephemeral: drawOf(`ephemeral${life}`, KEY_BYTES),
      freshKey: drawOf(`idempotency${life}`, IDEMPOTENCY_BYTES),
      nonce: drawOf(`nonce${life}`, NONCE_BYTES),
    },
  };
};

/** How to begin the session that a call needs: which pattern, in which guise, with which keys. */
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Opening } from "../../protocol/session/initiator.ts";
import { SESSION_CLAIM } from "../../protocol/session/pairing.ts";
import type { Role } from "../../protocol/session/role.ts";
import type { Call } from "./call.ts";
import type { Guise } from "./guise.ts";
import type { DeviceStatus, Identity, KnownDevice } from "./identity.ts";

/** An opening, and who this host is once it has succeeded. */
export interface Prepared {
  readonly opening: Opening;
  readonly guise: Guise;
}

/** The session of anyone. */
export const ANYONE: Prepared = { opening: { pattern: "NN" }, guise: "anyone" };

/** What a preparation may ask. */
export interface Sources {
  readonly identity: Identity | undefined;
  /** The device's own word, over a session of anyone. */
  readonly askStatus: () => Promise<Outcome<DeviceStatus>>;
}

/** The keys of a ready device are in RAM: only then is there a link key to prove. */
const holdsKeys = ({ phase }: DeviceStatus): boolean => phase === "ready" || phase === "suspended";

/** What is known of the device at the other end. */
const findDevice = async ({ identity, askStatus }: Sources): Promise<Outcome<KnownDevice>> => {
  if (identity === undefined) return fail("device_unknown");
  const status = await askStatus();
  if (!status.ok) return status;
  const { name, phase } = status.value;
  if (!holdsKeys(status.value)) return fail("wrong_phase", { device: name, phase });
  const found = await identity.deviceOf(status.value);
  if (!found.ok) return found;
  return found.value === undefined ? fail("device_unknown", { device: name }) : ok(found.value);
};

/** An `IK` opening in the first role that the call admits and this host has. */
const openingAs = (
  { hostKey }: Identity,
  { deviceKey, grants }: KnownDevice,
  roles: readonly Role[],
): Outcome<Prepared, "role_denied"> => {
  const grant = grants.find(({ role }): boolean => roles.includes(role));
  if (grant === undefined) return fail("role_denied", { needs: roles.join(" or ") });
  const claim = encodeAs(SESSION_CLAIM, grant);
  return ok({ guise: grant.role, opening: { pattern: "IK", hostKey, deviceKey, claim } });
};

/** Prepares openings; what is found of a device is kept until it is forgotten. */
export const createPreparation = (sources: Sources) => {
  let known: KnownDevice | undefined;
  const asHost = async (roles: readonly Role[]): Promise<Outcome<Prepared>> => {
    const found = known === undefined ? await findDevice(sources) : ok(known);
    if (!found.ok) return found;
    known = found.value;
    return sources.identity === undefined
      ? fail("device_unknown")
      : openingAs(sources.identity, known, roles);
  };
  return {
    prepare: async ({ access, psk }: Call): Promise<Outcome<Prepared>> => {
      if (access === "anyone") return ok(ANYONE);
      if (access !== "pairing") return asHost(access);
      if (psk === undefined) return fail("pairing_closed");
      return ok({ opening: { pattern: "NNpsk0", psk }, guise: "pairing" });
    },
    /** The device may hold other keys by now, or none: its status will tell. */
    forget: (): void => {
      known = undefined;
    },
  };
};

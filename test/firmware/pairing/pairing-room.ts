/** A pairing on its own: a device whose phase and keys the test sets, and all that it was given. */
import { createHash } from "node:crypto";
import type { Device, Keys } from "../../../firmware/device.ts";
import { makeAuditKey } from "../../../firmware/audit/audit-key.ts";
import type { Clock, Hal, Handle, Identity, Rng, Screen, Secrets } from "../../../firmware/hal.ts";
import { keysOf } from "../../../firmware/keys.ts";
import { createPairing, type Pairing } from "../../../firmware/pairing/pairing.ts";
import { systemRng } from "../../secrets/oracles/system-rng.ts";
import { createCrypto, createPortableSecrets } from "../../../hardware/secrets/index.ts";
import { unwrap } from "../outcomes.ts";
import { createFakeClock, type FakeClock } from "../fake-clock.ts";

/** What the firmware asks of a board's cryptography, its generator and its secrets. */
export const CRYPTO = createCrypto();

/** The keys of a seed on a board that has just booted, with an audit key of its own. */
export const giveKeys = (secrets: Secrets, seed: Handle<"seed">) => {
  const auditKey = unwrap(makeAuditKey(secrets));
  const hal = { secrets, crypto: CRYPTO, identity: identityOf(true) };
  return { auditKey, ...keysOf(hal, seed, { auditKey, bootId: new Uint8Array(16) }) };
};

/** An engine and the keys of 32 bytes made of the label. */
export const deviceKeys = (label = "a seed") => {
  const secrets = createPortableSecrets(systemRng());
  const seed = Uint8Array.from(createHash("sha256").update(label).digest());
  const { keys } = giveKeys(secrets, secrets.importSeed(seed));
  return { secrets, seed, keys };
};

/** A board that is none but for its name and whether it is insecure. */
export const identityOf = (insecure: boolean): Identity => ({
  name: "A",
  board: "bench",
  insecure,
  firmwareDigest: new Uint8Array(32),
  proof: "claim",
});

/** A ready device with those keys. */
export const readyWith = (keys: Keys): Device => ({ phase: "ready", keys });

/** A pairing and its surroundings. */
export interface PairingRoom {
  readonly pairing: Pairing;
  readonly clock: FakeClock;
  /** Puts the device into another state, and tells the pairing as a signer does. */
  readonly become: (device: Device) => void;
  readonly device: () => Device;
  /** The display each time that a code came or went; `undefined` for the status. */
  readonly shown: readonly (Screen | undefined)[];
  /** The arrays that the generator filled, and the results of HMAC: whose they are is by order. */
  readonly filled: readonly Uint8Array[];
  readonly hmacs: readonly Uint8Array[];
  readonly failRng: (isFailing: boolean) => void;
}

/** A pairing of a ready device; `after` may be a board's whose timers are late. */
export const createPairingRoom = (
  first: Device = readyWith(deviceKeys().keys),
  after?: Clock["after"],
): PairingRoom => {
  const clock = createFakeClock();
  const system = systemRng();
  const shown: (Screen | undefined)[] = [];
  const filled: Uint8Array[] = [];
  const hmacs: Uint8Array[] = [];
  let device = first;
  let isFailing = false;
  const rng: Rng = {
    fill: (target) => {
      if (isFailing) return { ok: false, error: "rng_failed" };
      filled.push(target);
      return system.fill(target);
    },
  };
  const hmacSha256: Hal["crypto"]["hmacSha256"] = (key, data) => {
    const mac = CRYPTO.hmacSha256(key, data);
    hmacs.push(mac);
    return mac;
  };
  const pairing: Pairing = createPairing({
    hal: {
      clock: { ...clock, after: after ?? clock.after },
      rng,
      crypto: { ...CRYPTO, hmacSha256 },
    },
    device: () => device,
    showIdle: () => void shown.push(pairing.screen()),
  });
  return {
    pairing,
    clock,
    become: (next) => {
      device = next;
      pairing.deviceChanged();
    },
    device: () => device,
    shown,
    filled,
    hmacs,
    failRng: (failing) => {
      isFailing = failing;
    },
  };
};

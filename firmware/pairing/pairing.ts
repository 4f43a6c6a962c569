/**
 * The pairing code of one boot (SPEC, section 3, "Pairing"): at most one, on the screen for ten
 * minutes, ended by three failures, by one use, by another code and by the loss of the keys.
 * Whatever ends it zeroes its entropy and the key derived from it.
 *
 * The failures are no guard of the words, which nobody guesses, but anyone on the cable can bring
 * them about; so one counts in a minute at most, and who has the words is let in meanwhile.
 */
import { assert, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { PAIRING_ENTROPY, PAIRING_LABEL } from "../../protocol/session/pairing.ts";
import type { Role } from "../../protocol/session/role.ts";
import type { Device } from "../device.ts";
import type { Hal, Handle, Screen } from "../hal.ts";
import { DEVICE_LIMITS } from "../limits.ts";
import { mnemonicOf } from "../words/mnemonic.ts";
import { deriveLinkSecret } from "./hkdf.ts";

/** Sessions that a code remembers to have opened: one for each channel of a link. */
const SESSIONS = LIMITS.channels;

/** What pairing needs of its signer. */
export interface PairingConfig {
  readonly hal: Pick<Hal, "clock" | "crypto" | "rng">;
  readonly device: () => Device;
  /**
   * A code came or went: the display shows `screen()` or else its status, at once, or after the
   * question that stands there.
   */
  readonly showIdle: () => void;
}

/** Pairing, as handlers and sessions use it. */
export interface Pairing {
  /** Opens a code in place of any other: its 12 words, in order. The device must hold keys. */
  readonly start: (role: Role) => Outcome<readonly string[], "rng_failed">;
  /** The role that the open code is for. */
  readonly role: () => Role | undefined;
  /** The words alone, as long as a code is open. */
  readonly screen: () => Screen | undefined;
  /** 32 bytes while a code is open, zeroed with it: a handshake takes its copy at once. */
  readonly psk: () => Uint8Array | undefined;
  /**
   * Message 1 of a handshake opened under `psk()`. Called before anything else can happen to the
   * code: the session is bound to this code, and cannot be used with one that comes after it.
   */
  readonly opened: (handshakeHash: Uint8Array) => void;
  /** Whether the open code opened that session. */
  readonly hasOpened: (handshakeHash: Uint8Array) => boolean;
  /** A handshake did not open; soon after another that counted it counts nothing. */
  readonly failed: () => void;
  /** The code was used. */
  readonly succeed: () => void;
  /** To be called after each step of the device: without its keys a code ends. */
  readonly deviceChanged: () => void;
}

/** An open code. */
interface Code {
  readonly role: Role;
  readonly entropy: Uint8Array;
  readonly psk: Uint8Array;
  /** The keys that a host will be paired with. */
  readonly master: Handle<"node">;
  readonly untilMs: number;
  readonly stopTimer: () => void;
  /** When the failures that count came. */
  failuresMs: readonly number[];
  sessions: readonly string[];
}

const masterOf = (device: Device): Handle<"node"> | undefined =>
  device.phase === "ready" || device.phase === "suspended" ? device.keys.master : undefined;

/** The place of the one code, and all the ways out of it. */
const createPlace = ({ hal, device, showIdle }: PairingConfig) => {
  let code: Code | undefined;
  const forget = (): void => {
    if (code === undefined) return;
    code.stopTimer();
    code.entropy.fill(0);
    code.psk.fill(0);
    code = undefined;
  };
  const end = (): void => {
    if (code === undefined) return;
    forget();
    showIdle();
  };
  return {
    end,
    put: (opened: Code): void => {
      forget();
      code = opened;
      showIdle();
    },
    /** The code, unless its time or its keys are gone: a late timer lets nobody in. */
    open: (): Code | undefined => {
      if (code === undefined) return undefined;
      const isGood = hal.clock.nowMs() < code.untilMs && masterOf(device()) === code.master;
      if (!isGood) end();
      return code;
    },
  };
};

/** A fresh code for a role. */
const draw = (
  { clock, crypto, rng }: PairingConfig["hal"],
  role: Role,
  master: Handle<"node">,
  onTimeout: () => void,
): Outcome<Code, "rng_failed"> => {
  const entropy = new Uint8Array(PAIRING_ENTROPY);
  const filled = rng.fill(entropy);
  if (!filled.ok) return filled;
  return ok({
    role,
    entropy,
    psk: deriveLinkSecret(crypto, entropy, PAIRING_LABEL),
    master,
    untilMs: clock.nowMs() + LIMITS.pairingMs,
    stopTimer: clock.after(LIMITS.pairingMs, onTimeout),
    failuresMs: [],
    sessions: [],
  });
};

/** No code yet. */
export const createPairing = (config: PairingConfig): Pairing => {
  const { hal, device } = config;
  const { end, open, put } = createPlace(config);
  const wordsOf = ({ entropy }: Code): readonly string[] =>
    mnemonicOf(entropy, (data) => hal.crypto.sha256().update(data).digest());
  return {
    start: (role) => {
      const master = masterOf(device());
      assert(master !== undefined, "only a device that holds keys is paired");
      const code = draw(hal, role, master, end);
      if (!code.ok) return code;
      put(code.value);
      return ok(wordsOf(code.value));
    },
    role: () => open()?.role,
    screen: () => {
      const code = open();
      return code === undefined ? undefined : { kind: "pairing-code", lines: wordsOf(code) };
    },
    psk: () => open()?.psk,
    opened: (handshakeHash) => {
      const code = open();
      if (code === undefined) return;
      code.sessions = [...code.sessions, handshakeHash.join()].slice(-SESSIONS);
    },
    hasOpened: (handshakeHash) => open()?.sessions.includes(handshakeHash.join()) === true,
    failed: () => {
      const code = open();
      if (code === undefined) return;
      const nowMs = hal.clock.nowMs();
      const lastMs = code.failuresMs.at(-1) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - lastMs < DEVICE_LIMITS.pairingFailureMs) return;
      code.failuresMs = [...code.failuresMs, nowMs];
      if (code.failuresMs.length >= DEVICE_LIMITS.pairingFailures) end();
    },
    succeed: end,
    deviceChanged: () => void open(),
  };
};

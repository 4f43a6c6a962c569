/**
 * The signer: the device's state from boot to end, and what it answers with: the keys and the trust
 * of the moment. Everything that lives for one boot is made here.
 */
import { assert, fail, type Outcome, ok } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { KeyAgreement, NoiseSuite } from "../protocol/session/noise/suite.ts";
import type { ResponderConfig } from "../protocol/session/responder.ts";
import { createAudit } from "./audit/audit.ts";
import { makeAuditKey } from "./audit/audit-key.ts";
import { createCountingAudit } from "./audit/counters.ts";
import type { NetworkName } from "./bitcoin/index.ts";
import { createCalls } from "./calls/calls.ts";
import { createConsent } from "./consent.ts";
import { type BroughtSeed, broughtKeys } from "./custody/brought-seed.ts";
import { advance, type Device, type DeviceEvent } from "./device.ts";
import type { Context } from "./dispatch.ts";
import type { BootReason, Hal, Screen } from "./hal.ts";
import { createLedger, type Ledger } from "./ledger/ledger.ts";
import { DEVICE_LIMITS } from "./limits.ts";
import { serveLine } from "./line.ts";
import { createCredentials } from "./pairing/credential.ts";
import { createPairing, type Pairing } from "./pairing/pairing.ts";
import { createQuotes } from "./quotes.ts";
import { createSignedClock } from "./time/signed-time.ts";
import { acceptClaim, NOBODY, type Trust } from "./trust.ts";

/** The firmware's version. */
export const VERSION = "0.1.0";

/** What composes a board may set. */
export interface SignerOptions {
  readonly network: NetworkName;
  /** What an insecure board brings along; refused on any other board. */
  readonly insecureSeed?: BroughtSeed;
  /** Whom it believes while no manifest says so; nobody unless told. */
  readonly trust?: Trust;
  /** Told of each phase that follows another. */
  readonly onPhase?: (phase: Device["phase"]) => void;
  /** Where keys and charges are kept; a ledger of the boot's own unless told. */
  readonly ledger?: Ledger;
}

/** What a signer is busy with. */
export interface SignerLoad {
  readonly openCalls: number;
  readonly heldBytes: number;
  readonly sessions: number;
}

/** A running signer, seen from its board: public state only. */
export interface Signer {
  readonly phase: () => Device["phase"];
  /** Master fingerprint, 4 bytes, while the device holds keys. */
  readonly fingerprint: () => Uint8Array | undefined;
  /** The link key (X25519), 32 bytes, while the device holds keys. */
  readonly linkKey: () => Uint8Array | undefined;
  /** Calls that are not over, bytes held for the bodies of requests, sessions that have asked. */
  readonly load: () => SignerLoad;
}

const randomBytes = ({ rng }: Hal, length: number): Outcome<Uint8Array, "rng_failed"> => {
  const target = new Uint8Array(length);
  const filled = rng.fill(target);
  return filled.ok ? ok(target) : filled;
};

/** Opens the device: sealed, or tampered where the last boot ended so. */
const openDevice = (hal: Hal): Outcome<DeviceEvent, "rng_failed"> => {
  if (hal.lifecycle.lastReason === "tamper" || hal.tamper.isTripped()) {
    return ok({ kind: "found-tampered" });
  }
  const bootKey = hal.secrets.generateAgreement();
  if (!bootKey.ok) return bootKey;
  const auditKey = makeAuditKey(hal.secrets);
  if (!auditKey.ok) return auditKey;
  return ok({ kind: "booted", boot: { ...bootKey.value, auditKey: auditKey.value } });
};

/** What the display shows while nobody is asked anything. */
const IDLE_KINDS: readonly Screen["kind"][] = ["status", "pairing-code", "check-words"];

/** Keeps the state, wipes before anything else when it ends, and tells display and audit. */
const createState = (hal: Hal, onPhase: (phase: Device["phase"]) => void) => {
  const { audit, counters } = createCountingAudit(createAudit(hal.log));
  let device: Device = { phase: "boot" };
  let stopWaiting: () => void = () => undefined;
  let shown: Screen["kind"] | undefined;
  const display: Hal["display"] = {
    show: (screen) => {
      shown = screen.kind;
      hal.display.show(screen);
    },
  };
  /** An unfinished set does not stay: it is wiped unless something happens to it before. */
  const watchSet = (): void => {
    stopWaiting();
    if (device.phase !== "provisioning" || device.shares.length === 0) return;
    const { shares } = device;
    stopWaiting = hal.clock.after(DEVICE_LIMITS.unfinishedSetMs, () => {
      for (const { share } of shares) hal.secrets.wipe(share.value);
      step({ kind: "set-wiped" });
    });
  };
  const step = (event: DeviceEvent): void => {
    if (event.kind === "ended") hal.secrets.wipeAll();
    const from = device.phase;
    device = advance(device, event);
    watchSet();
    pairing.deviceChanged();
    quotes.deviceChanged();
    if (device.phase === from) return;
    audit({ kind: "phase", from, to: device.phase });
    display.show(idle());
    onPhase(device.phase);
  };
  const idle = (): Screen =>
    pairing.screen() ??
    quotes.screen() ?? { kind: "status", lines: [hal.identity.name, device.phase] };
  const pairing = createPairing({ hal, device: () => device, showIdle: () => showIdle() });
  const quotes = createQuotes({ hal, device: () => device, showIdle: () => showIdle() });
  /** A question that stands there stays: what it asks must be what a press answers. */
  const showIdle = (): void => {
    if (shown !== undefined && IDLE_KINDS.includes(shown)) display.show(idle());
  };
  return { audit, counters, device: () => device, step, idle, pairing, quotes, display };
};

/** Ends the device once; the process follows when its last words had time to leave. */
const createEnding = (hal: Hal, state: ReturnType<typeof createState>) => {
  let isEnding = false;
  return (reason: BootReason): void => {
    if (isEnding) return;
    isEnding = true;
    const { phase } = state.device();
    if (phase !== "ended" && phase !== "tampered") state.step({ kind: "ended", reason });
    hal.clock.after(DEVICE_LIMITS.farewellMs, () => hal.lifecycle.end(reason));
  };
};

/** Takes the seed that an insecure board brought along; on any other, or tampered, wipes it. */
const preload = (
  context: Pick<Context, "hal" | "network" | "bootId">,
  state: ReturnType<typeof createState>,
  brought: BroughtSeed | undefined,
): void => {
  if (brought === undefined) return;
  const { hal } = context;
  const now = state.device();
  if (!hal.identity.insecure || now.phase !== "sealed") {
    hal.secrets.wipe(brought.seed);
    return;
  }
  const { secret, auditKey } = now.boot;
  hal.secrets.wipe(secret);
  state.step({ kind: "preloaded", keys: broughtKeys(context, auditKey, brought) });
};

/** The link key, as long as the device holds keys: its secret half stays behind `Secrets`. */
const linkKeyOf = ({ secrets }: Hal, device: Device): KeyAgreement | undefined => {
  if (device.phase !== "ready" && device.phase !== "suspended") return undefined;
  const { secret, publicKey } = device.keys.link;
  return {
    publicKey,
    agree: (peer) => {
      const shared = secrets.agree(secret, peer);
      return shared.ok ? shared.value : undefined;
    },
  };
};

const suiteOf = ({ crypto }: Hal): NoiseSuite => ({
  sha256: (data) => crypto.sha256().update(data).digest(),
  hmacSha256: crypto.hmacSha256,
  seal: crypto.aesGcmSeal,
  open: crypto.aesGcmOpen,
  keyPair: crypto.keyAgreement,
});

/** How channels answer handshakes: with the keys and the trust of the moment. */
const responderOf = (
  hal: Hal,
  device: () => Device,
  trust: () => Trust,
  pairing: Pairing,
): ResponderConfig => ({
  suite: suiteOf(hal),
  ephemeral: () => {
    const secret = randomBytes(hal, 32);
    if (!secret.ok) return undefined;
    const key = hal.crypto.keyAgreement(secret.value);
    secret.value.fill(0);
    return key;
  },
  linkKey: () => linkKeyOf(hal, device()),
  pairingKey: pairing.psk,
  onPairingOpened: pairing.opened,
  onPairingFailed: pairing.failed,
  accepts: (hostKey, claim) => {
    const now = device();
    if (now.phase !== "ready" && now.phase !== "suspended") return false;
    return acceptClaim(trust(), hostKey, claim, createCredentials(hal, now.keys).check);
  },
});

/** Printable ASCII: it stands on screens and in shares. */
const NAME = /^[\x20-\x7e]+$/;

const isName = (name: string): boolean => name.length <= LIMITS.deviceName && NAME.test(name);

/** 16 bytes; without randomness an epoch of zeros is still told apart by the host's nonce. */
const nonceOf = (hal: Hal): Uint8Array => {
  const nonce = randomBytes(hal, 16);
  return nonce.ok ? nonce.value : new Uint8Array(16);
};

const fingerprintOf = (device: Device): Uint8Array | undefined =>
  device.phase === "ready" || device.phase === "suspended" ? device.keys.fingerprint : undefined;

/** A device that has ended takes its process with it. */
const endWith = (device: Device, end: (reason: BootReason) => void): void => {
  if (device.phase === "ended") end(device.reason);
};

/** The manifest's word once it is believed; until then, what the board was started with. */
const trustOf = (device: Device, fallback: Trust): Trust => {
  const holdsKeys = device.phase === "ready" || device.phase === "suspended";
  return (holdsKeys ? device.keys.believed?.trust : undefined) ?? fallback;
};

/** Starts the firmware on a board. A board without a proper name is our own mistake: it throws. */
export const createSigner = (hal: Hal, options: SignerOptions): Outcome<Signer, "rng_failed"> => {
  assert(isName(hal.identity.name), "a device's name is 1 to 32 printable ASCII characters");
  const { network, trust = NOBODY, insecureSeed, ledger = createLedger() } = options;
  const bootId = randomBytes(hal, 16);
  const opened = bootId.ok ? openDevice(hal) : bootId;
  if (!bootId.ok) return bootId;
  if (!opened.ok) return fail(opened.error);
  const state = createState(hal, options.onPhase ?? (() => undefined));
  const { device, pairing } = state;
  const holdsKeys = (): boolean => linkKeyOf(hal, device()) !== undefined;
  const end = createEnding(hal, state);
  const startedMs = hal.clock.nowMs();
  state.step(opened.value);
  preload({ hal, network, bootId: bootId.value }, state, insecureSeed);
  hal.tamper.onTrip(() => end("tamper"));
  const calls = createCalls({
    context: {
      hal,
      network,
      version: VERSION,
      bootId: bootId.value,
      uptimeMs: () => Math.floor(hal.clock.nowMs() - startedMs),
      device,
      advance: state.step,
      pairing,
      quotes: state.quotes,
      time: createSignedClock(hal, bootId.value),
      trust: () => trustOf(device(), trust),
      counters: () => state.counters(ledger),
    },
    askFor: createConsent({ ...hal, display: state.display }, state.idle, holdsKeys),
    audit: state.audit,
    onFault: () => end("fault"),
    ledger,
  });
  serveLine({
    hal,
    calls,
    responder: responderOf(hal, device, () => trustOf(device(), trust), pairing),
    state: () => ({ bootId: bootId.value, phase: device().phase }),
    nonce: () => nonceOf(hal),
    onFault: () => {
      state.audit({ kind: "fault", during: "line" });
      end("fault");
    },
    onTurn: () => endWith(device(), end),
  });
  return ok({
    phase: () => device().phase,
    fingerprint: () => fingerprintOf(device()),
    linkKey: () => linkKeyOf(hal, device())?.publicKey,
    load: () => ({
      openCalls: calls.openCalls(),
      heldBytes: calls.heldBytes(),
      sessions: calls.sessions(),
    }),
  });
};

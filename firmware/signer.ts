/**
 * The signer: a board's bytes joined to the link, the link's records to calls, and the device's
 * state to its end. Everything that lives for one boot is made here.
 */
import { assert, fail, type Outcome, ok } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/limits.ts";
import { createLink, type LinkOutput } from "../protocol/link/link.ts";
import { createAudit } from "./audit/audit.ts";
import type { NetworkName } from "./bitcoin/index.ts";
import { type CallsConfig, createCalls } from "./calls.ts";
import { createConsent } from "./consent.ts";
import { advance, type Device, type DeviceEvent } from "./device.ts";
import type { BootReason, Hal, Handle, Screen } from "./hal.ts";
import { keysOf } from "./keys.ts";
import { DEVICE_LIMITS } from "./limits.ts";

/** The firmware's version. */
export const VERSION = "0.1.0";

/** What composes a board may set. */
export interface SignerOptions {
  readonly network: NetworkName;
  /** A seed that an insecure board brings along; refused on any other board. */
  readonly insecureSeed?: Handle<"seed">;
}

/** A running signer, seen from its board: public state only. */
export interface Signer {
  readonly phase: () => Device["phase"];
  /** Master fingerprint, 4 bytes, while the device holds keys. */
  readonly fingerprint: () => Uint8Array | undefined;
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
  return bootKey.ok ? ok({ kind: "booted", boot: bootKey.value }) : bootKey;
};

/** Keeps the state, wipes before anything else when it ends, and tells display and audit. */
const createState = (hal: Hal) => {
  const audit = createAudit(hal.log);
  let device: Device = { phase: "boot" };
  let stopWaiting: () => void = () => undefined;
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
    if (device.phase === from) return;
    audit({ kind: "phase", from, to: device.phase });
    hal.display.show(idle());
  };
  const idle = (): Screen => ({ kind: "status", lines: [hal.identity.name, device.phase] });
  return { audit, device: () => device, step, idle };
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
const preload = (hal: Hal, state: ReturnType<typeof createState>, seed: Handle<"seed">): void => {
  const now = state.device();
  if (!hal.identity.insecure || now.phase !== "sealed") {
    hal.secrets.wipe(seed);
    return;
  }
  hal.secrets.wipe(now.boot.secret);
  state.step({ kind: "preloaded", keys: keysOf(hal.secrets, hal.crypto, seed).keys });
};

/** Joins the board's line to the calls. */
const serveLine = (
  hal: Hal,
  context: CallsConfig["context"],
  calls: ReturnType<typeof createCalls>,
  afterAnswer: () => void,
): void => {
  const { clock } = hal;
  let stopTimer: () => void = () => undefined;
  const link = createLink({
    side: "device",
    sha256: (data) => hal.crypto.sha256().update(data).digest(),
    nonce: () => {
      const nonce = randomBytes(hal, 16);
      // Without randomness an epoch of zeros is still told apart by the host's nonce.
      return nonce.ok ? nonce.value : new Uint8Array(16);
    },
    state: () => ({ bootId: context.bootId, phase: context.device().phase }),
  });
  const schedule = (): void => {
    stopTimer();
    const deadlineMs = link.deadlineMs();
    if (deadlineMs === undefined) return;
    stopTimer = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () =>
      take(link.tick(clock.nowMs())),
    );
  };
  const reply = async (channel: number, record: Uint8Array, epoch: number): Promise<void> => {
    const answer = await calls.answer(record, epoch);
    // Ids belong to a link: who lost it asks again under the same key.
    if (answer !== undefined) link.send(channel, answer, clock.nowMs(), epoch);
    take(link.tick(clock.nowMs()));
    afterAnswer();
  };
  const take = (output: LinkOutput): void => {
    for (const bytes of output.bytes) hal.link.send(bytes);
    for (const event of output.events) {
      if (event.kind === "record") void reply(event.channel, event.record, event.epoch);
    }
    schedule();
  };
  hal.link.onReceive((bytes) => take(link.receive(bytes, clock.nowMs())));
  // Whoever comes next is a stranger: not even a repeated frame is for him.
  hal.link.onCable(() => {
    link.forget();
    schedule();
  });
};

/** Printable ASCII: it stands on screens and in shares. */
const NAME = /^[\x20-\x7e]+$/;

const isName = (name: string): boolean => name.length <= LIMITS.deviceName && NAME.test(name);

/** Starts the firmware on a board. A board without a proper name is our own mistake: it throws. */
export const createSigner = (hal: Hal, options: SignerOptions): Outcome<Signer, "rng_failed"> => {
  assert(isName(hal.identity.name), "a device's name is 1 to 32 printable ASCII characters");
  const bootId = randomBytes(hal, 16);
  const opened = bootId.ok ? openDevice(hal) : bootId;
  if (!bootId.ok) return bootId;
  if (!opened.ok) return fail(opened.error);
  const state = createState(hal);
  const end = createEnding(hal, state);
  const startedMs = hal.clock.nowMs();
  const context = {
    hal,
    network: options.network,
    version: VERSION,
    bootId: bootId.value,
    uptimeMs: () => Math.floor(hal.clock.nowMs() - startedMs),
    device: state.device,
    advance: state.step,
  };
  state.step(opened.value);
  if (options.insecureSeed !== undefined) preload(hal, state, options.insecureSeed);
  hal.tamper.onTrip(() => end("tamper"));
  const calls = createCalls({
    context,
    askFor: createConsent(hal, state.idle),
    audit: state.audit,
    onFault: () => end("fault"),
  });
  serveLine(hal, context, calls, () => {
    const now = state.device();
    if (now.phase === "ended") end(now.reason);
  });
  return ok({
    phase: () => state.device().phase,
    fingerprint: () => {
      const now = state.device();
      return now.phase === "ready" || now.phase === "suspended" ? now.keys.fingerprint : undefined;
    },
  });
};

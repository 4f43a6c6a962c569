/** The phases: `advance` and its table, keys and where they are, and the gate before commands. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  advance,
  type BootKey,
  type Device,
  type DeviceEvent,
  type Keys,
} from "../../firmware/device.ts";
import { type Context, dispatch, type Handlers } from "../../firmware/dispatch.ts";
import { PHASES, type Phase, TRANSITIONS } from "../../protocol/phase.ts";
import { COMMAND_NAMES, REGISTRY } from "../../protocol/commands/registry.ts";
import { type Caller, mayCall } from "../../protocol/session/role.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import { type Bench, createBench } from "./bench-device.ts";
import { makeSeed } from "./custodians.ts";
import { GRANTED, MADE_UP_AUDIT, STRANGERS } from "./made-up-call.ts";
import { errorOf, seeded, unwrap } from "./outcomes.ts";
import { connectRaw, namesOf, requestOf } from "./raw-host.ts";

const boot: BootKey = {
  secret: { kind: "agreement", id: 1 },
  publicKey: new Uint8Array(32),
  auditKey: MADE_UP_AUDIT,
};
const keys: Keys = {
  master: { kind: "node", id: 2 },
  fingerprint: new Uint8Array(4),
  link: { secret: { kind: "agreement", id: 3 }, publicKey: new Uint8Array(32) },
  pairing: { kind: "symmetric", id: 4 },
  audit: MADE_UP_AUDIT,
  wallets: [],
};
const DEVICES: Readonly<Record<Phase, Device>> = {
  boot: { phase: "boot" },
  sealed: { phase: "sealed", boot },
  provisioning: { phase: "provisioning", boot, shares: [] },
  ready: { phase: "ready", keys },
  suspended: { phase: "suspended", keys },
  tampered: { phase: "tampered" },
  ended: { phase: "ended", reason: "seal" },
};
const EVENTS: readonly DeviceEvent[] = [
  { kind: "booted", boot },
  { kind: "found-tampered" },
  { kind: "preloaded", keys },
  { kind: "seed-made", expected: new Uint8Array(33) },
  { kind: "shares-held", shares: [] },
  { kind: "set-wiped" },
  { kind: "unlocked", keys },
  { kind: "wallet-registered", wallet: HOT.registered },
  { kind: "ended", reason: "tamper" },
];

/** The device after an event; undefined where its phase does not know it. */
const stepOf = (device: Device, event: DeviceEvent): Device | undefined => {
  try {
    return advance(device, event);
  } catch {
    return undefined; // `advance` asserts: such an event would be our own mistake
  }
};

const mayFollow = (from: Phase, to: Phase): boolean => {
  const after: readonly Phase[] = TRANSITIONS[from];
  return from === to || after.includes(to);
};

describe("advance", () => {
  test("follows the table and keeps keys to ready and suspended, whatever happens", () => {
    const devices = fc.constantFrom(...Object.values(DEVICES));
    fc.assert(
      fc.property(devices, fc.array(fc.constantFrom(...EVENTS)), (first, events) => {
        let device = first;
        for (const event of events) {
          const after = stepOf(device, event) ?? device;
          expect(mayFollow(device.phase, after.phase)).toBe(true);
          expect("keys" in after).toBe(after.phase === "ready" || after.phase === "suspended");
          expect("boot" in after).toBe(["sealed", "provisioning"].includes(after.phase));
          device = after;
        }
      }),
      seeded(2000),
    );
  });

  test("lets nothing out of ended and tampered, and every other phase end", () => {
    for (const phase of PHASES) {
      const steps = EVENTS.map((event) => stepOf(DEVICES[phase], event)?.phase);
      const isOver = phase === "ended" || phase === "tampered";
      expect(steps.filter((step) => step !== undefined).length > 0).toBe(!isOver);
      expect(steps.includes("ended")).toBe(!isOver);
    }
  });

  test("gives no second seed to a device that has keys or waits for its own", () => {
    const made = stepOf(DEVICES.sealed, { kind: "seed-made", expected: new Uint8Array(33) });
    expect(made?.phase).toBe("provisioning");
    const waiting = made ?? DEVICES.boot;
    expect(stepOf(waiting, { kind: "seed-made", expected: new Uint8Array(33) })).toBeUndefined();
    expect(stepOf(waiting, { kind: "preloaded", keys })).toBeUndefined();
    expect(stepOf(waiting, { kind: "set-wiped" })).toEqual(waiting);
    for (const event of EVENTS.filter(({ kind }) => kind === "unlocked" || kind === "preloaded")) {
      expect(stepOf(DEVICES.ready, event)).toBeUndefined();
    }
  });
});

const trap = (): never => {
  throw new Error("a handler was reached");
};
const TRAPS: Handlers = {
  getStatus: trap,
  startPairing: trap,
  pair: trap,
  generateSeed: trap,
  getQuote: trap,
  offerManifest: trap,
  makeKey: trap,
  getTimeNonce: trap,
  setTime: trap,
  submitShares: trap,
  seal: trap,
  registerWallet: trap,
  getXpub: trap,
  getAddress: trap,
  signPsbt: trap,
  signMessage: trap,
  proveFunds: trap,
  attest: trap,
};

const contextIn = (bench: Bench, phase: Phase): Context => ({
  hal: bench.hal(),
  network: "regtest",
  version: "0",
  bootId: new Uint8Array(16),
  uptimeMs: () => 0,
  device: () => DEVICES[phase],
  advance: trap,
  ...STRANGERS,
  ...GRANTED,
  ask: trap,
});

describe("every command in every phase outside its list", () => {
  const bench = createBench();
  for (const phase of PHASES) {
    for (const name of COMMAND_NAMES) {
      const isListed = REGISTRY[name].phases.includes(phase);
      test(`${name}, ${phase}: ${isListed ? "comes to its handler" : "wrong_phase"}`, async () => {
        const context = contextIn(bench, phase);
        // Params that fit no command: what is listed comes as far as they are read.
        const outcome = await dispatch(TRAPS, context, name, "params");
        expect(errorOf(outcome)).toBe(isListed ? "invalid_params" : "wrong_phase");
      });
    }
  }

  test("params are read before a handler sees them, and well-formed ones reach it", async () => {
    const reached = dispatch(TRAPS, contextIn(bench, "ready"), "getStatus", new Map());
    const end = await reached.then(() => "no handler was reached", String);
    expect(end).toContain("a handler was reached");
  });
});

const REACHABLE: readonly (readonly [Phase, () => Promise<Bench>])[] = [
  ["sealed", () => Promise.resolve(createBench())],
  [
    "provisioning",
    async () => {
      const bench = createBench();
      const client = await bench.connect();
      await makeSeed(client, 2, 3);
      await client.close();
      await bench.pass(2000);
      return bench;
    },
  ],
  ["ready", () => Promise.resolve(createBench({ seed: new Uint8Array(32).fill(1) }))],
  ["tampered", () => Promise.resolve(createBench({ lastReason: "tamper" }))],
  [
    "ended",
    async () => {
      const bench = createBench({ seed: new Uint8Array(32).fill(1) });
      const client = await bench.connect();
      unwrap(await client.seal({}));
      await client.close();
      await bench.pass(1500);
      return bench;
    },
  ],
];

describe("the same over the wire", () => {
  test.each(REACHABLE)("in %s", async (phase, reach) => {
    const bench = await reach();
    const host = await connectRaw(bench, "vault");
    const caller: Caller =
      bench.linkKey() === undefined
        ? { kind: "anyone" }
        : { kind: "host", key: new Uint8Array(32), role: "vault" };
    expect(bench.phase()).toBe(phase);
    for (const name of COMMAND_NAMES) {
      const { access, phases } = REGISTRY[name];
      const listed = phases.includes(phase) ? "invalid_params" : "wrong_phase";
      const wanted = mayCall(caller, access) ? listed : "role_denied";
      const answers = namesOf(await host.exchange(requestOf(name, "params")));
      expect([name, ...answers]).toEqual([name, wanted]);
    }
    expect(bench.phase()).toBe(phase);
    expect(namesOf(await host.exchange(requestOf("getStatus", new Map())))).toEqual(["result"]);
  });
});

/** A session over lines that go down: repeated, once only, and indeterminate after a reboot. */
import { expect, test } from "bun:test";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { openRemote } from "../../host/driver/remote.ts";
import { SYSTEM_CLOCK } from "../../host/driver/clock.ts";
import { overLine } from "../../host/driver/line-wire.ts";
import type { OpenWire } from "../../host/driver/wire.ts";
import { REGISTRY } from "../../protocol/commands/registry.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { openClient, type RemoteEvent } from "../../host/driver/index.ts";
import { BINDING } from "../session/channel-ends.ts";
import { asking, callsOf, clientOver, GENESIS, SEED, unwrap, until, untilAsked } from "./lines.ts";

const recorder = () => {
  const kinds: string[] = [];
  return { kinds, onEvent: ({ kind }: RemoteEvent) => void kinds.push(kind) };
};

test("a call whose answer was lost is repeated under its key, and runs once", async () => {
  const emulator = await asking();
  const { kinds, onEvent } = recorder();
  const client = await emulator.connect({ onEvent });
  const call = client.generateSeed(GENESIS);
  await untilAsked(emulator);
  emulator.unplug();
  emulator.replug();
  await until("a new line", () => kinds.includes("disconnected") && kinds.at(-1) === "connected");
  emulator.press("yes");
  const seed = unwrap(await call);
  expect(seed.shares).toHaveLength(2);
  expect(kinds).toEqual(["connected", "disconnected", "connected"]);
  expect(emulator.screens.filter(({ kind }) => kind === "message")).toHaveLength(1);
  await client.close();
});

test("a key used again: the same body, the same answer; another is refused", async () => {
  const emulator = await createEmulator();
  const client = await emulator.connect();
  const idempotencyKey = new Uint8Array(16).fill(9);
  const first = unwrap(await client.generateSeed(GENESIS, { idempotencyKey }));
  const second = unwrap(await client.generateSeed(GENESIS, { idempotencyKey }));
  expect(second).toEqual(first);
  const other = { ...GENESIS, custodians: GENESIS.custodians.toReversed() };
  const refused = await client.generateSeed(other, { idempotencyKey });
  expect(refused).toMatchObject({ ok: false, error: "idempotency_key_reused" });
  await client.close();
});

test("a reboot during a call: call_indeterminate, and the session goes on", async () => {
  const emulator = await asking();
  const { kinds, onEvent } = recorder();
  const client = await emulator.connect({ onEvent });
  const before = client.peer();
  const call = client.generateSeed(GENESIS);
  await untilAsked(emulator);
  emulator.powerCut();
  expect(await call).toEqual({ ok: false, error: "call_indeterminate" });
  expect(kinds).toEqual(["connected", "disconnected", "connected", "rebooted"]);
  expect(client.peer().bootId).not.toEqual(before.bootId);
  expect(await client.getStatus({})).toMatchObject({ ok: true, value: { phase: "sealed" } });
  await client.close();
});

test("a device that stays away: link_down for open calls and for later ones", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const { kinds, onEvent } = recorder();
  let isAway = false;
  const open = () =>
    isAway ? Promise.resolve({ ok: false, error: "port_missing" } as const) : emulator.open();
  const client = unwrap(await openClient({ open, onEvent, reconnectMs: 150 }));
  isAway = true;
  emulator.unplug();
  emulator.replug();
  expect(await client.getStatus({})).toEqual({ ok: false, error: "link_down" });
  expect(kinds).toEqual(["connected", "disconnected", "lost"]);
  expect(await client.getStatus({})).toEqual({ ok: false, error: "link_down" });
  await client.close();
});

test("with reconnectMs 0 the first hang-up is the end", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const client = await emulator.connect({ reconnectMs: 0 });
  emulator.unplug();
  emulator.replug();
  expect(await client.getStatus({})).toEqual({ ok: false, error: "link_down" });
  await client.close();
});

test("a line that goes down after every answer: each call is answered all the same", async () => {
  const emulator = await createEmulator({ seed: SEED });
  let frames = 0;
  const client = await clientOver(emulator, {
    onBytes: () => {
      frames += 1;
      if (frames % 13 === 0) emulator.unplug();
      emulator.replug();
      return true;
    },
  });
  for (let i = 0; i < 3; i += 1) {
    expect(await client.getStatus({})).toMatchObject({ ok: true, value: { phase: "ready" } });
  }
  await client.close();
});

test("frames that get lost are sent again: every call runs once", async () => {
  const emulator = await createEmulator();
  let frames = 0;
  const dropSome = (): boolean => {
    frames += 1;
    return frames % 4 !== 0;
  };
  const client = await clientOver(emulator, { onWrite: dropSome, onBytes: dropSome });
  expect(unwrap(await client.generateSeed(GENESIS)).shares).toHaveLength(2);
  expect(callsOf(emulator, "generateSeed")).toBe(1);
  await client.close();
});

test("a line that goes down while it is being left is no second reason to come back", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const { kinds, onEvent } = recorder();
  let opened = 0;
  let isHeld = false;
  const open: OpenWire = async (options) => {
    if (isHeld) return fail("port_busy");
    const wire = unwrap(await overLine(emulator.open, SYSTEM_CLOCK)(options));
    isHeld = true;
    opened += 1;
    let down: () => void = () => undefined;
    const isFirst = opened === 1;
    return ok({
      ...wire,
      lastCounter: isFirst ? 0xffff - 15 : wire.lastCounter, // used up: it is renewed at once
      onDown: (action) => {
        down = action;
        wire.onDown(action);
      },
      close: async () => {
        if (isFirst) down(); // a RESET, while last words are waited for
        await Bun.sleep(5);
        await wire.close();
        isHeld = false;
      },
    });
  };
  const remote = unwrap(await openRemote(open, { onEvent, reconnectMs: 300 }));
  const { code, access, params } = REGISTRY.getStatus;
  const body = { code, access, params: params.toWire({}), idempotencyKey: new Uint8Array(16) };
  const { signal } = new AbortController();
  expect((await remote.call(body, signal)).ok).toBe(true);
  await Bun.sleep(400);
  expect(kinds).toEqual(["connected", "disconnected", "connected"]);
  await remote.close();
});

test("a device that greets and goes, again and again: pauses, and an end in time", async () => {
  const { kinds, onEvent } = recorder();
  let opened = 0;
  const peer = { side: "device", oldest: 1, newest: 1, frameLimit: 512, window: 8 } as const;
  const nothing = (): void => undefined;
  const open: OpenWire = () => {
    opened += 1;
    const wire = {
      peer: { ...peer, nonce: new Uint8Array(16), suites: [], features: [] },
      binding: BINDING,
      lastCounter: 0,
      send: () => true,
      room: () => 8,
      onRoom: nothing,
      onRecord: nothing,
      onDown: (action: () => void) => void setImmediate(action),
      close: () => Promise.resolve(),
    };
    return Promise.resolve(ok(wire));
  };
  const remote = unwrap(await openRemote(open, { onEvent, reconnectMs: 1000 }));
  const { code, access, params } = REGISTRY.getStatus;
  const body = { code, access, params: params.toWire({}), idempotencyKey: new Uint8Array(16) };
  const { signal } = new AbortController();
  expect(await remote.call(body, signal)).toEqual(fail("link_down"));
  expect(opened).toBeLessThanOrEqual(5);
  expect(kinds.at(-1)).toBe("lost");
  await remote.close();
});

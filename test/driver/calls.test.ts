/** Calls and their ends: timeout, AbortSignal, close, limits, answers that do not fit. */
import { expect, test } from "bun:test";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { type Identity, openClient } from "../../host/driver/index.ts";
import { readPairingCode } from "../../host/identity/index.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { asking, clientOver, GENESIS, SEED, unwrap, until, untilAsked } from "./lines.ts";

test("a timeout ends the wait, and the session answers on", async () => {
  const emulator = await asking();
  const client = await emulator.connect();
  const call = await client.generateSeed(GENESIS, { timeoutMs: 30 });
  expect(call).toEqual({ ok: false, error: "timeout" });
  expect(await client.getStatus({})).toMatchObject({ ok: true });
  await client.close();
});

test("an AbortSignal ends the wait with cancelled; an aborted one at once", async () => {
  const emulator = await asking();
  const client = await emulator.connect();
  const controller = new AbortController();
  const call = client.generateSeed(GENESIS, { signal: controller.signal });
  await untilAsked(emulator);
  controller.abort();
  expect(await call).toEqual({ ok: false, error: "cancelled" });
  const late = await client.getStatus({}, { signal: controller.signal });
  expect(late).toEqual({ ok: false, error: "cancelled" });
  expect(await client.getStatus({})).toMatchObject({ ok: true });
  await client.close();
});

test("a cancelled question ends on the device too: the next one is asked", async () => {
  const emulator = await asking();
  const client = await emulator.connect();
  const controller = new AbortController();
  const call = client.generateSeed(GENESIS, { signal: controller.signal });
  await untilAsked(emulator);
  controller.abort();
  expect(await call).toEqual({ ok: false, error: "cancelled" });
  const isQuestion = ({ kind }: { readonly kind: string }): boolean => kind === "message";
  const again = client.generateSeed(GENESIS);
  await until("a second question", () => emulator.screens.filter(isQuestion).length === 2);
  emulator.press("yes");
  expect(await again).toMatchObject({ ok: true });
  await client.close();
});

test("the session's own signal ends all its calls", async () => {
  const emulator = await asking();
  const controller = new AbortController();
  const client = await emulator.connect({ signal: controller.signal });
  const calls = [client.generateSeed(GENESIS), client.generateSeed(GENESIS)];
  await untilAsked(emulator);
  controller.abort();
  const ended = await Promise.all(calls);
  expect(ended.filter(({ ok }) => ok)).toEqual([]);
  expect(ended).toContainEqual({ ok: false, error: "cancelled" });
  await client.close();
});

test("close tells the device: its question ends with the client", async () => {
  const emulator = await asking();
  const client = await emulator.connect();
  for (let i = 0; i < 3; i += 1) await client.getStatus({});
  const calls = [client.generateSeed(GENESIS), client.getStatus({})];
  await untilAsked(emulator);
  await client.close();
  expect(await calls[0]).toEqual({ ok: false, error: "cancelled" });
  const cancelled = { event: "call", command: "generateSeed", result: "cancelled" };
  await until("the call's end", () => emulator.log.at(-1)?.["result"] === "cancelled");
  expect(emulator.log.at(-1)).toEqual(cancelled);
});

test("close ends open calls with cancelled, later ones with link_down; twice is once", async () => {
  const emulator = await asking();
  const client = await emulator.connect();
  const call = client.generateSeed(GENESIS);
  await untilAsked(emulator);
  await client.close();
  expect(await call).toEqual({ ok: false, error: "cancelled" });
  expect(await client.getStatus({})).toEqual({ ok: false, error: "link_down" });
  await client.close();
  const next = await emulator.connect();
  expect(await next.getStatus({})).toMatchObject({ ok: true });
  await next.close();
});

test("a second client is refused while the first holds the cable", async () => {
  const emulator = await createEmulator();
  const client = await emulator.connect();
  expect(await emulator.open()).toMatchObject({ ok: false, error: "port_busy" });
  await client.close();
  expect((await emulator.open()).ok).toBe(true);
});

test("parameters that do not fit never leave the host", async () => {
  const emulator = await createEmulator({ seed: SEED });
  let written = 0;
  const client = await clientOver(emulator, {
    onWrite: () => {
      written += 1;
      return true;
    },
  });
  await client.getStatus({});
  const before = written;
  const path = Array.from({ length: LIMITS.pathLength + 1 }, () => 0);
  expect(await client.getXpub({ path })).toEqual({ ok: false, error: "invalid_params" });
  const psbt = new Uint8Array(LIMITS.psbt + 1);
  expect(await client.signPsbt({ psbt })).toEqual({ ok: false, error: "invalid_params" });
  expect(written).toBe(before);
  await client.close();
});

test("more calls at once than the link queues: each is answered", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const client = await emulator.connect();
  const calls = Array.from({ length: LIMITS.queuedRecords * 3 }, () => client.getStatus({}));
  for (const outcome of await Promise.all(calls)) expect(unwrap(outcome).phase).toBe("ready");
  await client.close();
});

test("a role that this host has not been given: role_denied, and nothing is asked", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const { identity } = emulator;
  const deviceOf: Identity["deviceOf"] = async (status) => {
    const known = await identity.deviceOf(status);
    if (!known.ok || known.value === undefined) return known;
    return { ok: true, value: { ...known.value, grants: [{ role: "auditor" }] } };
  };
  const client = await emulator.connect({ identity: { ...identity, deviceOf } });
  expect(await client.getXpub({ path: [0] })).toMatchObject({ ok: true });
  expect(await client.seal({})).toMatchObject({ ok: false, error: "role_denied" });
  expect(emulator.phase()).toBe("ready");
  await client.close();
});

test("a host without an identity, or that knows no key: device_unknown", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const anyone = unwrap(await openClient({ open: emulator.open }));
  expect(await anyone.getXpub({ path: [0] })).toMatchObject({ error: "device_unknown" });
  expect(await anyone.getStatus({})).toMatchObject({ ok: true });
  await anyone.close();
});

test("a device with another link key than the known one: session_refused", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const other = await createEmulator({ seed: SEED.map((byte) => byte + 1) });
  const { hostKey } = emulator.identity;
  const identity = { hostKey, deviceOf: other.identity.deviceOf };
  const client = await emulator.connect({ identity });
  expect(await client.getXpub({ path: [0] })).toMatchObject({ error: "session_refused" });
  expect(await client.getStatus({})).toMatchObject({ ok: true });
  await client.close();
});

test("the device's own refusals come with their names and details", async () => {
  const emulator = await createEmulator();
  const client = await emulator.connect();
  expect(await client.getXpub({ path: [] })).toMatchObject({ ok: false, error: "wrong_phase" });
  const [first = new Uint8Array(32)] = GENESIS.custodians;
  const twice = { custodians: [first, first], threshold: 2 };
  expect(await client.generateSeed(twice)).toMatchObject({ error: "custodian_repeated" });
  await client.close();
});

test("what is asked under a code's key goes over that code's session and no other", async () => {
  const emulator = await createEmulator({ seed: SEED });
  const client = unwrap(await openClient({ open: emulator.open }));
  unwrap(await client.startPairing({ role: "vault" }));
  const psk = new Uint8Array(32).fill(9);
  const wrong = await client.getStatus({}, { psk });
  expect(wrong).toMatchObject({ ok: false, error: "session_refused" });
  const code = emulator.screens.findLast(({ kind }) => kind === "pairing-code");
  const key = unwrap(readPairingCode(code?.lines.join(" ") ?? ""));
  expect(await client.getStatus({}, { psk: key })).toMatchObject({ ok: true });
  expect(await client.getStatus({})).toMatchObject({ ok: true });
  await client.close();
});

/** What the simulation has found, each bug by itself: after a change a seed means another run. */
import { expect, test } from "bun:test";
import { openClient } from "../../host/driver/index.ts";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { FLAGS } from "../../protocol/frame/frame.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { createKeepAlive } from "../../protocol/link/keep-alive.ts";
import { createOutgoing } from "../../protocol/link/outgoing.ts";
import { createChance } from "./chance.ts";
import { edited, frameOf } from "../../hardware/emulator/kit/faults/frames.ts";
import { createScene, type Scene } from "./scene.ts";

/** A fast line, a listed worker with little to do, and a person who does not dawdle. */
const quickScene = (): Scene => {
  for (let seed = 1; ; seed += 1) {
    const scene = createScene({ seed });
    const { nature, habits, isListed, payments } = scene.plan;
    const isQuick = nature.bytesPerMs > 90 && nature.latencyMs < 1 && habits.mostMs <= 50;
    if (isQuick && isListed && payments.every(({ isLong }) => !isLong)) return scene;
  }
};

/** Virtual milliseconds until the worker is done; a minute at most. */
const workedMs = ({ world, journal, plan, worker }: Scene): number => {
  for (const payment of plan.payments) journal.add(payment);
  worker.start();
  world.runUntil(worker.isDone, 60_000);
  return world.nowMs();
};

test("what keep-alive calls due is done, however its times round", () => {
  const chance = createChance(1);
  for (let i = 0; i < 1_000; i += 1) {
    let nowMs = chance.below(1_000_000) / 288;
    const keepAlive = createKeepAlive(nowMs);
    keepAlive.tick(nowMs, true);
    for (let asked = 0; asked < 20; asked += 1) {
      nowMs = keepAlive.deadlineMs(true);
      expect(keepAlive.tick(nowMs, true)).toBeDefined();
      keepAlive.hear(nowMs);
    }
  }
});

test("a frame that the other side lacks for ever is given up, though it says so each time", () => {
  const outgoing = createOutgoing({ fragment: 64, window: 8 });
  outgoing.queue({ channel: 0, isHandshake: false, bytes: new Uint8Array(10) });
  let sent = 0;
  let nowMs = 0;
  for (let isAlive = true; isAlive; isAlive = outgoing.tick(nowMs)) {
    expect(sent).toBeLessThan(9);
    if (outgoing.pull(nowMs) !== undefined) sent += 1;
    outgoing.acknowledge(0, 8, nowMs + 1);
    nowMs += 5_000;
  }
  expect(sent).toBe(9);
});

test("a session that is lost while the device is asked who it is: asked again at once", () => {
  const scene = quickScene();
  let records = 0;
  scene.cable.toDevice.meddle((chunk) => {
    const frame = frameOf(chunk);
    if (frame?.type !== "data" || (frame.flags & FLAGS.handshake) !== 0) return undefined;
    records += 1;
    if (records !== 2) return undefined; // the first one confirms the session
    return [edited(frame, { payload: frame.payload.map((byte) => byte ^ 1) })];
  });
  expect(workedMs(scene)).toBeLessThan(8_000);
  expect(records).toBeGreaterThan(2);
  expect(scene.findings.all()).toEqual([]);
});

test("a HELLO_ACK that was edited once costs a new link, not the call", () => {
  const { cable, world, chance } = quickScene();
  let left = 1;
  cable.toHost.meddle((chunk) => {
    const frame = frameOf(chunk);
    const hello = frame?.type === "helloAck" ? decodeAs(HELLO, frame.payload) : undefined;
    if (frame === undefined || hello === undefined || left === 0) return undefined;
    left -= 1;
    return [edited(frame, { payload: encodeAs(HELLO, { ...hello, features: ["plain"] }) })];
  });
  const actor = world.createActor("program");
  const said: string[] = [];
  const ask = async (): Promise<void> => {
    const client = await openClient({
      open: cable.openAs(actor),
      clock: actor,
      nonce: () => chance.bytes(16),
      ephemeral: () => chance.bytes(32),
      freshKey: () => chance.bytes(16),
      onEvent: ({ kind }) => void said.push(kind),
    });
    const status = client.ok ? await client.value.getStatus({}, { timeoutMs: 60_000 }) : client;
    said.push(status.ok ? "ok" : status.error);
  };
  void ask();
  world.runUntil(() => said.includes("ok"), 60_000);
  expect(left).toBe(0);
  expect(said).toEqual(["connected", "disconnected", "connected", "ok"]);
});

/**
 * A stranger on the cable, without a key: he ends a host's session while another handshake is under
 * way, takes the device's place in a session of anyone, and answers what was asked before.
 */
import { expect, test } from "bun:test";
import { createCall } from "../../host/driver/call.ts";
import { SYSTEM_CLOCK } from "../../host/driver/clock.ts";
import { noiseSuite } from "../../host/driver/index.ts";
import { createSteward, type Household } from "../../host/driver/steward.ts";
import { encodeMessage } from "../../protocol/call/envelope.ts";
import { REGISTRY } from "../../protocol/commands/registry.ts";
import { ok } from "../../protocol/errors.ts";
import { refusalRecord } from "../../protocol/session/binding.ts";
import { createResponder, type ResponderEvent } from "../../protocol/session/responder.ts";
import type { Access } from "../../protocol/session/role.ts";
import { statusOf } from "../cli/fake-signer.ts";
import { BINDING, ephemeral, HOST_KEY, LINK_KEY } from "../session/channel-ends.ts";
import { until } from "./lines.ts";

const PEER = { side: "device", oldest: 1, newest: 1, nonce: new Uint8Array(16) } as const;
const FORGED = encodeMessage({ kind: "result", id: 1, result: "forged" });

const responderOf = (linkKey: typeof LINK_KEY | undefined) =>
  createResponder(
    {
      suite: noiseSuite,
      ephemeral,
      linkKey: () => linkKey,
      pairingKey: () => undefined,
      onPairingOpened: () => undefined,
      onPairingFailed: () => undefined,
      accepts: () => true,
    },
    BINDING,
  );

type Device = (record: Uint8Array, isHandshake: boolean) => void;

/** A steward, and whoever is at the other end of its wire. */
const createScene = () => {
  const settled: { id: number; isOk: boolean }[] = [];
  const calls = new Map<number, ReturnType<typeof createCall>>();
  let device: Device = () => undefined;
  let hear: Device = () => undefined;
  const household: Household = {
    clock: SYSTEM_CLOCK,
    identity: {
      hostKey: HOST_KEY,
      deviceOf: () =>
        ok({ deviceKey: LINK_KEY.publicKey, grants: [{ role: "vault" }, { role: "operator" }] }),
    },
    waiting: () => [...calls.values()],
    find: (id) => calls.get(id),
    askStatus: () => Promise.resolve(ok(REGISTRY.getStatus.result.toWire(statusOf()))),
    renew: () => undefined,
  };
  const wire = {
    peer: { ...PEER, frameLimit: 512, window: 8, suites: [], features: [] },
    binding: BINDING,
    lastCounter: 0,
    send: (record: Uint8Array, isHandshake: boolean) => {
      const copy = Uint8Array.from(record);
      queueMicrotask(() => device(copy, isHandshake));
      return true;
    },
    room: () => 8,
    onRoom: () => undefined,
    onRecord: (action: Device) => {
      hear = action;
    },
    onDown: () => undefined,
    close: () => Promise.resolve(),
  };
  const steward = createSteward(wire, household);
  const ask = (id: number, access: Access): void => {
    const body = { code: 20, access, idempotencyKey: new Uint8Array(16), params: new Map() };
    const call = createCall(id, body, (outcome) => {
      if (calls.delete(id)) settled.push({ id, isOk: outcome.ok });
    });
    calls.set(id, call);
    steward.look();
  };
  return {
    settled,
    ask,
    end: steward.end,
    hear: (record: Uint8Array, isHandshake: boolean) => hear(record, isHandshake),
    become: (next: Device) => {
      device = next;
    },
    isAsked: (id: number) => calls.get(id)?.isAsked === true,
  };
};

const say = ({ hear }: ReturnType<typeof createScene>, events: readonly ResponderEvent[]): void => {
  for (const event of events) if (event.kind === "send") hear(event.record, event.isHandshake);
};

test("what a stranger says settles no call that was asked of the device itself", async () => {
  const scene = createScene();
  const [honest, stranger] = [responderOf(LINK_KEY), responderOf(undefined)];
  scene.become((record, isHandshake) => say(scene, honest.take(record, isHandshake, 0)));
  scene.ask(1, ["vault"]);
  await until("call 1 is asked", () => scene.isAsked(1));
  let hasAnswered = false;
  scene.become((record, isHandshake) => {
    const isOwn = isHandshake && record[0] === 2;
    if (isOwn) {
      scene.hear(new Uint8Array(40), false); // ends the session that is
      scene.hear(refusalRecord((record[1] ?? 0) * 256 + (record[2] ?? 0)), true);
      return;
    }
    say(scene, stranger.take(record, isHandshake, 0));
    const forged = isHandshake ? undefined : stranger.seal(FORGED, 0);
    if (forged === undefined) return;
    hasAnswered = true;
    scene.hear(forged, false);
  });
  scene.ask(2, ["operator"]);
  await until("the stranger has a session", () => hasAnswered);
  await Bun.sleep(1);
  expect(scene.settled).toEqual([]);
  expect(scene.isAsked(1)).toBe(false);
  scene.end();
});

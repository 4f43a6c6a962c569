/** A steward whose wire ends in the test's hands: whoever it plays is at the other end. */
import { createCall } from "../../host/driver/call.ts";
import { type HostClock, SYSTEM_CLOCK } from "../../host/driver/clock.ts";
import { createSteward, type Household } from "../../host/driver/steward.ts";
import { REGISTRY } from "../../protocol/commands/registry.ts";
import { ok } from "../../protocol/errors.ts";
import { createResponder, type ResponderEvent } from "../../protocol/session/responder.ts";
import type { Access } from "../../protocol/session/role.ts";
import { statusOf } from "../cli/fake-signer.ts";
import { BINDING, HOST_KEY, KEYLESS, LINK_KEY } from "../session/channel-ends.ts";

const PEER = { side: "device", oldest: 1, newest: 1, nonce: new Uint8Array(16) } as const;

/** A device's end of the wire; without the link key it can be anyone. */
export const responderOf = (linkKey: typeof LINK_KEY | undefined) =>
  createResponder({ ...KEYLESS, linkKey: () => linkKey, accepts: () => true }, BINDING);

type Device = (record: Uint8Array, isHandshake: boolean) => void;

/** The boot id that the device of a scene says. */
export const BOOT: Uint8Array = new Uint8Array(16).fill(0xb0);

/** A steward, and whoever is at the other end of its wire. */
export const createScene = (clock: HostClock = SYSTEM_CLOCK) => {
  const settled: { readonly id: number; readonly end: string }[] = [];
  const calls = new Map<number, ReturnType<typeof createCall>>();
  let device: Device = () => undefined;
  let hear: Device = () => undefined;
  const household: Household = {
    clock,
    identity: {
      hostKey: HOST_KEY,
      deviceOf: () =>
        ok({ deviceKey: LINK_KEY.publicKey, grants: [{ role: "vault" }, { role: "operator" }] }),
    },
    waiting: () => [...calls.values()],
    find: (id) => calls.get(id),
    askStatus: () => Promise.resolve(ok(REGISTRY.getStatus.result.toWire(statusOf()))),
    began: () => undefined,
    renew: () => undefined,
  };
  const wire = {
    peer: { ...PEER, frameLimit: 512, window: 8, suites: [], features: [], bootId: BOOT },
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
  /** Asks a call, which another boot may have been asked before. */
  const ask = (id: number, access: Access, sentTo?: string): void => {
    const body = { code: 20, access, idempotencyKey: new Uint8Array(16), params: new Map() };
    const call = createCall(id, body, (outcome) => {
      if (calls.delete(id)) settled.push({ id, end: outcome.ok ? "ok" : outcome.error });
    });
    call.sentTo = sentTo;
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

/** A steward in the test's hands. */
export type Scene = ReturnType<typeof createScene>;

/** Hands the host what a device's end says. */
export const say = ({ hear }: Scene, events: readonly ResponderEvent[]): void => {
  for (const event of events) if (event.kind === "send") hear(event.record, event.isHandshake);
};

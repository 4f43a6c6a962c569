/** The line at work: what throws is our own fault, and is told, whichever step it was. */
import { expect, test } from "bun:test";
import { serveLine } from "../../firmware/line.ts";
import { createCable } from "../../hardware/emulator/lines/cable.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";
import type { Origin } from "../../firmware/calls/calls.ts";
import { openClient } from "../../host/driver/index.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { KEYLESS } from "../session/channel-ends.ts";
import { until } from "../driver/lines.ts";
import { createFakeClock } from "./fake-clock.ts";

/** A line that serves calls of the test's own, and what faults it told. */
const createServed = (take: (origin: Origin) => void, nonce: () => Uint8Array) => {
  const cable = createCable();
  let faults = 0;
  serveLine({
    hal: { clock: createFakeClock(), crypto: createCrypto(), link: cable.device },
    calls: { take: (_, origin) => take(origin), leave: () => undefined },
    responder: KEYLESS,
    state: () => ({ bootId: new Uint8Array(16), phase: "sealed" }),
    nonce,
    onTurn: () => undefined,
    onFault: () => {
      faults += 1;
    },
  });
  const connect = (connectTimeoutMs: number) =>
    openClient({
      connectTimeoutMs,
      open: () => {
        const end = cable.attach();
        return Promise.resolve(end === undefined ? fail("port_busy") : ok(end));
      },
    });
  return { connect, faults: () => faults };
};

const freshNonce = (): Uint8Array => crypto.getRandomValues(new Uint8Array(16));
const broken = (): never => {
  throw new Error("ours");
};

test("a step that throws while it hears is a fault", async () => {
  const { connect, faults } = createServed(() => undefined, broken);
  expect(await connect(50)).toMatchObject({ ok: false, error: "not_a_signer" });
  expect(faults()).toBe(1);
});

test("so is one that throws while it speaks; the line does not fall silent for it", async () => {
  const { connect, faults } = createServed((origin) => {
    origin.send({ [Symbol.iterator]: () => ({ next: broken }) });
  }, freshNonce);
  for (let count = 1; count <= 2; count += 1) {
    const client = await connect(1000);
    if (!client.ok) throw new Error(client.error);
    void client.value.getStatus({});
    await until("a fault", () => faults() === count);
    await client.value.close();
  }
});

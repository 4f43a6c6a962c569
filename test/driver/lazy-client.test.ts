/** A client that reaches for its signer when it is called, and how soon one follows another. */
import { expect, test } from "bun:test";
import {
  createEmulator,
  createVirtualClock,
  type EmulatorOptions,
} from "../../hardware/emulator/index.ts";
import { lazyClient, type RemoteEvent } from "../../host/driver/index.ts";
import { unwrap } from "./lines.ts";

/** Longer than a lost line is tried again. */
const FOR_GOOD_MS = 20_000;

const inVirtualTime = async (options: EmulatorOptions = {}) => {
  const clock = createVirtualClock();
  return { clock, signer: await createEmulator({ ...options, clock }) };
};

test("a signer that was lost for good is reached for anew by the next call", async () => {
  const { clock, signer } = await inVirtualTime();
  await using emulator = signer;
  const events: RemoteEvent["kind"][] = [];
  const client = lazyClient({
    open: emulator.open,
    clock,
    intercept: (_, carry) => clock.until(carry()),
    onEvent: ({ kind }) => void events.push(kind),
  });
  const isDown = async () => {
    const reply = await client.getStatus({}, { timeoutMs: 2 * FOR_GOOD_MS });
    expect(reply).toMatchObject({ ok: false, error: "link_down" });
  };
  unwrap(await client.getStatus({}));
  emulator.unplug();
  await clock.advance(FOR_GOOD_MS);
  expect(events).toEqual(["connected", "disconnected", "lost"]);
  await isDown();
  emulator.replug();
  unwrap(await client.getStatus({}));
  emulator.unplug();
  await isDown(); // this one waited until it was given up
  emulator.replug();
  unwrap(await client.getStatus({}));
  expect(events.filter((kind) => kind === "lost")).toHaveLength(2);
  await clock.until(client.close());
});

test("clients one after the other: none waits for its HELLO to be repeated", async () => {
  const { clock, signer } = await inVirtualTime();
  await using emulator = signer;
  for (let i = 0; i < 6; i += 1) {
    const client = await emulator.connect();
    unwrap(await client.getStatus({}));
    await clock.until(client.close());
  }
  expect(clock.nowMs()).toBeLessThan(500);
});

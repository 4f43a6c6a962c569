/** A press that was meant for a question that is over answers no other. */
import { describe, expect, test } from "bun:test";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import { type Bench, lastQuestion, settle } from "./bench-device.ts";
import { errorOf, signed, unwrap } from "./outcomes.ts";
import { draftBytes, type ReadyDevice, readyDevice } from "./ready-device.ts";

const askAddress = ({ client, walletId }: ReadyDevice, signal?: AbortSignal) =>
  client.getAddress(
    { walletId, isChange: false, index: 0, isShown: true },
    signal === undefined ? {} : { signal },
  );

/** A device whose question for an address was just cancelled. */
const cancelled = async (): Promise<ReadyDevice> => {
  const device = await readyDevice({ approve: "ask" });
  const mind = new AbortController();
  const asked = askAddress(device, mind.signal);
  await settle();
  mind.abort();
  expect(errorOf(await asked)).toBe("cancelled");
  await settle();
  return device;
};

const isShownNow = (bench: Bench): string | undefined => bench.screens.at(-1)?.kind;

describe("after a question without a press", () => {
  test("that was cancelled, the next is neither shown nor answered for a second", async () => {
    const { bench, client } = await cancelled();
    const asked = client.signPsbt({ psbt: draftBytes() });
    await bench.pass(DEVICE_LIMITS.dwellMs - 1);
    expect(isShownNow(bench)).toBe("status");
    bench.press("yes");
    await settle();
    expect(bench.signatures()).toBe(0);
    await bench.pass(1);
    expect(isShownNow(bench)).toBe("transaction");
    bench.press("yes");
    expect(signed(await asked)).toHaveLength(2);
    await client.close();
  });

  test("that timed out, too", async () => {
    const device = await readyDevice({ approve: "ask" });
    const { bench, client } = device;
    const asked = askAddress(device);
    await bench.pass(DEVICE_LIMITS.consentMs);
    expect(errorOf(await asked)).toBe("consent_timeout");
    const next = client.signPsbt({ psbt: draftBytes() });
    await settle();
    bench.press("yes");
    await settle();
    expect([isShownNow(bench), bench.signatures()]).toEqual(["status", 0]);
    await bench.pass(DEVICE_LIMITS.dwellMs);
    bench.press("no");
    expect(errorOf(await next)).toBe("declined");
    await client.close();
  });

  test("a cancellation ends the wait, nothing is shown; a third is busy", async () => {
    const device = await cancelled();
    const { bench, client } = device;
    const mind = new AbortController();
    const asked = client.signPsbt({ psbt: draftBytes() }, { signal: mind.signal });
    await settle();
    expect(errorOf(await askAddress(device))).toBe("busy");
    mind.abort();
    expect(errorOf(await asked)).toBe("cancelled");
    await settle();
    expect(bench.log.at(-1)).toMatchObject({ command: "signPsbt", result: "cancelled" });
    expect(lastQuestion(bench.screens).kind).toBe("address");
    const again = client.signPsbt({ psbt: draftBytes() });
    await bench.pass(DEVICE_LIMITS.dwellMs);
    bench.press("yes");
    expect(signed(await again)).toHaveLength(2);
    await client.close();
  });
});

test("the second of a double press answers nothing: the next question comes after it", async () => {
  const device = await readyDevice({ approve: "ask" });
  const { bench, client } = device;
  const asked = askAddress(device);
  await settle();
  bench.hurry("yes");
  expect(unwrap(await asked).address).toMatch(/^bcrt1/);
  const next = client.signPsbt({ psbt: draftBytes() });
  await bench.pass(DEVICE_LIMITS.doublePressMs - 1);
  expect(isShownNow(bench)).toBe("status");
  bench.hurry("yes");
  await settle();
  expect(bench.signatures()).toBe(0);
  await bench.pass(1);
  expect(isShownNow(bench)).toBe("transaction");
  bench.hurry("yes");
  expect(signed(await next)).toHaveLength(2);
  await client.close();
});

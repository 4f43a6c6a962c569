/** Faults that have to do with more than one frame: links, records, batches, one another. */
import { expect, test } from "bun:test";
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
  type EmulatorOptions,
  type Fault,
} from "../../../hardware/emulator/index.ts";
import { buildPsbt, STRANGER_SCRIPT } from "../../bitcoin/psbt-fixture.ts";
import { HOT } from "../../bitcoin/wallet-fixture.ts";
import { until } from "../../driver/lines.ts";
import { hasNoLibraries } from "../../secrets/oracles/engines.ts";

const psbtOf = (inputs: number): Uint8Array =>
  new Uint8Array(
    buildPsbt({
      coins: Array.from({ length: inputs }, (_, index) => ({
        wallet: HOT,
        branch: 0,
        index,
        amountSats: 100_000,
      })),
      outputs: [{ script: STRANGER_SCRIPT, amountSats: 100_000 * inputs - 10_000 }],
    }).toBuffer(),
  );

/** The device of the wallet's first holder. */
const HOLDER: EmulatorOptions = {
  rngSeed: "links",
  seed: new Uint8Array(32).fill(1),
  wallets: [HOT.text],
};

const breakable = (faults: readonly Fault[]): Promise<Emulator> =>
  createEmulator({ ...HOLDER, clock: createVirtualClock(), faults });

const kindsOf = ({ faults }: Emulator): readonly string[] =>
  faults.happened.map(({ kind }) => kind);

const sign = ({ client }: Emulator, inputs = 3) =>
  client.signPsbt({ psbt: psbtOf(inputs) }, { timeoutMs: 20_000 });

for (const at of ["toDevice", "toHost"] as const) {
  test(`stale bytes of an earlier link ${at}: no effect on the new one`, async () => {
    await using signer = await breakable([{ kind: "stale bytes", at }]);
    expect(await signer.client.getStatus({})).toMatchObject({ ok: true });
    expect(kindsOf(signer)).toEqual([]);
    signer.unplug();
    await signer.advance(100);
    signer.replug();
    expect(await sign(signer)).toMatchObject({ ok: true });
    expect(await signer.client.getStatus({})).toMatchObject({ ok: true });
    expect(kindsOf(signer)).toEqual(["stale bytes"]);
  });

  test(`a HELLO edited ${at}: no session comes of it, and the next one is good`, async () => {
    await using signer = await breakable([{ kind: "HELLO edited", at }]);
    expect(await sign(signer)).toMatchObject({ ok: true });
    expect(kindsOf(signer)).toEqual(["HELLO edited"]);
  });
}

test("unplugged within a record of an upload: it goes on, and is signed once", async () => {
  await using signer = await breakable([{ kind: "unplugged", within: "record", after: 2 }]);
  const signed = await sign(signer, 8);
  expect(signed).toMatchObject({ ok: true });
  expect(kindsOf(signer)).toEqual(["unplugged"]);
  expect(signer.screens.filter(({ kind }) => kind === "transaction").length).toBeGreaterThan(0);
});

test("a NAK that comes twice: what is missing comes once", async () => {
  await using signer = await breakable([
    { kind: "frame truncated", after: 6 },
    { kind: "NAK replayed", at: "toHost" },
  ]);
  expect(await sign(signer, 8)).toMatchObject({ ok: true });
  expect(kindsOf(signer)).toEqual(["frame truncated", "NAK replayed"]);
});

test("two faults of one kind: each happens for itself, and one alone is taken back", async () => {
  await using signer = await breakable([{ kind: "brown-out", signature: 1 }]);
  const mend = signer.faults.add({ kind: "brown-out", signature: 2 });
  expect(await sign(signer)).toMatchObject({ error: "call_indeterminate" });
  mend();
  expect(await sign(signer)).toMatchObject({ ok: true });
  expect(kindsOf(signer)).toEqual(["brown-out"]);
});

test("a generator that fails on and on: it happened once", async () => {
  await using signer = await breakable([]);
  expect(await signer.client.getStatus({})).toMatchObject({ ok: true });
  signer.faults.add({ kind: "rng failure" });
  for (let i = 0; i < 3; i += 1) {
    const { client } = signer;
    expect(await client.startPairing({ role: "vault" })).toMatchObject({ error: "rng_failed" });
  }
  expect(kindsOf(signer)).toEqual(["rng failure"]);
});

test.skipIf(hasNoLibraries)("signatures of threads go wrong at their turn, too", async () => {
  const faults: readonly Fault[] = [{ kind: "brown-out", signature: 18 }];
  await using signer = await createEmulator({ ...HOLDER, secrets: "native", threads: 2, faults });
  expect(await sign(signer, 20)).toMatchObject({ ok: false, error: "call_indeterminate" });
  expect(signer.lastReason()).toBe("brown-out");
  expect(await sign(signer, 20)).toMatchObject({ ok: true });
  signer.faults.add({ kind: "bit flip", signature: 21 });
  expect((await sign(signer, 19)).ok).toBe(false);
  expect(kindsOf(signer)).toEqual(["brown-out", "bit flip"]);
  await until("the next boot", () => signer.lastReason() === "fault");
});

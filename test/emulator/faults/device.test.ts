/** Faults of the device, on demand, and what its firmware makes of them. */
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
import { hasNoLibraries } from "../../secrets/oracles/engines.ts";

const psbtOf = (count: number): Uint8Array => {
  const place = { wallet: HOT, branch: 0, amountSats: 100_000 } as const;
  const coins = Array.from({ length: count }, (_, index) => ({ ...place, index }));
  const outputs = [{ script: STRANGER_SCRIPT, amountSats: 100_000 * count - 10_000 }];
  return new Uint8Array(buildPsbt({ coins, outputs }).toBuffer());
};

const PSBT = psbtOf(3);

/** The device of the wallet's first holder. */
const breakable = (faults: readonly Fault[], more: EmulatorOptions = {}): Promise<Emulator> =>
  createEmulator({
    clock: createVirtualClock(),
    rngSeed: "faults",
    seed: new Uint8Array(32).fill(1),
    wallets: [HOT.text],
    faults,
    ...more,
  });

const kindsOf = ({ faults }: Emulator): readonly string[] =>
  faults.happened.map(({ kind }) => kind);

const sign = ({ client }: Emulator, timeoutMs = 20_000) =>
  client.signPsbt({ psbt: PSBT }, { timeoutMs });

test("nothing wrong: it signs", async () => {
  await using signer = await breakable([]);
  expect(await sign(signer)).toMatchObject({ ok: true });
  expect(kindsOf(signer)).toEqual([]);
});

for (const kind of ["ACK lost", "ACK replayed"] as const) {
  test(`${kind} in an upload: it signs`, async () => {
    await using signer = await breakable([{ kind, at: "toHost" }]);
    expect(await sign(signer)).toMatchObject({ ok: true });
    expect(kindsOf(signer)).toEqual([kind]);
  });
}

test("a brown-out at the second signature: another boot, which says why", async () => {
  await using signer = await breakable([{ kind: "brown-out", signature: 2 }]);
  expect(await sign(signer)).toMatchObject({ ok: false, error: "call_indeterminate" });
  expect(kindsOf(signer)).toEqual(["brown-out"]);
  expect(signer.lastReason()).toBe("brown-out");
  expect(signer.signatures()).toBe(2); // the third was never made
  expect(await sign(signer)).toMatchObject({ ok: true });
  expect(signer.signatures()).toBe(5);
});

test.skipIf(hasNoLibraries)(
  "a brown-out among batches of threads is at its signature",
  async () => {
    const threads = { secrets: "native", threads: 2 } as const;
    await using signer = await breakable([{ kind: "brown-out", signature: 40 }], threads);
    const psbt = psbtOf(80);
    expect(await signer.client.signPsbt({ psbt })).toMatchObject({ error: "call_indeterminate" });
    expect([signer.signatures(), signer.lastReason()]).toEqual([40, "brown-out"]);
  },
);

for (const secrets of ["portable", "native"] as const) {
  test(`a flipped bit under the second signature: ${secrets} lets nothing leave`, async () => {
    await using signer = await breakable([{ kind: "bit flip", signature: 2 }], { secrets });
    const signed = await sign(signer);
    expect(signed.ok).toBe(false);
    expect(kindsOf(signer)).toEqual(["bit flip"]);
    await signer.advance(2_000);
    expect(signer.lastReason()).toBe("fault");
  });
}

test("a generator that fails: refused by name while it does", async () => {
  await using signer = await breakable([]);
  expect(await signer.client.getStatus({})).toMatchObject({ ok: true });
  const mend = signer.faults.add({ kind: "rng failure" });
  expect(await signer.client.startPairing({ role: "vault" })).toMatchObject({
    error: "rng_failed",
  });
  mend();
  expect(await signer.client.startPairing({ role: "vault" })).toMatchObject({ ok: true });
});

test("a generator that fails from the first: it does not boot", async () => {
  const booting = breakable([{ kind: "rng failure" }]);
  expect(booting).rejects.toThrow("the emulator does not boot: rng_failed");
});

test("a case that is opened: the keys are gone, and stay so until the power was off", async () => {
  await using signer = await breakable([]);
  expect(await signer.client.getStatus({})).toMatchObject({ value: { phase: "ready" } });
  signer.faults.add({ kind: "tamper" });
  await signer.advance(2_000);
  expect([signer.phase(), signer.lastReason()]).toEqual(["tampered", "tamper"]);
  expect(await sign(signer)).toMatchObject({ ok: false });
  signer.powerCut();
  expect(signer.phase()).toBe("ready");
});

test("a slow device: what it says comes so much later, and comes", async () => {
  const clock = createVirtualClock();
  await using signer = await breakable([{ kind: "slow device", ms: 150 }], { clock });
  expect(await sign(signer)).toMatchObject({ ok: true });
  expect(clock.nowMs()).toBeGreaterThan(600);
});

test("a full queue: progress waits, and the answer comes when there is room", async () => {
  await using signer = await breakable([]);
  const mend = signer.faults.add({ kind: "full queue" });
  expect(await sign(signer, 5_000)).toMatchObject({ ok: false });
  mend();
  expect(await sign(signer)).toMatchObject({ ok: true });
});

test("a clock that runs ten times as fast: a question is over in a tenth of its time", async () => {
  const clock = createVirtualClock();
  await using signer = await breakable([{ kind: "wrong clock", rate: 10 }], {
    clock,
    approve: "ask",
  });
  expect(await sign(signer, 150_000)).toMatchObject({ error: "consent_timeout" });
  expect(clock.nowMs()).toBeLessThan(20_000);
});

test("a fault that says too little or something else is refused, and does nothing", async () => {
  await using signer = await breakable([]);
  const told = (json: string) => () => signer.faults.add(JSON.parse(json));
  expect(told('{"kind":"brown-out"}')).toThrow('faults: brown-out: "signature" is missing');
  expect(told('{"kind":"tamper","after":2}')).toThrow('faults: tamper: there is no "after"');
  expect(told('{"kind":"gremlins"}')).toThrow('faults: there is no fault "gremlins"');
  expect(signer.phase()).toBe("ready");
  expect(kindsOf(signer)).toEqual([]);
});

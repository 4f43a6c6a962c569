/** Signing that is declined, forgotten, interrupted or one too many: no signature leaves. */
import { describe, expect, test } from "bun:test";
import type { Device } from "../../firmware/device.ts";
import type { Context } from "../../firmware/dispatch.ts";
import { signingHandlers } from "../../firmware/handlers/signing.ts";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import {
  createPortableSecrets,
  type ImportingSecrets,
  openNativeSecrets,
} from "../../hardware/secrets/index.ts";
import { openLibraries } from "../../hardware/secrets/native/libraries.ts";
import { FINGERPRINT, HOT } from "../bitcoin/wallet-fixture.ts";
import { brokenCurve, type CurveFaults } from "../secrets/oracles/broken-libraries.ts";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";
import { type Bench, createBench, lastQuestion, settle } from "./bench-device.ts";
import { GRANTED, MADE_UP_AUDIT, STRANGERS } from "./made-up-call.ts";
import { errorOf, signed, unwrap } from "./outcomes.ts";
import { DEVICE_SEED, draftBytes, psbtOf, type ReadyDevice, readyDevice } from "./ready-device.ts";
import { READY_SECRETS, watchSecrets } from "./watched-secrets.ts";

describe("consent", () => {
  test("a no is declined", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    const asked = client.signPsbt({ psbt: draftBytes() });
    await settle();
    bench.press("no");
    expect(errorOf(await asked)).toBe("declined");
    expect([bench.signatures(), bench.live()]).toEqual([0, READY_SECRETS]);
    await client.close();
  });

  test("buttons that always say no decline every question and nothing is registered", async () => {
    const bench = createBench({ seed: DEVICE_SEED, approve: "never" });
    const client = await bench.connect();
    expect(errorOf(await client.registerWallet(HOT.text))).toBe("declined");
    expect(errorOf(await client.signPsbt({ psbt: draftBytes() }))).toBe("wallet_unknown");
    await client.close();
  });

  test("nobody's answer is a refusal at the limit, not before; a late press is lost", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    let isAnswered = false;
    const asked = client.signPsbt({ psbt: draftBytes() }).then((reply) => {
      isAnswered = true;
      return reply;
    });
    await bench.pass(DEVICE_LIMITS.consentMs - 1);
    expect(isAnswered).toBe(false);
    await bench.pass(1);
    expect(errorOf(await asked)).toBe("consent_timeout");
    bench.press("yes");
    await settle();
    expect(bench.signatures()).toBe(0);
    const again = client.signPsbt({ psbt: draftBytes() });
    await bench.pass(DEVICE_LIMITS.dwellMs);
    bench.press("yes");
    expect(signed(await again)).toHaveLength(2);
    await client.close();
  });

  test("a caller who changes his mind ends the question and frees the device", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    const mind = new AbortController();
    const asked = client.signPsbt({ psbt: draftBytes() }, { signal: mind.signal });
    await settle();
    expect(lastQuestion(bench.screens).kind).toBe("transaction");
    mind.abort();
    expect(errorOf(await asked)).toBe("cancelled");
    await settle();
    bench.press("yes");
    await settle();
    expect(bench.signatures()).toBe(0);
    expect(bench.log.at(-1)).toMatchObject({ command: "signPsbt", result: "cancelled" });
    const again = client.signPsbt({ psbt: draftBytes() });
    await bench.pass(DEVICE_LIMITS.dwellMs);
    bench.press("yes");
    expect(signed(await again)).toHaveLength(2);
    await client.close();
  });

  test("a wait that only timed out may be taken up again under its key", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    const idempotencyKey = new Uint8Array(16).fill(9);
    const psbt = draftBytes();
    const first = await client.signPsbt({ psbt }, { timeoutMs: 50, idempotencyKey });
    expect(errorOf(first)).toBe("timeout");
    const second = client.signPsbt({ psbt }, { idempotencyKey });
    await settle();
    bench.press("yes");
    expect(signed(await second)).toHaveLength(2);
    await client.close();
  });

  test("a press made before the question is not kept for it", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    bench.press("yes");
    const asked = client.signPsbt({ psbt: draftBytes() });
    await settle();
    expect(bench.signatures()).toBe(0);
    bench.press("no");
    expect(errorOf(await asked)).toBe("declined");
    await client.close();
  });

  test("a second call meanwhile is busy and may come again under its key", async () => {
    const { bench, client, walletId } = await readyDevice({ approve: "ask" });
    const first = client.signPsbt({ psbt: draftBytes() });
    await settle();
    const idempotencyKey = new Uint8Array(16).fill(9);
    const psbt = Uint8Array.from(psbtOf(1).toBuffer());
    expect(errorOf(await client.signPsbt({ psbt }, { idempotencyKey }))).toBe("busy");
    const shown = { walletId, isChange: false, index: 0, isShown: true };
    expect(errorOf(await client.getAddress(shown))).toBe("busy");
    expect(errorOf(await client.getAddress({ ...shown, isShown: false }))).toBe("not refused");
    bench.press("yes");
    expect(signed(await first)).toHaveLength(2);
    const second = client.signPsbt({ psbt }, { idempotencyKey });
    await settle();
    bench.press("yes");
    expect(signed(await second)).toHaveLength(1);
    await client.close();
  });
});

/** A portable engine that derives a neighbour of each leaf, whose signatures are no wallet's. */
const engineOfNeighbours = (): ImportingSecrets => {
  const engine = createPortableSecrets(systemRng());
  const derive: ImportingSecrets["derive"] = (node, path) =>
    engine.derive(node, path.length === 1 ? [(path[0] ?? 0) + 1] : path);
  return { ...engine, derive };
};

/** The native engine on a curve that flips a bit of each signature as soon as it is told to. */
const engineThatFlips = (faults: CurveFaults): ImportingSecrets =>
  unwrap(openNativeSecrets({ libraries: brokenCurve(unwrap(openLibraries()), faults) }));

describe("a wrong signature of the engine does not leave: the device wipes and ends", () => {
  const expectFault = async ({ bench, client }: ReadyDevice): Promise<void> => {
    const before = bench.signatures();
    expect(errorOf(await client.signPsbt({ psbt: draftBytes() }))).toBe("device_fault");
    expectEnded(bench);
    expect(bench.log.some(({ event }) => event === "fault")).toBe(true);
    expect(bench.signatures()).toBe(before);
  };

  test("made with another key than the wallet's", async () => {
    await expectFault(await readyDevice({ engine: engineOfNeighbours }));
  });

  test.skipIf(hasNoLibraries)("a bit of it flipped", async () => {
    const faults: { compactBit?: number } = {};
    const device = await readyDevice({ engine: () => engineThatFlips(faults) });
    unwrap(await device.client.signPsbt({ psbt: draftBytes() }));
    expect(device.bench.signatures()).toBe(2);
    faults.compactBit = 320;
    await expectFault(device);
  });
});

const expectEnded = (bench: Bench): void => {
  expect([bench.phase(), bench.live()]).toEqual(["ended", []]);
};

describe("a seal", () => {
  test("while a person is asked: keys are gone, and a yes signs nothing", async () => {
    const { bench, client } = await readyDevice({ approve: "ask" });
    const asked = client.signPsbt({ psbt: draftBytes() });
    await settle();
    unwrap(await client.seal({}));
    expectEnded(bench);
    bench.press("yes");
    expect(errorOf(await asked)).toBe("call_indeterminate");
    expect(bench.signatures()).toBe(0);
    await bench.pass(DEVICE_LIMITS.farewellMs);
    expect(bench.ends).toEqual(["seal"]);
    await client.close();
  });

  test("in the middle of signing: it stops at the next slice and no signature leaves", async () => {
    let slow: () => void = () => undefined;
    const { bench, client } = await readyDevice({ onSignature: () => slow() });
    slow = () => bench.clock.advance(DEVICE_LIMITS.sliceMs + 1);
    const asked = client.signPsbt({ psbt: Uint8Array.from(psbtOf(60).toBuffer()) });
    while (bench.signatures() < 3) await settle(1);
    const sealed = client.seal({});
    expect(errorOf(await asked)).toBe("call_indeterminate");
    unwrap(await sealed);
    expect(bench.signatures()).toBeLessThan(60);
    expectEnded(bench);
    await client.close();
  });

  test("afterwards even what was answered before is not repeated", async () => {
    const { bench, client } = await readyDevice();
    const idempotencyKey = new Uint8Array(16).fill(3);
    unwrap(await client.signPsbt({ psbt: draftBytes() }, { idempotencyKey }));
    unwrap(await client.seal({}));
    const again = await client.signPsbt({ psbt: draftBytes() }, { idempotencyKey });
    expect(errorOf(again)).toBe("wrong_phase");
    expect(errorOf(await client.seal({}))).toBe("wrong_phase");
    expect(unwrap(await client.getStatus({})).phase).toBe("ended");
    expect(bench.signatures()).toBe(2);
    await client.close();
  });
});

/** A signing call on a made-up device that is suspended after its third signature. */
const suspendedContext = () => {
  const bench = createBench();
  const hal = bench.hal();
  let isSuspended = false;
  const secrets = watchSecrets(hal.rng, (count) => {
    bench.clock.advance(DEVICE_LIMITS.sliceMs + 1);
    isSuspended = count === 3;
  });
  const seed = secrets.importSeed(DEVICE_SEED);
  const master = secrets.master(seed);
  secrets.wipe(seed);
  const link = { secret: { kind: "agreement", id: 998 }, publicKey: new Uint8Array(32) } as const;
  const pairing = { kind: "symmetric", id: 999 } as const;
  const audit = MADE_UP_AUDIT;
  const wallets = [HOT.registered];
  const keys = { master, link, pairing, audit, fingerprint: FINGERPRINT, wallets };
  const context: Context = {
    hal: { ...hal, secrets },
    network: "regtest",
    version: "0",
    bootId: new Uint8Array(16),
    uptimeMs: () => 0,
    device: (): Device => ({ phase: isSuspended ? "suspended" : "ready", keys }),
    advance: () => undefined,
    ...STRANGERS,
    ...GRANTED,
  };
  return { context, secrets };
};

describe("a suspension in the middle of signing", () => {
  test("cancels, keeps the master key, and leaves no other key behind", async () => {
    const { context, secrets } = suspendedContext();
    const psbt = Uint8Array.from(psbtOf(10).toBuffer());
    const reception = signingHandlers.signPsbt(context, {});
    reception.take(psbt);
    expect(errorOf(await reception.finish(context))).toBe("cancelled");
    expect([secrets.signatures(), secrets.live()]).toEqual([3, ["node"]]);
  });
});

/** Faults of the line, on demand: each happens, and the call that it hits is answered. */
import { describe, expect, test } from "bun:test";
import {
  createEmulator,
  createVirtualClock,
  type Emulator,
  type Fault,
} from "../../../hardware/emulator/index.ts";

const SEED = new Uint8Array(32).fill(9);
const PATH = [48, 1, 0, 2].map((step) => step + 2 ** 31);

/** An emulator in whose time nobody waits. */
const breakable = (...faults: readonly Fault[]): Promise<Emulator> =>
  createEmulator({ clock: createVirtualClock(), rngSeed: "faults", seed: SEED, faults });

const kindsOf = ({ faults }: Emulator): readonly string[] =>
  faults.happened.map(({ kind }) => kind);

const AT_DEVICE = [
  "flipped bits",
  "burst of errors",
  "byte lost",
  "byte doubled",
  "byte inserted",
  "zero made",
  "zero lost",
  "frame lost",
  "frame replayed",
  "frame truncated",
  "oversize frame",
  "HELLO edited",
  "record altered",
  "window shut",
  "login prompt",
  "kernel log",
  "AT command",
  "0xFF noise",
  "random noise",
] as const;

describe("a chunk on its way to the device", () => {
  for (const kind of AT_DEVICE) {
    test(`${kind}: three times, and the calls are answered`, async () => {
      await using signer = await breakable({ kind, after: 2, times: 3 });
      for (let i = 0; i < 4; i += 1) {
        expect(await signer.client.getStatus({})).toMatchObject({ ok: true });
        expect(await signer.client.getXpub({ path: PATH })).toMatchObject({ ok: true });
      }
      expect(kindsOf(signer)).toEqual(kind === "HELLO edited" ? [] : [kind, kind, kind]);
    });
  }
});

describe("a chunk on its way to the host", () => {
  for (const kind of ["flipped bits", "frame lost", "HELLO_ACK lost", "record altered"] as const) {
    test(`${kind}: the calls are answered`, async () => {
      await using signer = await breakable({ kind, at: "toHost", times: 2 });
      expect(await signer.client.getStatus({})).toMatchObject({ ok: true });
      expect(await signer.client.getXpub({ path: PATH })).toMatchObject({ ok: true });
      expect(kindsOf(signer)).toEqual([kind, kind]);
    });
  }
});

describe("a line that is bad for a while", () => {
  const spans = [
    "stall",
    "silence",
    "echo",
    "crawl",
    "wrong baud rate",
    "BREAK",
    "unplugged",
  ] as const;
  for (const kind of spans) {
    for (const at of ["toDevice", "toHost"] as const) {
      test(`${kind} ${at}: once, and what was asked is answered afterwards`, async () => {
        await using signer = await breakable({ kind, at, after: 3, forMs: 1_500 });
        expect(await signer.client.getStatus({})).toMatchObject({ ok: true });
        expect(await signer.client.getXpub({ path: PATH })).toMatchObject({ ok: true });
        await signer.advance(3_000);
        expect(await signer.client.getXpub({ path: PATH })).toMatchObject({ ok: true });
        expect(kindsOf(signer)).toEqual([kind]);
      });
    }
  }
});

test("a fault that is taken back does not happen", async () => {
  await using signer = await breakable();
  const mend = signer.faults.add({ kind: "frame lost", times: 100 });
  mend();
  expect(await signer.client.getStatus({})).toMatchObject({ ok: true });
  expect(kindsOf(signer)).toEqual([]);
});

test("the same seed breaks the same", async () => {
  const run = async (): Promise<string> => {
    await using signer = await breakable({ kind: "burst of errors", times: 6 });
    await signer.client.getStatus({});
    await signer.client.getXpub({ path: PATH });
    return JSON.stringify(signer.faults.happened);
  };
  expect(await run()).toBe(await run());
});

/** No bytes from a host make the device throw: records, messages and params of every command. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import { encodeCbor } from "../../protocol/cbor/cbor.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { COMMAND_NAMES } from "../../protocol/commands/registry.ts";
import { type Bench, createBench, settle } from "./bench-device.ts";
import { makeSeed } from "./custodians.ts";
import { noise, seeded } from "./outcomes.ts";
import {
  connectRaw,
  type Guise,
  isAhead,
  isMessage,
  namesOf,
  type RawHost,
  recordsOf,
  requestOf,
} from "./raw-host.ts";
import { readyDevice } from "./ready-device.ts";
import { type Call, custodyCalls, readyCalls } from "./valid-params.ts";
import { type Change, someBytes, someChange, spoil, wireValue } from "./wire-values.ts";

/** The device still answers on the same link, and logged no fault of its own. */
const expectServing = async (bench: Bench, host: RawHost): Promise<void> => {
  const answers = await host.exchange(requestOf("getStatus", new Map()));
  expect(namesOf(answers).at(-1)).toBe("result");
  expect(bench.log.filter(({ event }) => event === "fault")).toEqual([]);
  expect(bench.ends).toEqual([]);
};

const readyHost = async (guise: Guise = "vault") => {
  const { bench, client, walletId } = await readyDevice();
  await client.close();
  await bench.pass(1500);
  return { bench, host: await connectRaw(bench, guise), calls: readyCalls(walletId) };
};

/** A device that waits for the shares of its own seed. */
const provisioningHost = async () => {
  const bench = createBench();
  const client = await bench.connect();
  const { custodians } = await makeSeed(client, 3, 4);
  const calls = await custodyCalls(client, custodians.slice(0, 2));
  await client.close();
  await bench.pass(1500);
  return { bench, host: await connectRaw(bench), calls };
};

const changes = fc.array(someChange, { minLength: 1, maxLength: 3 });

/** Spoilt, and still one chunk. */
const bentUpload = (
  upload: Uint8Array | undefined,
  all: readonly Change[],
): Uint8Array | undefined => {
  const bent = upload === undefined ? undefined : spoilAll(upload, all);
  return bent instanceof Uint8Array ? bent.subarray(0, LIMITS.piece) : upload;
};

const spoilAll = (value: unknown, all: readonly Change[]): unknown =>
  all.reduce<unknown>((now, change) => spoil(now, change), value);

describe("records", () => {
  test("of random bytes are not answered", async () => {
    const { bench, host } = await readyHost();
    await fc.assert(
      fc.asyncProperty(someBytes(600), async (record) => {
        host.sendRecord(record);
        expect(await host.heard()).toEqual([]);
      }),
      seeded(150),
    );
    await expectServing(bench, host);
  });

  test("of random CBOR are not answered unless they are requests", async () => {
    const { bench, host } = await readyHost();
    await fc.assert(
      fc.asyncProperty(wireValue, async (value) => {
        expect(await host.exchange(encodeCbor(value))).toEqual([]);
      }),
      seeded(200),
    );
    await expectServing(bench, host);
  });

  test("of the largest size, of noise or of one deep or wide item, do no harm", async () => {
    const { bench, host } = await readyHost();
    const heads = [0x81, 0xa1, 0x5f, 0x9f, 0xc2, 0xfb, 0x00, 0xff];
    const giants = heads.map((head) => new Uint8Array(LIMITS.message).fill(head));
    const claims = ["9b001fffffffffffff", "5b001fffffffffffff", "bb001fffffffffffff", "9affffffff"];
    const records = [
      ...giants,
      noise(LIMITS.message),
      ...claims.map((claim) => Uint8Array.fromHex(claim)),
    ];
    for (const record of records) expect(await host.exchange(record)).toEqual([]);
    expect(host.sendRecord(new Uint8Array(LIMITS.message + 1))).toBe(false);
    await expectServing(bench, host);
  });

  test("with a good message that was spoiled do no harm", async () => {
    const { bench, host, calls } = await readyHost();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...calls), changes, async ([name, params, upload], all) => {
        for (const message of recordsOf(name, params, upload)) {
          const spoiled = all.reduce<unknown>((now, change) => spoil(now, change), message);
          if (spoiled instanceof Uint8Array && !isAhead(spoiled)) host.sendRecord(spoiled);
        }
        await host.heard();
      }),
      seeded(250),
    );
    await expectServing(bench, host);
  });
});

describe("requests", () => {
  test("of every command with random params get one answer each", async () => {
    const { bench, host } = await readyHost();
    const names = fc.constantFrom(...COMMAND_NAMES.filter((name) => name !== "seal"));
    await fc.assert(
      fc.asyncProperty(names, wireValue, async (name, params) => {
        const record = requestOf(name, params);
        expect(await host.exchange(record)).toHaveLength(isMessage(record) ? 1 : 0);
      }),
      seeded(250),
    );
    await expectServing(bench, host);
  });

  test("of no command are named so", async () => {
    const { bench, host } = await readyHost();
    for (const code of [0, 0x04, 0x1f, 0xff, 0xffff]) {
      const names = namesOf(await host.exchange(requestOf(code, new Map())));
      expect(names).toEqual(["unknown_command"]);
    }
    await expectServing(bench, host);
  });

  const spoiltRecords = (
    [name, params, upload]: Call,
    part: string,
    all: readonly Change[],
  ): readonly Uint8Array[] =>
    recordsOf(
      name,
      part === "upload" ? params : spoilAll(params, all),
      part === "params" ? upload : bentUpload(upload, all),
    );

  const spoiledParams = async (
    start: () => Promise<{ bench: Bench; host: RawHost; calls: readonly Call[] }>,
    runs: number,
  ): Promise<void> => {
    const { bench, host, calls } = await start();
    const someCall = fc.constantFrom(...calls);
    const someParts = fc.constantFrom("params", "upload", "both");
    await fc.assert(
      fc.asyncProperty(someCall, someParts, changes, async (call, part, all) => {
        const records = spoiltRecords(call, part, all);
        const isAnswered = records.every(isMessage);
        let answers = await host.exchange(...records);
        // A quote takes the time of its check words.
        for (let turn = 0; isAnswered && answers.length === 0 && turn < 200; turn += 1) {
          await Bun.sleep(10);
          answers = await host.heard();
        }
        expect(answers).toHaveLength(isAnswered ? 1 : 0);
        expect(namesOf(answers)).not.toContain("device_fault");
      }),
      seeded(runs),
    );
    await expectServing(bench, host);
  };

  test("of a ready device with spoiled params get one answer each", () =>
    spoiledParams(readyHost, 500));

  test("of a provisioning device with spoiled params get one answer each", () =>
    spoiledParams(provisioningHost, 250));

  test("with params that do not fit are refused, also for seal", async () => {
    const { bench, host } = await readyHost("operator");
    const names = await host.exchange(requestOf("seal", new Map([[0, 1]])));
    expect(namesOf(names)).toEqual(["invalid_params"]);
    expect(bench.phase()).toBe("ready");
  });
});

describe("floods", () => {
  test("more calls than may wait are busy; a status is still answered", async () => {
    const { bench, client, walletId } = await readyDevice({ approve: "ask" });
    await client.close();
    await bench.pass(1500);
    const host = await connectRaw(bench);
    const [, , , , sign] = readyCalls(walletId);
    const key = new Uint8Array(16).fill(7);
    const ask = () => host.exchange(...recordsOf("signPsbt", sign?.[1], sign?.[2], key));
    // The same call again and again, as a host does that reconnects while a person thinks.
    const waiting = DEVICE_LIMITS.openCalls;
    for (let i = 0; i < waiting; i += 1) expect(await ask()).toEqual([]);
    expect(namesOf(await ask())).toEqual(["busy"]);
    await expectServing(bench, host);
    bench.press("no");
    expect(namesOf(await host.heard())).toEqual(Array.from({ length: waiting }, () => "declined"));
    expect(bench.signatures()).toBe(0);
  });

  test("two hundred calls without a pause are each answered", async () => {
    const { bench, host } = await readyHost();
    let answers = 0;
    for (let round = 0; round < 20; round += 1) {
      for (let i = 0; i < 10; i += 1) host.sendRecord(requestOf("getStatus", new Map()));
      answers += (await host.heard()).length;
    }
    expect(answers).toBe(200);
    await expectServing(bench, host);
  });

  test("records beyond the host's own queue are not sent, and harm nobody", async () => {
    const { bench, host } = await readyHost();
    const send = (): boolean => host.sendRecord(requestOf("getStatus", new Map()));
    const taken = Array.from({ length: 100 }, send).filter(Boolean);
    expect(await host.heard()).toHaveLength(taken.length);
    await settle();
    await expectServing(bench, host);
  });
});

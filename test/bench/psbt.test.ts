/** The PSBT bench: its cases do the same work, its rows say the same things; never its figures. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Psbt, script } from "bitcoinjs-lib";
import { decodeRecords } from "../../protocol/signature-record.ts";
import { elementOf, unwrap } from "../bitcoin/expect-value.ts";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { bareLoop } from "./psbt/bare-loop.ts";
import { openDevice } from "./psbt/device.ts";
import { lendCurve, signByBitcoinjs, signByScure } from "./psbt/libraries.ts";
import { startPeer, type Taken } from "./psbt/peers.ts";
import { remarksOf } from "./psbt/remarks.ts";
import { type Measured, TITLE, type Title } from "./psbt/rounds.ts";
import { rowsOf } from "./psbt/rows.ts";
import { readSample, type SampleName, SPENDS, type SpendName, writeSample } from "./psbt/sample.ts";

const device = openDevice(hasNoLibraries ? "portable" : "native", 0);
lendCurve(device.crypto);
const folder = await mkdtemp(join(tmpdir(), "mayfly-bench-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const INPUTS = 3;
const isSpend = (name: string): name is SpendName => name in SPENDS;

const sampleOf = async (name: SampleName) => {
  await writeSample(folder, name, device.crypto);
  return readSample(folder, name, device.crypto);
};

/** The signature of an input as 64 bytes. */
const signatureIn = (psbt: Psbt, input: number): string => {
  const { partialSig, tapKeySig } = elementOf(psbt.data.inputs, input);
  if (tapKeySig !== undefined) return Uint8Array.from(tapKeySig).toHex();
  const encoded = elementOf(partialSig ?? [], 0).signature;
  return Uint8Array.from(script.signature.decode(encoded).signature).toHex();
};

for (const spend of Object.keys(SPENDS).filter(isSpend)) {
  describe(`${spend} in the bench`, () => {
    test("is signed alike by the device, the bare loop and bitcoinjs-lib", async () => {
      const sample = await sampleOf({ spend, inputs: INPUTS });
      const bare = bareLoop(device, sample, [0, INPUTS]).map((one) => one.toHex());
      const { signatures } = await device.sign(sample);
      const records = unwrap(decodeRecords(signatures));
      expect(records.map(({ input }) => input)).toEqual([0, 1, 2]);
      expect(records.map(({ signature }) => signature.toHex())).toEqual(bare);
      const psbt = signByBitcoinjs(device, sample);
      expect([0, 1, 2].map((input) => signatureIn(psbt, input))).toEqual(bare);
    });

    test("is a PSBT as bitcoinjs-lib writes it, and @scure/btc-signer signs it", async () => {
      const sample = await sampleOf({ spend, inputs: INPUTS });
      expect(Psbt.fromBuffer(sample.psbt).toHex()).toBe(sample.psbt.toHex());
      const transaction = signByScure(sample);
      for (const input of [0, 1, 2]) {
        const { partialSig, tapKeySig } = transaction.getInput(input);
        expect(tapKeySig ?? partialSig).toBeDefined();
      }
    });

    test("has an address of its own for each input", async () => {
      const { psbt } = await sampleOf({ spend, inputs: INPUTS });
      const { inputs } = Psbt.fromBuffer(psbt).data;
      const scripts = inputs.map(({ witnessUtxo }) => witnessUtxo?.script.toHex());
      expect(new Set(scripts).size).toBe(INPUTS);
    });
  });
}

test("previous transactions of 1.7 kB have as much", async () => {
  const { psbt } = await sampleOf({ spend: "P2WSH of 1.7 kB", inputs: 1 });
  const { nonWitnessUtxo } = elementOf(Psbt.fromBuffer(psbt).data.inputs, 0);
  expect(nonWitnessUtxo?.length).toBeGreaterThan(1650);
  expect(nonWitnessUtxo?.length).toBeLessThan(1800);
});

test("a process that measures takes a case, or a part of it", async () => {
  const name = { spend: "P2TR", inputs: 4 } as const;
  await sampleOf(name);
  const peer = startPeer(folder, "default");
  const whole = await peer.measure("bare", name);
  const half = await peer.measure("bare", name, [1, 2]);
  await peer.end();
  expect(whole.ms).toBeGreaterThan(0);
  expect(whole.answerBytes).toBe(2 * half.answerBytes);
});

describe("rows", () => {
  const taken = (ms: number): Taken => ({ ms, cpuMs: 2 * ms, answerBytes: 36_000 });
  const measured = (title: Title, inputs: number, ...times: readonly number[]): Measured => ({
    spend: "P2WSH",
    inputs,
    title,
    takes: times.map(taken),
  });
  const rows = rowsOf("psbt", [
    measured(TITLE.bare, 500, 80, 90, 70),
    measured(TITLE.device, 500, 100, 125, 90),
    measured(TITLE.bareTwice, 500, 40),
    measured(TITLE.deviceTwo, 500, 62.5),
    measured(TITLE.bitcoinjs, 500, 1000),
    measured(TITLE.bare, 125, 20),
    measured(TITLE.device, 125, 25),
    measured(TITLE.bare, 2000, 320),
    measured(TITLE.device, 2000, 400),
  ]);

  test("are held against the bare loop of the same size", () => {
    const device500 = rows.filter((row) => row.case === "P2WSH, 500 inputs: device");
    const against = "P2WSH, 500 inputs: bare loop";
    expect(
      device500.map(({ unit, n, median, ratio, against: other }) => [
        unit,
        n,
        median,
        ratio,
        other,
      ]),
    ).toEqual([
      ["ms", 3, 100, 1.25, against],
      ["CPU ms", 3, 200, 1.25, against],
      ["bytes/input", 3, 72, 0.9, "80 bytes"],
    ]);
    expect(rows.filter((row) => row.case.endsWith(TITLE.bitcoinjs))).toHaveLength(1);
  });

  test("come to the figures of DESIGN.md", () => {
    expect(remarksOf(rows)).toEqual([
      "P2WSH: the device in bare loops, by medians (fastest rounds, processor), " +
        "at least 0.85: 500: 0.80 (0.78, 0.80); 125: 0.80 (0.80, 0.80); 2000: 0.80 (0.80, 0.80)",
      "P2WSH: time grows from 125 to 2000 inputs with the power 1.000 of their number, at most 1.1",
      "P2WSH, 500 inputs: the device is so fast, at least 4 times bitcoinjs-lib: " +
        "10.00 times bitcoinjs-lib",
      "P2WSH: what the device gains by two threads, of what the bare loop does, at least 0.8: " +
        "500: 1.60 of 2.00, which is 0.80",
      "bytes back for each input: 288.0, at most 80",
    ]);
  });
});

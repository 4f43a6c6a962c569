/**
 * A process that measures: `peer.ts FOLDER THREADS`. For each line `CASE,SPEND,INPUTS,PART,PARTS`
 * it does that once and says how many milliseconds it took, how many of processor time, and how
 * many bytes the answer has. It ends with its standard input.
 */
import { REGISTRY } from "../../../protocol/commands/registry.ts";
import { encodeAs } from "../../../protocol/cbor/cbor.ts";
import { RECORD_BYTES } from "../../../protocol/signature-record.ts";
import { hasNoLibraries } from "../../secrets/oracles/engines.ts";
import { bareLoop } from "./bare-loop.ts";
import { openDevice, type Signed } from "./device.ts";
import { lendCurve, signByBitcoinjs, signByScure } from "./libraries.ts";
import { readSample, type Sample, SPENDS, type SpendName } from "./sample.ts";

const [folder = "", threads = "0"] = process.argv.slice(2);
const device = openDevice(hasNoLibraries ? "portable" : "native", Number(threads));
lendCurve(device.crypto);

type Part = readonly [part: number, parts: number];

const rangeOf = ({ inputs }: Sample, [part, parts]: Part): readonly [number, number] => {
  const startOf = (at: number): number => Math.floor((inputs * at) / parts);
  return [startOf(part), startOf(part + 1)];
};

const bytesOf = (signed: Signed): number => encodeAs(REGISTRY.signPsbt.result, signed).length;

/** Each does its work and gives what tells how many bytes the answer has. */
const CASES: Readonly<
  Record<string, (sample: Sample, part: Part) => (() => number) | Promise<() => number>>
> = {
  bare: (sample, part) => {
    const signatures = bareLoop(device, sample, rangeOf(sample, part));
    return () => signatures.length * RECORD_BYTES;
  },
  device: async (sample) => {
    const signed = await device.sign(sample);
    return () => bytesOf(signed);
  },
  "bitcoinjs-lib": (sample) => {
    const psbt = signByBitcoinjs(device, sample);
    return () => psbt.toBuffer().length;
  },
  "@scure/btc-signer": (sample) => {
    const transaction = signByScure(sample);
    return () => transaction.toPSBT().length;
  },
};

const isSpend = (name: string): name is SpendName => name in SPENDS;

const samples = new Map<string, Sample>();
const sampleOf = async (spend: string, inputs: number): Promise<Sample> => {
  if (!isSpend(spend)) throw new Error(`nobody spends ${spend}`);
  const name = `${spend} ${inputs}`;
  const sample = samples.get(name) ?? (await readSample(folder, { spend, inputs }, device.crypto));
  samples.set(name, sample);
  return sample;
};

for await (const line of console) {
  if (line === "") break;
  const [title = "", spend = "", inputs, part, parts] = line.split(",");
  const work = CASES[title];
  if (work === undefined) throw new Error(`no such case: ${line}`);
  const sample = await sampleOf(spend, Number(inputs));
  Bun.gc(true); // what others left behind is not this one's
  const before = process.cpuUsage();
  const began = performance.now();
  const answerBytes = await work(sample, [Number(part), Number(parts)]);
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  console.log([ms, (user + system) / 1000, answerBytes()].join(","));
}
process.exit(0);

/**
 * Goodput of the link over a simulated serial line: bytes of records that arrived, as a part of
 * what the line carries. Everything is virtual time from fixed seeds: the figures are the same on
 * every machine.
 */
import type { Link } from "../../protocol/link/link.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { createRandom } from "../protocol/random.ts";
import { type Row, rowOf } from "./row.ts";
import { type Load, runLine, type SerialLine } from "./serial-line.ts";

/** The bench's name. */
export const name = "link";

const SEEDS = [1, 2, 3, 4, 5] as const;
const RUN_MS = 200_000;
/** 8N1: ten bits on the line for each byte. */
const bytesPerMs = (baud: number): number => baud / 10_000;

const UART: SerialLine = {
  bytesPerMs: bytesPerMs(115_200),
  latencyMs: 0.5,
  bitErrors: 0,
  latencyTimerMs: 0,
  frameLimit: LIMITS.framePayloadDefault,
  window: LIMITS.windowDefault,
};
const FAST: SerialLine = { ...UART, bytesPerMs: bytesPerMs(921_600) };
const FTDI: SerialLine = { ...FAST, latencyTimerMs: 16 };

const LINES: readonly (readonly [string, SerialLine])[] = [
  ["115200 baud", UART],
  ["115200 baud, 1e-5 bit errors", { ...UART, bitErrors: 1e-5 }],
  ["921600 baud", FAST],
  ["921600 baud, 1e-5 bit errors", { ...FAST, bitErrors: 1e-5 }],
  ["921600 baud, 16 ms latency timer", FTDI],
  ["921600 baud, 16 ms latency timer, 1e-5 bit errors", { ...FTDI, bitErrors: 1e-5 }],
];

/** Keeps the sending end's queue full, and checks and counts what arrives. */
const createLoad = (from: readonly string[], seed: number) => {
  const record = createRandom(seed).bytes(LIMITS.record);
  const text = record.toHex();
  const senders: { readonly link: Link; readonly epoch: number }[] = [];
  let delivered = 0;
  const load: Load = {
    take: (side, link, event) => {
      if (event.kind === "opened" && from.includes(side))
        senders.push({ link, epoch: event.epoch });
      if (event.kind === "closed") throw new Error(`the link closed: ${event.reason}`);
      if (event.kind !== "record") return;
      if (event.record.toHex() !== text) throw new Error("another record arrived");
      delivered += event.record.length;
    },
    feed: (nowMs) => {
      for (const { link, epoch } of senders) {
        // As the device's sessions do: with a full queue it would take nothing in.
        while (link.room(epoch) > LIMITS.queuedRecords / 2) {
          link.send({ epoch, channel: 0, isHandshake: false, bytes: record }, nowMs);
        }
      }
    },
  };
  return { load, delivered: () => delivered };
};

/** Percent of what the line carries in the time. */
const goodput = (line: SerialLine, from: readonly string[], seed: number): number => {
  const { load, delivered } = createLoad(from, seed);
  runLine(line, seed, RUN_MS, load);
  return (100 * delivered()) / (line.bytesPerMs * RUN_MS * from.length);
};

const rowsOf = (title: string, line: SerialLine, from: readonly string[]): readonly Row[] => {
  const valuesAt = (window: number): readonly number[] =>
    SEEDS.map((seed) => goodput({ ...line, window }, from, seed));
  const head = { bench: name, unit: "% of the line" };
  const waiting = rowOf(
    { ...head, case: `${title}: window 1`, against: "the line" },
    valuesAt(1),
    100,
  );
  const window = LIMITS.windowDefault;
  const windowed = { ...head, case: `${title}: window ${window}`, against: "window 1" };
  return [waiting, rowOf(windowed, valuesAt(window), waiting.median)];
};

/** Runs all lines. */
export const run = (): Promise<readonly Row[]> =>
  Promise.resolve(
    LINES.flatMap(([title, line]) => rowsOf(title, line, ["host"])).concat(
      rowsOf("115200 baud, both ways at once", UART, ["host", "device"]),
    ),
  );

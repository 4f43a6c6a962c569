/**
 * All layers over a real pty, beside the bare serial stream on the same kind of pty, in one run:
 * bulk from host to device in MB/s of payload, and the round trip of 64 bytes. The device's end is
 * a process of its own.
 */
import { join } from "node:path";
import { overLine } from "../../host/driver/line-wire.ts";
import { createChannel } from "../../host/driver/channel.ts";
import { SYSTEM_CLOCK } from "../../host/driver/index.ts";
import { openPort } from "../../host/serial/index.ts";
import type { Message } from "../../protocol/call/envelope.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { type Row, rowOf } from "./row.ts";

/** The bench's name. */
export const name = "pty";

const ROUNDS = 5;
const ECHOES = 2000;
const ECHO = 64;
const BULK = 32 << 20;
const PIECE = LIMITS.piece;
const KEY = new Uint8Array(LIMITS.idempotencyKey);

/** What both kinds of line can do. */
interface Runner {
  /** Sends so many bytes and waits until the device has them all. */
  readonly bulk: (bytes: number) => Promise<void>;
  readonly echo: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const startPeer = async (kind: "bare" | "layers") => {
  const words = [process.execPath, join(import.meta.dir, "pty-peer.ts"), kind];
  const child = Bun.spawn(words, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  return {
    path: new TextDecoder().decode(value).trim(),
    end: async (): Promise<void> => {
      await child.stdin.end();
      await child.exited;
    },
  };
};

const openBare = async (path: string): Promise<Runner> => {
  const opened = await openPort(path);
  if (!opened.ok) throw new Error(opened.error);
  const port = opened.value;
  let heard = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let onHeard: () => void = () => undefined;
  port.onBytes((bytes) => {
    heard += bytes.length;
    if (heard >= wanted) onHeard();
  });
  const exchange = async (count: number, send: () => Promise<void>): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    [heard, wanted, onHeard] = [0, count, resolve];
    await send();
    await promise;
  };
  const piece = new Uint8Array(4096).fill(7);
  const echo = new Uint8Array(ECHO).fill(7);
  return {
    echo: () => exchange(ECHO, () => port.write(echo)),
    bulk: (bytes) =>
      exchange(1, async () => {
        const first = Uint8Array.from(piece);
        first[0] = 0xe0;
        new DataView(first.buffer).setUint32(1, bytes);
        for (let sent = 0; sent < bytes; sent += piece.length) {
          await port.write(sent === 0 ? first : piece);
        }
      }),
    close: port.close,
  };
};

const openLayers = async (path: string): Promise<Runner> => {
  const { signal } = new AbortController();
  const opened = await overLine(() => openPort(path), SYSTEM_CLOCK)({ timeoutMs: 5000, signal });
  if (!opened.ok) throw new Error(opened.error);
  let onAnswer: () => void = () => undefined;
  const channel = createChannel(opened.value, SYSTEM_CLOCK, {
    message: () => onAnswer(),
    began: () => undefined,
    ended: () => undefined,
    exhausted: () => undefined,
  });
  const began = await channel.begin({ pattern: "NN" });
  if (!began.ok) throw new Error(began.error);
  let id = 0;
  const exchange = (messages: Iterable<Message>): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    onAnswer = resolve;
    channel.send(messages);
    return promise;
  };
  const params = new Uint8Array(ECHO).fill(7);
  const whole = new Uint8Array(PIECE).fill(7);
  const pieces = function* (bytes: number): Generator<Message> {
    for (let sent = 0; sent < bytes; sent += PIECE) {
      yield { kind: "chunk", id, offset: sent % LIMITS.body, bytes: whole };
    }
    yield { kind: "chunk", id, offset: 0, bytes: params };
  };
  return {
    echo: () => {
      id += 1;
      return exchange([{ kind: "request", id, code: 1, idempotencyKey: KEY, params }]);
    },
    bulk: (bytes) => exchange(pieces(bytes)),
    close: opened.value.close,
  };
};

/** MB/s of one bulk, and the microseconds of each echo, in order. */
const measure = async (runner: Runner) => {
  const began = performance.now();
  await runner.bulk(BULK);
  const seconds = (performance.now() - began) / 1000;
  const echoes: number[] = [];
  for (let i = 0; i < ECHOES; i += 1) {
    const sent = performance.now();
    await runner.echo();
    echoes.push(1000 * (performance.now() - sent));
  }
  const sorted = echoes.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * sorted.length)] ?? 0;
  return { rate: BULK / 1e6 / seconds, p50: at(0.5), p99: at(0.99) };
};

/** Rounds of both, one after the other, so that a busy moment hits both. */
export const run = async (): Promise<readonly Row[]> => {
  const peers = [await startPeer("bare"), await startPeer("layers")] as const;
  const bare = await openBare(peers[0].path);
  const layers = await openLayers(peers[1].path);
  const results: {
    bare: Awaited<ReturnType<typeof measure>>;
    layers: (typeof results)[number]["bare"];
  }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    results.push({ bare: await measure(bare), layers: await measure(layers) });
  }
  await Promise.all([bare.close(), layers.close()]);
  await Promise.all(peers.map((peer) => peer.end()));
  const cases = [
    ["bulk", "MB/s", "rate"],
    ["echo of 64 bytes, p50", "µs", "p50"],
    ["echo of 64 bytes, p99", "µs", "p99"],
  ] as const;
  return cases.flatMap(([title, unit, key]) => {
    const of = (which: "bare" | "layers") => results.map((one) => one[which][key]);
    const head = { bench: name, unit, against: "bare stream" };
    const reference = rowOf({ ...head, case: `${title}: bare stream` }, of("bare"), 1);
    const bareRow = { ...reference, ratio: 1 };
    const ours = rowOf({ ...head, case: `${title}: all layers` }, of("layers"), reference.median);
    return [bareRow, ours];
  });
};

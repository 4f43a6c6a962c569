/** Cases about the line and the session: who is there, what is refused, who comes next. */
import { expect } from "bun:test";
import {
  connectLine,
  openClient,
  type OpenLine,
  SYSTEM_CLOCK,
} from "../../../host/client/index.ts";
import { createChannel } from "../../../host/driver/channel.ts";
import { overLine } from "../../../host/driver/line-wire.ts";
import type { Message } from "../../../protocol/call/envelope.ts";
import { type Case, connect, must } from "./subject.ts";

const CONNECT_MS = 5000;
/** No command has this code. */
const NO_COMMAND = 0xffff;

const waiting = () => ({
  clock: SYSTEM_CLOCK,
  timeoutMs: CONNECT_MS,
  signal: new AbortController().signal,
});

/** The device's last word on a call of its own code, without the typed client's help. */
const answerTo = async (open: OpenLine, code: number): Promise<Message> => {
  const wire = must(await overLine(open, SYSTEM_CLOCK)(waiting()));
  const { promise, resolve } = Promise.withResolvers<Message>();
  const channel = createChannel(wire, SYSTEM_CLOCK, {
    message: (message) => (message.kind === "progress" ? undefined : resolve(message)),
    began: () => undefined,
    ended: () => undefined,
    exhausted: () => undefined,
  });
  must(await channel.begin({ pattern: "NN" }));
  const idempotencyKey = crypto.getRandomValues(new Uint8Array(16));
  channel.send([{ kind: "request", id: 1, code, idempotencyKey, params: new Map() }]);
  try {
    return await promise;
  } finally {
    channel.end();
    await wire.close();
  }
};

const greeting: Case = {
  claim: "HELLO and status tell of one and the same boot",
  need: {},
  run: async ({ open }) => {
    const link = must(await connectLine(open, waiting()));
    const { side, bootId } = link.peer;
    await link.close();
    expect(side).toBe("device");
    await using client = await connect({ open });
    const status = must(await client.getStatus({}));
    expect(status.bootId).toEqual(bootId ?? new Uint8Array(0));
    expect(status.name).not.toBe("");
    expect(status.protocol).toBeGreaterThan(0);
  },
};

const unknown: Case = {
  claim: "a command that nobody knows is refused by name, and the next one answered",
  need: {},
  run: async ({ open }) => {
    expect(await answerTo(open, NO_COMMAND)).toMatchObject({ error: "unknown_command" });
    await using client = await connect({ open });
    must(await client.getStatus({}));
  },
};

const returning: Case = {
  claim: "a program that goes leaves the port to the next, and the device as it was",
  need: {},
  run: async ({ open }) => {
    const boots: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      await using client = await connect({ open });
      boots.push(must(await client.getStatus({})).bootId.toHex());
    }
    expect(new Set(boots).size).toBe(1);
  },
};

const second: Case = {
  claim: "a second program hears that the port is busy, and the first is not disturbed",
  need: {},
  run: async ({ open }) => {
    await using first = await connect({ open });
    must(await first.getStatus({}));
    for (let i = 0; i < 3; i += 1) {
      const other = await openClient({ open, reconnectMs: 0 });
      expect(other).toMatchObject({ ok: false, error: "port_busy" });
    }
    must(await first.getStatus({}));
    expect(first.peer().side).toBe("device");
  },
};

/** Bytes of every kind: what a getty, a modem or another program may have left on the line. */
const noise = (): Uint8Array => {
  const text = new TextEncoder().encode("\r\nAT\r\n~x root\r\n");
  const bytes = crypto.getRandomValues(new Uint8Array(5000));
  return Uint8Array.from([...text, ...bytes, 0, ...text, 0, 0]);
};

const noisy: Case = {
  claim: "noise before HELLO is answered by nothing, and HELLO all the same",
  need: {},
  run: async ({ open }) => {
    let heard = 0;
    const noisyLine: OpenLine = async () => {
      const line = must(await open());
      line.onBytes((bytes) => {
        heard += bytes.length;
      });
      await line.write(noise());
      await Bun.sleep(100);
      return { ok: true, value: line };
    };
    await using client = await connect({ open: noisyLine });
    expect(heard).toBe(0);
    must(await client.getStatus({}));
  },
};

const quote: Case = {
  claim: "a sealed device gives a quote, and another for another nonce",
  need: { phase: "sealed" },
  run: async ({ open }) => {
    await using client = await connect({ open });
    const quotes = [];
    for (const fill of [1, 2]) {
      const { quote: bytes, lifeMs } = must(
        await client.getQuote({ nonce: new Uint8Array(16).fill(fill) }),
      );
      expect(lifeMs).toBeGreaterThan(0);
      quotes.push(bytes.toHex());
    }
    expect(new Set(quotes).size).toBe(2);
  },
};

/** Cases that change nothing and ask nobody. */
export const TALKING: readonly Case[] = [greeting, unknown, returning, second, noisy, quote];

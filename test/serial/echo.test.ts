/** Bytes through the whole stack: stream, binding, slave, master, and back. */
import { expect } from "bun:test";
import { createHash } from "node:crypto";
import { SerialPortStream } from "@serialport/stream";
import { binding } from "../../host/serial/binding.ts";
import { atEnd, ptyTest, testPort, testPty, until } from "./pty-fixture.ts";
import { randomChunks } from "./random-chunks.ts";

/** Less than the emulator's queue: nothing is dropped. */
const IN_FLIGHT_BYTES = 32_768;
const CHUNKS = randomChunks(2000, 2048);
const TOTAL = CHUNKS.reduce((sum, chunk) => sum + chunk.length, 0);

const digestOf = (chunks: readonly Uint8Array[]): string => {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
};

/** Sends all chunks, never more ahead of the echo than fits; returns what came back. */
const sendAll = async (
  send: (chunk: Uint8Array) => void,
  onEcho: (action: (bytes: Uint8Array) => void) => void,
): Promise<readonly Uint8Array[]> => {
  const echoed: Uint8Array[] = [];
  let sent = 0;
  const progress = { received: 0 };
  let wake: () => void = () => undefined;
  onEcho((bytes) => {
    echoed.push(Uint8Array.from(bytes));
    progress.received += bytes.length;
    wake();
  });
  const receivedAtLeast = async (count: number): Promise<void> => {
    while (progress.received < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  for (const chunk of CHUNKS) {
    await receivedAtLeast(sent + chunk.length - IN_FLIGHT_BYTES);
    send(chunk);
    sent += chunk.length;
  }
  await receivedAtLeast(TOTAL);
  return echoed;
};

ptyTest("2,000 random chunks from the host come back byte for byte", async () => {
  const pty = testPty();
  pty.onReceive(pty.send);
  const stream = new SerialPortStream({
    binding,
    path: pty.path,
    baudRate: 115_200,
    autoOpen: false,
  });
  await new Promise<void>((resolve) => {
    stream.open(() => resolve());
  });
  atEnd(() => new Promise<void>((resolve) => stream.close(() => resolve())));
  const echoed = await sendAll(
    (chunk) => stream.write(chunk),
    (action) => stream.on("data", action),
  );
  expect(digestOf(echoed)).toBe(digestOf(CHUNKS));
  expect(pty.droppedBytes()).toBe(0);
});

ptyTest("2,000 random chunks from the emulator come back byte for byte", async () => {
  const pty = testPty();
  let isAttached = false;
  pty.onCable((attached) => {
    isAttached = attached;
  });
  const port = await testPort(pty.path);
  port.onBytes((bytes) => void port.write(bytes));
  await until("the emulator sees the host", () => isAttached);
  const echoed = await sendAll(pty.send, pty.onReceive);
  expect(digestOf(echoed)).toBe(digestOf(CHUNKS));
  expect(pty.droppedBytes()).toBe(0);
});

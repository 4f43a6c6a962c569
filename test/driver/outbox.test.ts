/** A device that floods and does not read: what waits for it is bounded. */
import { expect, test } from "bun:test";
import { createOutbox } from "../../host/driver/outbox.ts";

const LIMIT = 65_536;

test("a stuck line holds at most 64 KiB, and goes on when it moves", async () => {
  const taken: Uint8Array[] = [];
  let isStuck = true;
  const waiting: (() => void)[] = [];
  const send = createOutbox({
    write: (bytes) => {
      taken.push(bytes);
      return isStuck ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve();
    },
    onBytes: () => undefined,
    onClose: () => undefined,
    close: () => Promise.resolve(),
  });
  for (let frame = 0; frame < 10_000; frame += 1) send(new Uint8Array(30));
  expect(taken.reduce((sum, bytes) => sum + bytes.length, 0)).toBeLessThanOrEqual(LIMIT);
  expect(taken.length).toBe(Math.floor(LIMIT / 30));
  isStuck = false;
  for (const resolve of waiting) resolve();
  await Promise.resolve();
  taken.length = 0;
  send(new Uint8Array(30));
  expect(taken).toHaveLength(1);
});

test("a write that fails frees its place", async () => {
  let writes = 0;
  const send = createOutbox({
    write: () => {
      writes += 1;
      return Promise.reject(new Error("gone"));
    },
    onBytes: () => undefined,
    onClose: () => undefined,
    close: () => Promise.resolve(),
  });
  for (let round = 0; round < 5; round += 1) {
    send(new Uint8Array(LIMIT));
    await Promise.resolve();
    await Promise.resolve();
  }
  expect(writes).toBe(5);
});

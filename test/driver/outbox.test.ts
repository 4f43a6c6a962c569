/** A line that takes nothing: what waits for it is bounded, because no more is pulled. */
import { expect, test } from "bun:test";
import type { Line } from "../../host/driver/line.ts";
import { createOutbox } from "../../host/driver/outbox.ts";

const LIMIT = 8192;

const lineThat = (write: Line["write"]): Line => ({
  write,
  onBytes: () => undefined,
  onClose: () => undefined,
  close: () => Promise.resolve(),
});

test("a stuck line has room for 8 KiB, and again when it moves", async () => {
  const waiting: (() => void)[] = [];
  let calls = 0;
  const outbox = createOutbox(
    lineThat(() => new Promise((resolve) => void waiting.push(resolve))),
    () => {
      calls += 1;
    },
  );
  let frames = 0;
  while (outbox.hasRoom()) {
    outbox.write(new Uint8Array(512));
    frames += 1;
  }
  expect(frames).toBe(LIMIT / 512);
  expect(calls).toBe(0);
  for (const resolve of waiting) resolve();
  await Promise.resolve();
  expect(outbox.hasRoom()).toBe(true);
  expect(calls).toBe(frames);
});

test("a write that fails frees its place", async () => {
  const outbox = createOutbox(
    lineThat(() => Promise.reject(new Error("gone"))),
    () => undefined,
  );
  outbox.write(new Uint8Array(LIMIT));
  expect(outbox.hasRoom()).toBe(false);
  await Promise.resolve();
  await Promise.resolve();
  expect(outbox.hasRoom()).toBe(true);
});

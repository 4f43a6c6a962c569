/** A cancel finds its call, whatever was sent under the same key meanwhile. */
import { expect, test } from "bun:test";
import { createOpenCalls } from "../../firmware/open-calls.ts";
import type { Request } from "../../protocol/call/envelope.ts";
import { lastQuestion, settle } from "./bench-device.ts";
import { errorOf } from "./outcomes.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import { freshKey } from "./raw-host.ts";
import { draftBytes, readyDevice } from "./ready-device.ts";

test("a refused reuse of its key does not take a call out of a cancel's reach", async () => {
  const { bench, client } = await readyDevice({ approve: "ask" });
  const idempotencyKey = freshKey();
  const first = client.signPsbt({ psbt: draftBytes() }, { idempotencyKey });
  await settle();
  const other = await client.registerWallet({ ...HOT.text, name: "x" }, { idempotencyKey });
  expect(errorOf(other)).toBe("idempotency_key_reused");
  const mind = new AbortController();
  const again = client.signPsbt({ psbt: draftBytes() }, { idempotencyKey, signal: mind.signal });
  await settle();
  mind.abort();
  expect(errorOf(await again)).toBe("cancelled");
  expect(errorOf(await first)).toBe("cancelled");
  expect([bench.screens.at(-1)?.kind, bench.signatures()]).toEqual(["status", 0]);
  expect(lastQuestion(bench.screens).kind).toBe("transaction");
  await client.close();
});

const requestOf = (id: number, key: number): Request => ({
  kind: "request",
  id,
  code: 1,
  idempotencyKey: new Uint8Array(16).fill(key),
  params: new Map(),
});

test("a key and an id stand for a call until the last who holds them lets go", () => {
  const calls = createOpenCalls();
  const first = calls.begin(requestOf(1, 7), 5);
  const twin = calls.begin(requestOf(1, 7), 5);
  const other = calls.begin(requestOf(2, 7), 5);
  twin.end();
  other.end();
  calls.cancel(5, 2);
  expect(first.cancellation.isCancelled()).toBe(false);
  calls.cancel(5, 1);
  expect(first.cancellation.isCancelled()).toBe(true);
  first.end();
  expect(calls.begin(requestOf(1, 7), 5).cancellation.isCancelled()).toBe(false);
});

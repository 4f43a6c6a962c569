/** The pool and its control: a thread that dies is heard of, and a ticket is looked at in time. */
import { expect, test } from "bun:test";
import {
  attend,
  createControl,
  createWords,
  TICKETS,
} from "../../../hardware/secrets/native/threads/control.ts";
import { createPool } from "../../../hardware/secrets/native/threads/pool.ts";
import { hasNoLibraries } from "../oracles/engines.ts";

const TASK = { kind: "derive", parents: [], indices: new Uint32Array(0), form: "plain" } as const;

test.skipIf(hasNoLibraries)("a thread that dies: what is asked rejects, none hangs", async () => {
  const words = createWords(2);
  // An address of nothing is our own mistake: the thread throws as it starts.
  const posts = [0, 1].map((thread) => ({ thread, words, base: 0, scratchBytes: 1024 }));
  const gone: number[] = [];
  const pool = createPool(posts, (thread) => void gone.push(thread));
  const asked = await Promise.allSettled([pool.run(TASK), pool.run(TASK), pool.run(TASK)]);
  expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(gone.length).toBeGreaterThan(0);
  expect(() => pool.run(TASK)).toThrow("broken invariant: a thread of the engine lives");
  pool.stop();
  expect(await pool.run(TASK)).toBeUndefined();
});

test("a pool that was never started can be stopped", async () => {
  const pool = createPool([]);
  pool.stop();
  pool.start();
  expect(await pool.run(TASK)).toBeUndefined();
});

test("work under a live ticket is done, under a revoked or retired one it is not begun", () => {
  const words = createWords(1);
  const control = createControl(words);
  const ticket = control.issue() ?? -1;
  let begun = 0;
  const work = (): number => {
    begun += 1;
    expect(words[TICKETS]).toBe(1);
    return begun;
  };
  expect(attend(words, 0, ticket, work)).toBe(1);
  control.revoke(ticket);
  expect(attend(words, 0, ticket, work)).toBeUndefined();
  control.retire(ticket);
  expect(attend(words, 0, ticket, work)).toBeUndefined();
  expect([begun, words[TICKETS]]).toEqual([1, 0]);
});

test("what throws under a live ticket is a fault; under one revoked meanwhile, nothing", () => {
  const words = createWords(1);
  const control = createControl(words);
  const ticket = control.issue() ?? -1;
  const fail = (): never => {
    throw new Error("in the middle");
  };
  expect(() => attend(words, 0, ticket, fail)).toThrow("in the middle");
  const failRevoked = (): never => {
    control.revoke(ticket);
    return fail();
  };
  expect(attend(words, 0, ticket, failRevoked)).toBeUndefined();
  expect(words[TICKETS]).toBe(0);
});

test("a ticket comes once until it is retired, and they have an end", () => {
  const control = createControl(createWords(1));
  const tickets = Array.from({ length: TICKETS }, () => control.issue());
  expect(new Set(tickets).size).toBe(TICKETS);
  expect(control.issue()).toBeUndefined();
  control.revoke(5);
  expect(control.issue()).toBeUndefined();
  control.retire(5);
  expect(control.issue()).toBe(5);
});

test("rest is waited for, and not for ever", () => {
  const words = createWords(2);
  const control = createControl(words);
  expect(control.waitForRest(0)).toBe(true);
  Atomics.store(words, TICKETS + 1, 1);
  expect(control.waitForRest(20)).toBe(false);
  control.layToRest(1);
  expect(control.waitForRest(0)).toBe(true);
});

/** Batches on threads: the signatures of the engine itself, and none by a key that was wiped. */
import { closeSync, openSync, readSync } from "node:fs";
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createChildKeys } from "../../../firmware/bitcoin/wallet/extended-key.ts";
import { BATCH_LIMITS } from "../../../firmware/hal.ts";
import { createCrypto } from "../../../hardware/secrets/index.ts";
import { placesOf } from "../../memory/scan/places.ts";
import { hasNoLibraries } from "../oracles/engines.ts";
import { must, refusal } from "../oracles/loading.ts";
import { taprootOf } from "../oracles/taproot.ts";
import { joined, nodeOf, openThreaded, sampleOf, type ThreadedSecrets } from "./batch.ts";

// Threads start beside all that the machine does otherwise; no test here is about time.
setDefaultTimeout(60_000);

const opened: ThreadedSecrets[] = [];
const open = (threads = 2, mayHide = true): ThreadedSecrets => {
  const secrets = openThreaded(threads, mayHide);
  opened.push(secrets);
  return secrets;
};
afterEach(() => {
  for (const secrets of opened.splice(0)) secrets.close();
});

const errorOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return "none";
  } catch (error) {
    return error instanceof Error ? error.message : "no error";
  }
};

describe.skipIf(hasNoLibraries)("a batch of signatures", () => {
  for (const kind of ["ecdsa", "schnorr", "tweaked"] as const) {
    for (const threads of [1, 2, 3]) {
      test(`${kind}, ${threads} threads: those of one by one, in their order`, async () => {
        const secrets = open(threads);
        const { batch, oneByOne } = sampleOf(secrets, nodeOf(secrets), kind, 150);
        expect(must(await secrets.signMany(batch)).toHex()).toBe(oneByOne().toHex());
      });
    }
  }

  test("of none, of one, of a task and one more", async () => {
    const secrets = open();
    for (const count of [0, 1, 32, 33]) {
      const { batch, oneByOne } = sampleOf(secrets, nodeOf(secrets), "ecdsa", count);
      expect(must(await secrets.signMany(batch)).toHex()).toBe(oneByOne().toHex());
    }
  });

  test("several at once, under several nodes", async () => {
    const secrets = open();
    const samples = [1, 2, 3, 4].map((number) =>
      sampleOf(secrets, nodeOf(secrets, number), number % 2 === 0 ? "ecdsa" : "tweaked", 70),
    );
    const made = await Promise.all(samples.map(({ batch }) => secrets.signMany(batch)));
    expect(made.map((one) => must(one).toHex())).toEqual(
      samples.map(({ oneByOne }) => oneByOne().toHex()),
    );
  });

  test("of another shape is our own mistake, and harms no other", async () => {
    const secrets = open();
    const { batch, oneByOne } = sampleOf(secrets, nodeOf(secrets), "tweaked", 3);
    const { scheme } = batch;
    if (scheme.name !== "schnorr") throw new Error("a tweaked batch");
    const tooMany = BATCH_LIMITS.signatures + 1;
    const bad = [
      { ...batch, digests: batch.digests.slice(1) },
      { ...batch, publicKeys: batch.publicKeys.slice(32) },
      { ...batch, indices: Uint32Array.of(1, 2, 2 ** 31) },
      { ...batch, scheme: { name: "ecdsa" as const } },
      { ...batch, scheme: { ...scheme, auxiliary: new Uint8Array(31) } },
      { ...batch, scheme: { ...scheme, tweaks: new Uint8Array(32) } },
      {
        ...batch,
        indices: new Uint32Array(tooMany),
        digests: new Uint8Array(32 * tooMany),
        publicKeys: new Uint8Array(32 * tooMany),
        scheme: { name: "schnorr" as const, auxiliary: scheme.auxiliary },
      },
    ];
    for (const one of bad) expect(await errorOf(secrets.signMany(one))).toStartWith("broken");
    const wiped = nodeOf(secrets, 9);
    secrets.wipe(wiped);
    expect(await errorOf(secrets.signMany({ ...batch, node: wiped }))).toStartWith("broken");
    expect(must(await secrets.signMany(batch)).toHex()).toBe(oneByOne().toHex());
  });

  test("more at once than may be: cancelled, and the others come", async () => {
    const secrets = open();
    const { batch } = sampleOf(secrets, nodeOf(secrets), "ecdsa", 1);
    const made = await Promise.all(Array.from({ length: 65 }, () => secrets.signMany(batch)));
    expect(made.filter(({ ok }) => ok)).toHaveLength(64);
    expect(made.find(({ ok }) => !ok)).toMatchObject({ error: "cancelled" });
    expect(must(await secrets.signMany(batch))).toHaveLength(64);
  });

  test("one wrong public key: nothing comes, now and ever after", async () => {
    const secrets = open();
    const node = nodeOf(secrets);
    const [{ batch }, good] = [
      sampleOf(secrets, node, "ecdsa", 100),
      sampleOf(secrets, node, "ecdsa", 100),
    ];
    const publicKeys = batch.publicKeys.slice();
    publicKeys.set(publicKeys.slice(0, 33), 33 * 77);
    const [bad, beside] = [
      secrets.signMany({ ...batch, publicKeys }),
      errorOf(secrets.signMany(good.batch)),
    ];
    expect(await errorOf(bad)).toStartWith("broken invariant");
    expect(["none", "broken invariant: a thread of the engine lives"]).toContain(await beside);
    expect(await errorOf(secrets.signMany(good.batch))).toStartWith("broken invariant");
    const parents = [secrets.publicNode(node)];
    expect(await errorOf(secrets.deriveMany(parents, Uint32Array.of(1)))).toStartWith("broken");
    // Whoever signs one by one still can.
    expect(good.oneByOne()).toHaveLength(6400);
  });
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Signatures that take two threads some 40 ms: no pause below outlasts them. */
const LONG = 1000;

describe.skipIf(hasNoLibraries)("a wipe in the middle of a batch", () => {
  test("of its node: cancelled, whenever it comes; another node's batch goes on", async () => {
    const secrets = open();
    const other = sampleOf(secrets, nodeOf(secrets, 1), "ecdsa", 60);
    const expected = other.oneByOne().toHex();
    for (let round = 0; round < 25; round += 1) {
      const node = nodeOf(secrets, 2 + round);
      const { batch } = sampleOf(secrets, node, round % 2 === 0 ? "ecdsa" : "tweaked", LONG);
      const [doomed, beside] = [secrets.signMany(batch), secrets.signMany(other.batch)];
      await pause(Math.random() * 12);
      secrets.wipe(node);
      // What comes into the slot next is no business of theirs.
      const next = nodeOf(secrets, 200);
      expect(refusal(await doomed)).toBe("cancelled");
      expect(must(await beside).toHex()).toBe(expected);
      secrets.wipe(next);
    }
  });

  test("of everything: all are cancelled, and the engine works on", async () => {
    const secrets = open();
    for (let round = 0; round < 25; round += 1) {
      const samples = [1, 2].map((n) => sampleOf(secrets, nodeOf(secrets, n), "ecdsa", LONG));
      const doomed = samples.map(({ batch }) => secrets.signMany(batch));
      await pause(Math.random() * 12);
      secrets.wipeAll();
      expect((await Promise.all(doomed)).map(refusal)).toEqual(["cancelled", "cancelled"]);
    }
    const { batch, oneByOne } = sampleOf(secrets, nodeOf(secrets), "schnorr", 70);
    expect(must(await secrets.signMany(batch)).toHex()).toBe(oneByOne().toHex());
  });

  test("leaves nothing on any locked page, the moment it returns", async () => {
    const before = new Set(placesOf(process.pid).arena.map(({ from }) => from));
    const secrets = open(2, false);
    const pages = placesOf(process.pid).arena.filter(({ from }) => !before.has(from));
    const memory = openSync("/proc/self/mem", "r");
    const read = pages.map(({ from, to }) => ({ from, bytes: new Uint8Array(to - from) }));
    const isClear = (): boolean =>
      read.every(({ from, bytes }) => {
        readSync(memory, bytes, 0, bytes.length, from);
        return bytes.every((byte) => byte === 0);
      });
    let busy = 0;
    for (let round = 0; round < 25; round += 1) {
      const { batch } = sampleOf(secrets, nodeOf(secrets), "ecdsa", LONG);
      const doomed = secrets.signMany(batch);
      await pause(Math.random() * 12);
      expect(isClear()).toBe(false);
      secrets.wipeAll();
      expect(isClear()).toBe(true);
      if (refusal(await doomed) === "cancelled") busy += 1;
    }
    closeSync(memory);
    expect(busy).toBe(25);
  });

  test("right after the last signature was made, before anybody has it: cancelled", async () => {
    const secrets = open(1);
    const node = nodeOf(secrets);
    const { batch } = sampleOf(secrets, node, "ecdsa", 1);
    must(await secrets.signMany(batch));
    const doomed = secrets.signMany(batch);
    const until = performance.now() + 300;
    while (performance.now() < until); // the reply comes, and nobody is there to take it
    secrets.wipe(node);
    expect(refusal(await doomed)).toBe("cancelled");
  });

  test("of a node that no batch is under: no batch knows of it", async () => {
    const secrets = open();
    const bystander = nodeOf(secrets, 1);
    const { batch, oneByOne } = sampleOf(secrets, nodeOf(secrets, 2), "ecdsa", LONG);
    const made = secrets.signMany(batch);
    secrets.wipe(bystander);
    expect(must(await made).toHex()).toBe(oneByOne().toHex());
  });

  test("the end of the threads cancels what is under way and all that comes", async () => {
    const secrets = open();
    const node = nodeOf(secrets);
    const { batch } = sampleOf(secrets, node, "ecdsa", LONG);
    const parents = [secrets.publicNode(node)];
    const doomed = [secrets.signMany(batch), secrets.deriveMany(parents, new Uint32Array(2000))];
    await pause(5);
    secrets.endThreads();
    expect((await Promise.all(doomed)).map(refusal)).toEqual(["cancelled", "cancelled"]);
    expect(refusal(await secrets.signMany(batch))).toBe("cancelled");
    secrets.endThreads();
  });
});

describe.skipIf(hasNoLibraries)("public keys of many children", () => {
  const crypto = createCrypto("portable");

  test("are those of BIP-32, first all parents' of the first index", async () => {
    const secrets = open();
    const parents = [1, 2, 3].map((number) => secrets.publicNode(nodeOf(secrets, number)));
    const indices = Uint32Array.from({ length: 90 }, (_, i) => (i * 0x1234567) % 2 ** 31);
    const children = parents.map((parent) => createChildKeys(parent, crypto));
    const expected = Array.from(indices, (index) =>
      children.map((childOf) => childOf(index) ?? new Uint8Array(0)),
    );
    const made = must(await secrets.deriveMany(parents, indices));
    expect(made.toHex()).toBe(joined(expected.flat()).toHex());
    expect(must(await secrets.deriveMany([], indices))).toHaveLength(0);
    expect(must(await secrets.deriveMany(parents, new Uint32Array(0)))).toHaveLength(0);
  });

  test("with the output keys of BIP-86 where they are asked for", async () => {
    const secrets = open();
    const parent = secrets.publicNode(nodeOf(secrets));
    const indices = Uint32Array.from({ length: 70 }, (_, i) => 3 * i);
    const childOf = createChildKeys(parent, crypto);
    const made = must(await secrets.deriveMany([parent], indices, "with-output-key"));
    const expected = Array.from(indices, (index) => {
      const child = childOf(index) ?? new Uint8Array(0);
      return [child, taprootOf(child.slice(1)).outputKey];
    });
    const xOnly = Array.from(indices, (_, i) => made.slice(66 * i + 34, 66 * i + 66));
    expect(made).toHaveLength(66 * indices.length);
    expect(xOnly.map((key) => key.toHex())).toEqual(
      expected.map(([, output]) => output?.toHex() ?? ""),
    );
    const children = Array.from(indices, (_, i) => made.slice(66 * i, 66 * i + 33).toHex());
    expect(children).toEqual(expected.map(([child]) => child?.toHex() ?? ""));
  });

  test("too many, hardened ones, and parents of another shape are our own mistake", async () => {
    const secrets = open();
    const parent = secrets.publicNode(nodeOf(secrets));
    const one = Uint32Array.of(0);
    const bad = [
      secrets.deriveMany([parent], new Uint32Array(BATCH_LIMITS.publicKeys + 1)),
      secrets.deriveMany([parent], Uint32Array.of(2 ** 31)),
      secrets.deriveMany([{ ...parent, publicKey: parent.publicKey.slice(1) }], one),
      secrets.deriveMany([{ ...parent, chainCode: new Uint8Array(31) }], one),
    ];
    for (const promise of bad) expect(await errorOf(promise)).toStartWith("broken invariant");
    expect(must(await secrets.deriveMany([parent], one))).toHaveLength(33);
  });
});

/** Taking shares (provisioning): as many as their threshold, for this boot, in time. */
import { describe, expect, test } from "bun:test";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import type { Client } from "../../host/driver/index.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { SealedShare } from "../../protocol/share.ts";
import { type Bench, createBench } from "./bench-device.ts";
import { approveAll, type Custodian, type Genesis, makeSeed, quoteOf } from "./custodians.ts";
import { at, errorOf, unwrap } from "./outcomes.ts";
import { READY_SECRETS } from "./watched-secrets.ts";

interface Setting extends Genesis {
  readonly bench: Bench;
  readonly client: Client;
  readonly shares: readonly SealedShare[];
}

/** A device that lost its seed with its power, and shares for its new boot. */
const rebooted = async (threshold: number, count: number): Promise<Setting> => {
  const bench = createBench();
  const first = await bench.connect();
  const genesis = await makeSeed(first, threshold, count);
  await first.close();
  bench.reboot("power");
  const client = await bench.connect();
  const shares = await approveAll(await quoteOf(client), genesis.custodians);
  return { bench, client, shares, ...genesis };
};

const submit = (client: Client, shares: readonly SealedShare[]) => client.submitShares({ shares });

describe("submitShares", () => {
  test("one by one: k-1 do not unlock, the k-th does, and only the keys stay", async () => {
    const { bench, client, shares, fingerprint } = await rebooted(3, 4);
    const [a, b, c] = [at(shares, 3), at(shares, 0), at(shares, 2)];
    const one = { phase: "provisioning", have: 1, need: 3 } as const;
    expect(unwrap(await submit(client, [a]))).toEqual(one);
    expect(unwrap(await submit(client, [b]))).toEqual({ ...one, have: 2 });
    expect([bench.phase(), bench.live()]).toEqual([
      "provisioning",
      ["agreement", "node", "share", "share"],
    ]);
    const done = { phase: "ready", have: 3, need: 3, fingerprint } as const;
    expect(unwrap(await submit(client, [c]))).toEqual(done);
    expect([bench.phase(), bench.live()]).toEqual(["ready", READY_SECRETS]);
    expect(unwrap(await client.getStatus({})).fingerprint).toEqual(fingerprint);
    await client.close();
  });

  test("all at once, more than needed too", async () => {
    const { bench, client, shares, fingerprint } = await rebooted(2, 4);
    expect(unwrap(await submit(client, shares)).fingerprint).toEqual(fingerprint);
    expect(bench.live()).toEqual(READY_SECRETS);
    await client.close();
  });

  test("none changes nothing and keeps nothing for longer", async () => {
    const { bench, client, shares } = await rebooted(3, 3);
    expect(unwrap(await submit(client, []))).toEqual({ phase: "sealed", have: 0, need: 0 });
    unwrap(await submit(client, shares.slice(0, 1)));
    const waiting = bench.clock.waiting();
    for (let i = 0; i < 20; i += 1) {
      const held = { phase: "provisioning", have: 1, need: 3 } as const;
      expect(unwrap(await submit(client, []))).toEqual(held);
    }
    expect(bench.clock.waiting()).toBeLessThanOrEqual(waiting);
    await bench.pass(DEVICE_LIMITS.unfinishedSetMs / 2);
    unwrap(await submit(client, []));
    await bench.pass(DEVICE_LIMITS.unfinishedSetMs / 2);
    expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);
    await client.close();
  });

  test("a share twice is refused by its place, in one call and over two", async () => {
    const { bench, client, shares } = await rebooted(3, 3);
    const [a, b] = [at(shares, 0), at(shares, 1)];
    const twice = await submit(client, [a, b, a]);
    expect(twice).toEqual({ ok: false, error: "share_repeated", details: { share: 2 } });
    expect(bench.live()).toEqual(["agreement", "node"]);
    unwrap(await submit(client, [a]));
    expect(errorOf(await submit(client, [b, a]))).toBe("share_repeated");
    expect(bench.live()).toEqual(["agreement", "node", "share"]);
    expect(unwrap(await submit(client, shares.slice(1))).phase).toBe("ready");
    await client.close();
  });

  test("one bad share spoils its call only, and is named", async () => {
    const { bench, client, shares, fingerprint } = await rebooted(2, 3);
    unwrap(await submit(client, shares.slice(0, 1)));
    const bad = { ...at(shares, 1), ciphertext: new Uint8Array(48) };
    const reply = await submit(client, [at(shares, 2), bad]);
    expect(reply).toEqual({ ok: false, error: "share_unreadable", details: { share: 1 } });
    expect(bench.live()).toEqual(["agreement", "node", "share"]);
    expect(unwrap(await submit(client, shares.slice(2))).fingerprint).toEqual(fingerprint);
    await client.close();
  });

  test("the shares of two seeds do not mix", async () => {
    const { bench, client, shares, custodians } = await rebooted(2, 2);
    const other = createBench();
    const { custodians: others } = await makeSeed(await other.connect(), 2, 2);
    const foreign = await approveAll(await quoteOf(client), others);
    const mixed = [at(shares, 0), at(foreign, 1)];
    expect(errorOf(await submit(client, mixed))).toBe("shares_mixed");
    expect([bench.phase(), custodians.length]).toEqual(["sealed", 2]);
    unwrap(await submit(client, mixed.slice(0, 1)));
    expect(errorOf(await submit(client, mixed.slice(1)))).toBe("shares_mixed");
    expect(bench.live()).toEqual(["agreement", "node", "share"]);
    await client.close();
  });
});

describe("for whom a share is", () => {
  test("not for the next boot", async () => {
    const { bench, client, shares } = await rebooted(2, 2);
    await client.close();
    bench.reboot("power");
    const next = await bench.connect();
    expect(errorOf(await submit(next, shares))).toBe("share_misaddressed");
    expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);
    await next.close();
  });

  test("not for another device of the same name, nor of another", async () => {
    const { client, shares } = await rebooted(2, 2);
    for (const name of ["A", "B"]) {
      const other = createBench({ name });
      const otherClient = await other.connect();
      expect(errorOf(await submit(otherClient, shares))).toBe("share_misaddressed");
      await otherClient.close();
    }
    await client.close();
  });

  test("as genesis sealed it to the custodian, it is nothing for a device", async () => {
    const { client, custodians } = await rebooted(2, 2);
    const own = custodians.map(({ file }: Custodian) => file.sealed);
    expect(errorOf(await submit(client, own))).toBe("share_misaddressed");
    await client.close();
  });
});

describe("time", () => {
  test("a share is good until its quote expires, and not a moment longer", async () => {
    const { bench, client, shares, custodians } = await rebooted(2, 2);
    await bench.pass(LIMITS.quoteLifeMs);
    unwrap(await submit(client, shares.slice(0, 1)));
    await bench.pass(1);
    expect(errorOf(await submit(client, shares.slice(1)))).toBe("quote_expired");
    const fresh = await approveAll(await quoteOf(client), custodians);
    expect(unwrap(await submit(client, fresh.slice(1))).phase).toBe("ready");
    await client.close();
  });

  test("an unfinished set is wiped after 15 minutes, and the device takes another", async () => {
    const { bench, client, shares } = await rebooted(2, 3);
    unwrap(await submit(client, shares.slice(0, 1)));
    await bench.pass(DEVICE_LIMITS.unfinishedSetMs - 1);
    expect(bench.live()).toEqual(["agreement", "node", "share"]);
    await bench.pass(1);
    expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);
    expect(unwrap(await submit(client, shares.slice(1))).phase).toBe("ready");
    await bench.pass(DEVICE_LIMITS.unfinishedSetMs * 2);
    expect([bench.phase(), bench.live()]).toEqual(["ready", READY_SECRETS]);
    await client.close();
  });

  test("after genesis the wiped set leaves a device that waits for its own seed", async () => {
    const bench = createBench();
    const client = await bench.connect();
    const { custodians } = await makeSeed(client, 2, 2);
    const shares = await approveAll(await quoteOf(client), custodians);
    unwrap(await submit(client, shares.slice(0, 1)));
    await bench.pass(DEVICE_LIMITS.unfinishedSetMs);
    expect([bench.phase(), bench.live()]).toEqual(["provisioning", ["agreement", "node"]]);
    expect(unwrap(await submit(client, shares)).phase).toBe("ready");
    await client.close();
  });

  test("a set sent again and again leaves no timer behind", async () => {
    const { bench, client, shares } = await rebooted(2, 2);
    const waiting = bench.clock.waiting();
    const bad = { ...at(shares, 1), ciphertext: new Uint8Array(48) };
    for (let i = 0; i < 10; i += 1) {
      await submit(client, shares.slice(0, 1));
      await submit(client, [bad]);
    }
    expect(unwrap(await submit(client, shares.slice(1))).phase).toBe("ready");
    await bench.pass(5000);
    expect(bench.clock.waiting()).toBeLessThanOrEqual(waiting);
    await client.close();
  });
});

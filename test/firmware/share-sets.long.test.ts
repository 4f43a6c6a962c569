/** Shares of strangers, who can seal to any boot: they cost the real set nothing. */
import { expect, test } from "bun:test";
import type { Client } from "../../host/driver/index.ts";
import type { SealedShare } from "../../protocol/share.ts";
import { type Bench, createBench } from "./bench-device.ts";
import { approveAll, makeSeed, quoteOf, sealAnything } from "./custodians.ts";
import { at, errorOf, unwrap } from "./outcomes.ts";
import { READY_SECRETS } from "./watched-secrets.ts";

interface Setting {
  readonly bench: Bench;
  readonly client: Client;
  readonly fingerprint: Uint8Array;
  readonly own: readonly SealedShare[];
  /** Of another seed, sealed to the same boot; 2 of 2. */
  readonly strange: readonly SealedShare[];
}

const strangersFor = async (client: Client): Promise<readonly SealedShare[]> => {
  const other = createBench();
  const { custodians } = await makeSeed(await other.connect(), 2, 2);
  return approveAll(await quoteOf(client), custodians);
};

/** A device on its second boot; its own seed is 2 of 3. */
const setUp = async (): Promise<Setting> => {
  const bench = createBench();
  const first = await bench.connect();
  const { custodians, fingerprint } = await makeSeed(first, 2, 3);
  await first.close();
  bench.reboot("power");
  const client = await bench.connect();
  const own = await approveAll(await quoteOf(client), custodians);
  return { bench, client, fingerprint, own, strange: await strangersFor(client) };
};

test("a whole set takes the place of a stranger's share, which is wiped", async () => {
  const { bench, client, fingerprint, own, strange } = await setUp();
  unwrap(await client.submitShares({ shares: strange.slice(0, 1) }));
  const reply = unwrap(await client.submitShares({ shares: own.slice(0, 2) }));
  expect(reply).toEqual({ phase: "ready", have: 2, need: 2, fingerprint });
  expect(bench.live()).toEqual(READY_SECRETS);
  await client.close();
});

test("less than a whole set does not, and is wiped itself", async () => {
  const { bench, client, own, strange } = await setUp();
  unwrap(await client.submitShares({ shares: strange.slice(0, 1) }));
  const reply: unknown = await client.submitShares({ shares: own.slice(0, 1) });
  expect(reply).toEqual({ ok: false, error: "shares_mixed", details: { share: 0 } });
  expect([bench.phase(), bench.live()]).toEqual(["provisioning", ["agreement", "node", "share"]]);
  await client.close();
});

test("a whole set takes the place of a forged share of its own name", async () => {
  const { bench, client, own } = await setUp();
  const quote = await quoteOf(client);
  const forged = await sealAnything(new Uint8Array(32), at(own, 0).context, quote.bootKey);
  unwrap(await client.submitShares({ shares: [forged] }));
  expect(unwrap(await client.submitShares({ shares: own.slice(0, 2) })).phase).toBe("ready");
  expect(bench.live()).toEqual(READY_SECRETS);
  await client.close();
});

test("after genesis the expected key decides, whoever's set comes whole", async () => {
  const bench = createBench();
  const client = await bench.connect();
  const { custodians } = await makeSeed(client, 2, 2);
  const own = await approveAll(await quoteOf(client), custodians);
  const strange = await strangersFor(client);
  unwrap(await client.submitShares({ shares: own.slice(0, 1) }));
  expect(errorOf(await client.submitShares({ shares: strange }))).toBe("seed_mismatch");
  expect([bench.phase(), bench.live()]).toEqual(["provisioning", ["agreement", "node"]]);
  expect(unwrap(await client.submitShares({ shares: own })).phase).toBe("ready");
  await client.close();
});

test("one share too many that does not agree: shares_wrong, and the boot goes on", async () => {
  const { bench, client, own } = await setUp();
  const quote = await quoteOf(client);
  const forged = await sealAnything(new Uint8Array(32).fill(7), at(own, 2).context, quote.bootKey);
  const reply = await client.submitShares({ shares: [...own.slice(0, 2), forged] });
  expect(errorOf(reply)).toBe("shares_wrong");
  expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);
  expect(unwrap(await client.submitShares({ shares: own })).phase).toBe("ready");
  await client.close();
});

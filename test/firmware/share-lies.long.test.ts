/** Shares that lie: altered on the way, or well sealed by a custodian under a false context. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Client } from "../../host/driver/index.ts";
import { decodeAs, encodeAs, encodeCbor } from "../../protocol/cbor/cbor.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import {
  type Quote,
  type SealedShare,
  SHARE_CONTEXT,
  type ShareContext,
} from "../../protocol/share.ts";
import { type Bench, createBench } from "./bench-device.ts";
import {
  approveAll,
  type Custodian,
  lieWith,
  makeSeed,
  quoteOf,
  sealAnything,
} from "./custodians.ts";
import { at, errorOf, seeded, unwrap } from "./outcomes.ts";

interface Setting {
  readonly bench: Bench;
  readonly client: Client;
  readonly quote: Quote;
  readonly custodians: readonly Custodian[];
}

const rebooted = async (threshold: number, count: number): Promise<Setting> => {
  const bench = createBench();
  const first = await bench.connect();
  const { custodians } = await makeSeed(first, threshold, count);
  await first.close();
  bench.reboot("power");
  const client = await bench.connect();
  return { bench, client, quote: await quoteOf(client), custodians };
};

const expectSealed = (bench: Bench): void =>
  expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);

describe("altered on the way", () => {
  test("any bit of context, encapsulated key or ciphertext", async () => {
    const { bench, client, quote, custodians } = await rebooted(2, 2);
    const shares = await approveAll(quote, custodians);
    const parts = fc.constantFrom("context", "encapsulated", "ciphertext");
    await fc.assert(
      fc.asyncProperty(parts, fc.nat(), fc.nat(1), async (part, bit, which) => {
        const share = at(shares, which);
        const bytes = Uint8Array.from(share[part]);
        const place = Math.floor(bit / 8) % bytes.length;
        bytes.set([(bytes[place] ?? 0) ^ (1 << (bit % 8))], place);
        // X25519 ignores the highest bit, and HPKE's key schedule does not: the envelope fails.
        const altered: SealedShare = { ...share, [part]: bytes };
        const reply = await client.submitShares({ shares: shares.with(which, altered) });
        expect([
          "share_unreadable",
          "share_misaddressed",
          "share_malformed",
          "quote_expired",
        ]).toContain(errorOf(reply));
        expectSealed(bench);
      }),
      seeded(150),
    );
    expect(unwrap(await client.submitShares({ shares })).phase).toBe("ready");
    await client.close();
  });

  test("a context with another threshold, seed or time is not what was sealed", async () => {
    const { bench, client, quote, custodians } = await rebooted(3, 3);
    const shares = await approveAll(quote, custodians);
    const alter = (share: SealedShare, lies: Partial<ShareContext>): SealedShare => {
      const context = decodeAs(SHARE_CONTEXT, share.context);
      if (context === undefined) throw new Error("a context that does not read");
      return { ...share, context: encodeAs(SHARE_CONTEXT, { ...context, ...lies }) };
    };
    const { header } = at(custodians, 0).file.context;
    const lies: readonly Partial<ShareContext>[] = [
      { header: { ...header, memberThreshold: 2 } },
      { header: { ...header, memberIndex: 1 } },
      { fingerprint: new Uint8Array(4) },
      { custodian: new Uint8Array(32) },
      { notAfterMs: quote.notAfterMs - 1 },
    ];
    for (const lie of lies) {
      const altered = alter(at(shares, 0), lie);
      expect(errorOf(await client.submitShares({ shares: [altered] }))).toBe("share_unreadable");
    }
    expectSealed(bench);
    await client.close();
  });
});

type Lie = readonly [string, (context: ShareContext) => Partial<ShareContext>, ErrorName];

const header = (changes: Partial<ShareContext["header"]>) => (context: ShareContext) => ({
  header: { ...context.header, ...changes },
});

const REFUSED_AT_SIGHT: readonly Lie[] = [
  ["a cipher of 327 million rounds", header({ iterationExponent: 15 }), "share_malformed"],
  ["a cipher of twice the rounds", header({ iterationExponent: 1 }), "share_malformed"],
  ["a threshold of one", header({ memberThreshold: 1 }), "share_malformed"],
  ["a threshold of none", header({ memberThreshold: 0 }), "share_malformed"],
  ["a second group", header({ groupCount: 2 }), "share_malformed"],
  ["another group", header({ groupIndex: 1 }), "share_malformed"],
  ["two groups needed", header({ groupThreshold: 2, groupCount: 2 }), "share_malformed"],
  ["another purpose", () => ({ purpose: "custodian" }), "share_misaddressed"],
  ["another device", () => ({ device: "B" }), "share_misaddressed"],
  ["another boot", () => ({ bootId: new Uint8Array(16) }), "share_misaddressed"],
  ["another recipient", () => ({ recipient: new Uint8Array(32) }), "share_misaddressed"],
  [
    "a longer life than a quote has",
    ({ notAfterMs }) => ({ notAfterMs: notAfterMs + LIMITS.quoteLifeMs }),
    "quote_expired",
  ],
];

describe("a custodian who lies, refused at sight", () => {
  for (const [claim, lies, error] of REFUSED_AT_SIGHT) {
    test(`${claim}: ${error}`, async () => {
      const { bench, client, quote, custodians } = await rebooted(2, 2);
      const share = await lieWith(quote, at(custodians, 0), lies);
      const reply: unknown = await client.submitShares({ shares: [share] });
      expect(reply).toEqual({ ok: false, error, details: { share: 0 } });
      expectSealed(bench);
      await client.close();
    });
  }

  test("a context that is none", async () => {
    const { bench, client, quote } = await rebooted(2, 2);
    for (const context of [Uint8Array.of(0xff), encodeCbor(new Map()), new Uint8Array(512)]) {
      const share = await sealAnything(new Uint8Array(32), context, quote.bootKey);
      expect(errorOf(await client.submitShares({ shares: [share] }))).toBe("share_malformed");
    }
    expectSealed(bench);
    await client.close();
  });

  test("a key of zeros or of low order in place of the encapsulated one", async () => {
    const { bench, client, quote, custodians } = await rebooted(2, 2);
    const [share] = await approveAll(quote, custodians.slice(0, 1));
    for (const first of [0, 1]) {
      const encapsulated = new Uint8Array(32).with(0, first);
      const shares = share === undefined ? [] : [{ ...share, encapsulated }];
      expect(errorOf(await client.submitShares({ shares }))).toBe("share_unreadable");
    }
    expectSealed(bench);
    await client.close();
  });
});

describe("custodians who lie together", () => {
  const conspire = async (threshold: number, liars: number, lies: Lie[1]) => {
    const setting = await rebooted(threshold, 4);
    const { client, quote, custodians } = setting;
    const all = custodians.slice(0, liars).map((one) => lieWith(quote, one, lies));
    return { ...setting, reply: await client.submitShares({ shares: await Promise.all(all) }) };
  };

  test("a lower threshold does not make two shares of three enough", async () => {
    const { bench, client, reply } = await conspire(3, 2, header({ memberThreshold: 2 }));
    expect(errorOf(reply)).toBe("shares_wrong");
    expectSealed(bench);
    await client.close();
  });

  test("a higher one waits for shares that will not come, and is wiped", async () => {
    const { bench, client, reply } = await conspire(2, 2, header({ memberThreshold: 3 }));
    expect(unwrap(reply)).toEqual({ phase: "provisioning", have: 2, need: 3 });
    await bench.pass(15 * 60_000);
    expectSealed(bench);
    await client.close();
  });

  test("the name of another seed is no disguise", async () => {
    const lies = () => ({ fingerprint: Uint8Array.of(1, 2, 3, 4) });
    const { bench, client, reply } = await conspire(2, 2, lies);
    expect(errorOf(reply)).toBe("seed_mismatch");
    expectSealed(bench);
    await client.close();
  });

  test("another set's identifier or salt gives another seed, which is refused", async () => {
    const { bench, client, reply } = await conspire(2, 2, header({ extendable: false }));
    expect(errorOf(reply)).toBe("seed_mismatch");
    expectSealed(bench);
    await client.close();
  });

  test("a false value is found by the digest, and the boot goes on", async () => {
    const { bench, client, quote, custodians } = await rebooted(2, 3);
    const shares = await approveAll(quote, custodians);
    const { context } = at(shares, 1);
    const forged = await sealAnything(new Uint8Array(32).fill(7), context, quote.bootKey);
    const reply = await client.submitShares({ shares: [at(shares, 0), forged] });
    expect(errorOf(reply)).toBe("shares_wrong");
    expectSealed(bench);
    expect(unwrap(await client.submitShares({ shares })).phase).toBe("ready");
    await client.close();
  });

  test("a value of another length is refused before it is opened", async () => {
    const { bench, client, quote, custodians } = await rebooted(2, 2);
    const [share] = await approveAll(quote, custodians.slice(0, 1));
    const context = share?.context ?? new Uint8Array(0);
    for (const length of [0, 16, 31, 33, 64]) {
      const odd = await sealAnything(new Uint8Array(length), context, quote.bootKey);
      expect(errorOf(await client.submitShares({ shares: [odd] }))).toBe("invalid_params");
    }
    expectSealed(bench);
    await client.close();
  });
});

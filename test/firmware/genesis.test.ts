/** Genesis: a device makes its seed and splits it, and no one person gets more than a share. */
import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { HDKey } from "@scure/bip32";
import type { Rng } from "../../firmware/hal.ts";
import { systemRng } from "../secrets/oracles/system-rng.ts";
import { recombineSeed } from "../../hardware/secrets/portable/slip39.ts";
import { generateCustodianKey } from "../../host/custody/index.ts";
import { fail } from "../../protocol/errors.ts";
import { createBench, settle } from "./bench-device.ts";
import { approveAll, makeSeed, openWith, quoteOf } from "./custodians.ts";
import { at, errorOf, unwrap } from "./outcomes.ts";

const publicKeys = (count: number): Uint8Array[] =>
  Array.from({ length: count }, () => generateCustodianKey().publicKey);

describe("generateSeed", () => {
  test("seals each share to its custodian's key and to no other", async () => {
    const bench = createBench();
    const client = await bench.connect();
    const { custodians } = await makeSeed(client, 2, 3);
    for (const [i, { file }] of custodians.entries()) {
      for (const [j, { key }] of custodians.entries()) {
        const opened = openWith(file.sealed, key.privateKey);
        const length = await opened.then(
          (value) => value.length,
          () => "sealed",
        );
        expect({ i, j, length }).toEqual({ i, j, length: i === j ? 32 : "sealed" });
      }
    }
    await client.close();
  });

  test("gives shares of one seed, whose fingerprint it names and does not keep", async () => {
    const bench = createBench();
    const client = await bench.connect();
    const { custodians, fingerprint } = await makeSeed(client, 3, 5);
    expect([bench.phase(), bench.live()]).toEqual(["provisioning", ["agreement", "node"]]);
    const shares = await Promise.all(
      custodians.map(async ({ key, file }) => ({
        header: file.context.header,
        value: await openWith(file.sealed, key.privateKey),
      })),
    );
    const seed = unwrap(recombineSeed(shares.slice(1, 4)));
    const master = HDKey.fromMasterSeed(seed);
    expect(master.fingerprint.toString(16).padStart(8, "0")).toBe(hex.encode(fingerprint));
    expect(errorOf(recombineSeed(shares.slice(0, 2)))).toBe("shares_wrong");
    expect(new Set(shares.map(({ value }) => hex.encode(value))).size).toBe(5);
    await client.close();
  });

  const keys = publicKeys(3);
  const first = at(keys, 0);
  const highBit = first.with(31, at([...first], 31) | 0x80);
  test.each([
    ["a threshold that one person satisfies", keys, 1, "threshold_invalid"],
    ["no threshold", keys, 0, "threshold_invalid"],
    ["a threshold above the count", keys, 4, "threshold_invalid"],
    ["nobody", [], 2, "threshold_invalid"],
    ["one custodian twice", [...keys, first], 2, "custodian_repeated"],
    ["one custodian twice, written another way", [first, highBit], 2, "custodian_invalid"],
    ["a key of zeros", [first, new Uint8Array(32)], 2, "custodian_invalid"],
    ["a key of low order", [first, new Uint8Array(32).with(0, 1)], 2, "custodian_invalid"],
  ] as const)("refuses %s", async (_, custodians, threshold, error) => {
    const bench = createBench();
    const client = await bench.connect();
    expect(errorOf(await client.generateSeed({ custodians, threshold }))).toBe(error);
    expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);
    await client.close();
  });

  test("a generator that fails leaves a sealed device and no secret", async () => {
    const system = systemRng();
    for (const works of [0, 1, 2, 3, 4]) {
      let left = Number.POSITIVE_INFINITY;
      const rng: Rng = {
        fill: (target) => {
          left -= 1;
          return left < 0 ? fail("rng_failed") : system.fill(target);
        },
      };
      const bench = createBench({ rng });
      const client = await bench.connect();
      unwrap(await client.getStatus({})); // the session takes randomness too
      left = works;
      const reply = await client.generateSeed({ custodians: publicKeys(3), threshold: 2 });
      expect(errorOf(reply)).toBe("rng_failed");
      left = Number.POSITIVE_INFINITY;
      expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);
      await client.close();
    }
  });

  test("needs a press", async () => {
    const bench = createBench({ approve: "ask" });
    const client = await bench.connect();
    const params = { custodians: publicKeys(2), threshold: 2 };
    const declined = client.generateSeed(params);
    await settle();
    bench.press("no");
    expect(errorOf(await declined)).toBe("declined");
    expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);
    await client.close();
  });

  test("one seed per boot", async () => {
    const bench = createBench();
    const client = await bench.connect();
    const { custodians } = await makeSeed(client, 2, 2);
    const again = { custodians: publicKeys(2), threshold: 2 };
    expect(errorOf(await client.generateSeed(again))).toBe("wrong_phase");
    const shares = await approveAll(await quoteOf(client), custodians);
    unwrap(await client.submitShares({ shares }));
    expect(errorOf(await client.generateSeed(again))).toBe("wrong_phase");
    expect(errorOf(await client.submitShares({ shares }))).toBe("wrong_phase");
    expect(bench.phase()).toBe("ready");
    await client.close();
  });

  test("a seed that was made here lets no other in", async () => {
    const other = createBench({ name: "A" });
    const otherClient = await other.connect();
    const { custodians } = await makeSeed(otherClient, 2, 2);
    const bench = createBench({ name: "A" });
    const client = await bench.connect();
    const own = await makeSeed(client, 2, 2);
    const quote = await quoteOf(client);
    const foreign = await approveAll(quote, custodians);
    expect(errorOf(await client.submitShares({ shares: foreign }))).toBe("seed_mismatch");
    expect([bench.phase(), bench.live()]).toEqual(["provisioning", ["agreement", "node"]]);
    const shares = await approveAll(quote, own.custodians);
    expect(unwrap(await client.submitShares({ shares })).fingerprint).toEqual(own.fingerprint);
    await Promise.all([client.close(), otherClient.close()]);
  });
});

describe("a board that is not insecure", () => {
  test("makes no seed and registers no wallet", async () => {
    const bench = createBench({ isSecure: true });
    const client = await bench.connect();
    const reply = await client.generateSeed({ custodians: publicKeys(3), threshold: 2 });
    expect(errorOf(reply)).toBe("only_insecure");
    expect(unwrap(await client.getStatus({})).insecure).toBe(false);
    expect([bench.phase(), bench.screens.length]).toEqual(["sealed", 1]);
    await client.close();
  });

  test("takes no seed that was brought along, and wipes it", () => {
    const bench = createBench({ isSecure: true, seed: new Uint8Array(32).fill(1) });
    expect([bench.phase(), bench.live()]).toEqual(["sealed", ["agreement", "node"]]);
  });
});

describe("a device that was tampered with", () => {
  test("takes no seed that was brought along, and wipes it", () => {
    const bench = createBench({ lastReason: "tamper", seed: new Uint8Array(32).fill(1) });
    expect([bench.phase(), bench.live()]).toEqual(["tampered", []]);
  });
});

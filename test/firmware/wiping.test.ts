/** Wiping: what was made for a call is gone after it, and everything is gone after an end. */
import { describe, expect, test } from "bun:test";
import type { SecretKind } from "../../firmware/hal.ts";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import { createSigner } from "../../firmware/index.ts";
import { buildPsbt } from "../bitcoin/psbt-fixture.ts";
import { CHANGE, COIN, DRAFT } from "../bitcoin/attacked-draft.ts";
import { HOT } from "../bitcoin/wallet-fixture.ts";
import { createBench } from "./bench-device.ts";
import { approveAll, makeSeed, quoteOf } from "./custodians.ts";
import { errorOf, signed, unwrap } from "./outcomes.ts";
import { DEVICE_SEED, draftBytes, psbtOf, readyDevice } from "./ready-device.ts";
import { READY_SECRETS, SEALED_SECRETS } from "./watched-secrets.ts";

const SEALED: readonly SecretKind[] = SEALED_SECRETS;
const READY: readonly SecretKind[] = READY_SECRETS;

describe("after each command", () => {
  test("of a ready device its master key is all there is", async () => {
    const { bench, client, walletId } = await readyDevice();
    const empty = Uint8Array.from(buildPsbt({ ...DRAFT, coins: [] }).toBuffer());
    const commands = [
      () => client.getStatus({}),
      () => client.getXpub({ path: [0, 1, 2] }),
      () => client.getXpub({ path: [] }),
      () => client.getAddress({ walletId, isChange: true, index: 1, isShown: true }),
      () => client.registerWallet(HOT.text),
      () => client.registerWallet({ ...HOT.text, name: "Other" }),
      () => client.registerWallet({ ...HOT.text, keys: HOT.text.keys.slice(1) }),
      () => client.signPsbt({ psbt: draftBytes() }),
      () => client.signPsbt({ psbt: draftBytes().slice(1) }),
      () => client.signPsbt({ psbt: empty }),
    ];
    for (const command of commands) {
      await command();
      expect(bench.live()).toEqual(READY);
    }
    await client.close();
  });

  test("five hundred signatures leave as many handles as before", async () => {
    const { bench, client } = await readyDevice();
    const psbt = Uint8Array.from(psbtOf(50).toBuffer());
    for (let round = 0; round < 10; round += 1) {
      expect(signed(await client.signPsbt({ psbt }))).toHaveLength(50);
    }
    expect([bench.signatures(), bench.live()]).toEqual([500, READY]);
    await client.close();
  });

  test("coins on both branches leave neither branch's key", async () => {
    const { bench, client } = await readyDevice();
    const coins = [COIN, { ...COIN, branch: 1 as const }, { ...COIN, index: 9 }];
    const psbt = Uint8Array.from(
      buildPsbt({ coins, outputs: [{ ...CHANGE, amountSats: 2_900_000 }] }).toBuffer(),
    );
    expect(signed(await client.signPsbt({ psbt }))).toHaveLength(3);
    expect(bench.live()).toEqual(READY);
    await client.close();
  });

  test("of a device that takes shares its boot key and what it holds are all", async () => {
    const bench = createBench();
    const client = await bench.connect();
    const { custodians } = await makeSeed(client, 3, 4);
    expect(bench.live()).toEqual(SEALED);
    const shares = await approveAll(await quoteOf(client), custodians);
    for (let round = 0; round < 5; round += 1) {
      const repeated = shares.slice(0, 2).concat(shares.slice(0, 1));
      expect(errorOf(await client.submitShares({ shares: repeated }))).toBe("share_repeated");
      expect(bench.live()).toEqual(SEALED);
    }
    unwrap(await client.submitShares({ shares: shares.slice(0, 2) }));
    expect(bench.live()).toEqual(["agreement", "node", "share", "share"]);
    unwrap(await client.submitShares({ shares: shares.slice(2, 3) }));
    expect(bench.live()).toEqual(READY);
    await client.close();
  });
});

describe("a seal wipes everything", () => {
  test("ready; the answer leaves before the process ends", async () => {
    const { bench, client } = await readyDevice();
    unwrap(await client.seal({}));
    expect([bench.phase(), bench.live(), bench.ends]).toEqual(["ended", [], []]);
    await bench.pass(DEVICE_LIMITS.farewellMs);
    expect(bench.ends).toEqual(["seal"]);
    await client.close();
  });
});

describe("a device that ends by itself", () => {
  test("tamper: keys are gone at once, then the process ends", () => {
    const bench = createBench();
    const hal = bench.hal();
    let trip: () => void = () => undefined;
    const ends: string[] = [];
    let isWiped = false;
    const signer = unwrap(
      createSigner(
        {
          ...hal,
          tamper: {
            isTripped: () => false,
            onTrip: (action) => {
              trip = action;
            },
          },
          lifecycle: { lastReason: "power", end: (reason) => void ends.push(reason) },
          secrets: {
            ...hal.secrets,
            wipeAll: () => {
              isWiped = true;
              hal.secrets.wipeAll();
            },
          },
        },
        { network: "regtest" },
      ),
    );
    trip();
    expect([signer.phase(), isWiped, ends.length]).toEqual(["ended", true, 0]);
    bench.clock.advance(DEVICE_LIMITS.farewellMs);
    expect(ends).toEqual(["tamper"]);
  });

  test("a fault of its own: nothing is left, the log says so, and nothing was signed", async () => {
    let isBroken = false;
    const { bench, client } = await readyDevice({
      onSignature: () => {
        // What a broken engine does: the error's text must not reach the log.
        if (isBroken) throw new Error("k = 0123456789abcdef");
      },
    });
    isBroken = true;
    expect(errorOf(await client.signPsbt({ psbt: draftBytes() }))).toBe("device_fault");
    expect([bench.phase(), bench.live()]).toEqual(["ended", []]);
    expect(bench.log).toContainEqual({ event: "fault", during: "signPsbt" });
    expect(JSON.stringify(bench.log)).not.toContain("0123456789abcdef");
    await bench.pass(DEVICE_LIMITS.farewellMs);
    expect(bench.ends).toEqual(["fault"]);
    await client.close();
  });

  test("a seed that was brought along leaves no boot key and no seed", () => {
    expect(createBench({ seed: DEVICE_SEED }).live()).toEqual(READY);
  });
});

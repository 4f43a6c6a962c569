/** A vault rig: a withdrawal through two of three, whichever of them is away. */
import { describe, expect, test } from "bun:test";
import { createVaultRig, SEEDS, SIGNER_NAMES, type SignerName, type VaultRig } from "./index.ts";
import { unwrap } from "../driver/lines.ts";

const TO = SEEDS.D.wpkh.receive;

/** Drafts two inputs, so that a signer can die in the middle, and has them signed in that order. */
const withdraw = async (rig: VaultRig, by: readonly SignerName[]) => {
  const psbt = rig.draft({ to: TO, amountSats: 1_000_000, minimumInputs: 2 });
  const signed = unwrap(await rig.sign(psbt, by));
  const { ok, points } = rig.check(signed.txHex);
  expect(points.filter((point) => !point.ok)).toEqual([]);
  expect(ok).toBe(true);
  return signed;
};

const othersThan = (name: SignerName) => SIGNER_NAMES.filter((other) => other !== name);

test("three signers, ready, with the wallet of their manifests: address by address", async () => {
  await using rig = await createVaultRig();
  for (const name of SIGNER_NAMES) {
    const { client, fingerprint, phase } = rig.signers[name];
    expect([phase(), fingerprint()]).toEqual(["ready", SEEDS[name].fingerprint]);
    for (const [isChange, branch] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const asked = { walletId: rig.wallet.id, isChange, index: 7, isShown: false };
      const { address } = unwrap(await client.getAddress(asked));
      expect(address).toBe(rig.wallet.addressAt({ branch, index: 7 }));
    }
  }
});

test("a withdrawal: two sign, control agrees, coins go and change comes", async () => {
  await using rig = await createVaultRig({ amountsSats: [5_000_000, 3_000_000] });
  const signed = await withdraw(rig, ["A", "B", "C"]);
  expect(signed).toMatchObject({ signedBy: ["A", "B"], failed: {} });
  expect(rig.coins).toHaveLength(1);
  expect(rig.coins[0]).toMatchObject({ branch: 1, index: 0, previousTxHex: signed.txHex });
  const next = await withdraw(rig, ["C", "B"]);
  expect(next.signedBy).toEqual(["C", "B"]);
  expect(rig.coins[0]).toMatchObject({ branch: 1, index: 1, previousTxHex: next.txHex });
});

test("what was signed is signed again, the same, and spends nothing anew", async () => {
  await using rig = await createVaultRig();
  const psbt = rig.draft({ to: TO, amountSats: 1_000_000 });
  const first = unwrap(await rig.sign(psbt));
  const coins = rig.coins;
  expect(unwrap(await rig.sign(psbt))).toEqual(first);
  expect(rig.coins).toEqual(coins);
});

describe("nobody is indispensable", () => {
  for (const away of SIGNER_NAMES) {
    const by = [away, ...othersThan(away)];
    const goesThrough = async (rig: VaultRig, error: string) => {
      const signed = await withdraw(rig, by);
      expect(signed.signedBy).toEqual(othersThan(away));
      expect(signed.failed).toEqual({ [away]: error });
    };

    test(`${away} is unplugged, before it was ever called and after, and comes back`, async () => {
      await using rig = await createVaultRig();
      const signer = rig.signers[away];
      signer.unplug();
      await goesThrough(rig, "link_down");
      signer.replug();
      expect((await withdraw(rig, by)).signedBy).toContain(away);
      signer.unplug();
      await goesThrough(rig, "link_down");
      signer.replug();
      expect((await withdraw(rig, by)).signedBy).toContain(away);
    });

    test(`${away} dies after its first signature`, async () => {
      await using rig = await createVaultRig({ signers: { [away]: { dieAfterInput: 1 } } });
      await goesThrough(rig, "link_down");
    });

    test(`${away} refuses`, async () => {
      await using rig = await createVaultRig({ signers: { [away]: { approve: "never" } } });
      await goesThrough(rig, "declined");
    });
  }
});

test("a signer whose power goes in the middle is back, and the others have paid", async () => {
  const faults = [{ kind: "brown-out", signature: 1 }] as const;
  await using rig = await createVaultRig({ signers: { A: { faults } } });
  const signed = await withdraw(rig, ["A", "B", "C"]);
  expect(signed.signedBy).toEqual(["B", "C"]);
  expect(rig.signers.A.lastReason()).toBe("brown-out");
  expect(rig.signers.A.faults.happened).toHaveLength(1);
});

test("with two away there is no transaction, and it is said who failed with what", async () => {
  await using rig = await createVaultRig({ signers: { B: { approve: "never" } } });
  rig.signers.A.unplug();
  const psbt = rig.draft({ to: TO, amountSats: 1_000_000 });
  expect(await rig.sign(psbt)).toMatchObject({
    ok: false,
    error: "signers_missing",
    details: { have: 1, need: 2, A: "link_down", B: "declined" },
  });
  expect(rig.coins).toHaveLength(4);
});

test("the same rngSeed: the same life; another one, other devices", async () => {
  const life = async (rngSeed: string) => {
    await using rig = await createVaultRig({ rngSeed });
    const { txHex } = await withdraw(rig, ["B", "C"]);
    const { bootId } = rig.signers.B.client.peer();
    return { txHex, bootId, shown: SIGNER_NAMES.map((name) => [...rig.signers[name].screens]) };
  };
  const [one, again, other] = [await life("1"), await life("1"), await life("2")];
  expect(again).toEqual(one);
  expect(other.bootId).not.toEqual(one.bootId);
  expect(other.txHex).toBe(one.txHex); // signatures are deterministic, and so are the coins
});

test("it runs on this machine's clock, and on other test networks", async () => {
  await using rig = await createVaultRig({ clock: "system", network: "testnet" });
  expect(rig.clock).toBeUndefined();
  const to = rig.wallet.addressAt({ branch: 0, index: 9 });
  expect(to).toStartWith("tb1q");
  const signed = unwrap(await rig.sign(rig.draft({ to, amountSats: 1_000_000 })));
  expect(rig.check(signed.txHex).ok).toBe(true);
});

test("drafts and checks that cannot be are refused with what is wrong", async () => {
  await using rig = await createVaultRig({ amountsSats: [10_000] });
  expect(() => rig.draft({ to: TO, amountSats: 20_000 })).toThrow("funds_insufficient");
  expect(() => rig.draft({ to: "bc1nobody", amountSats: 1000 })).toThrow("request_malformed");
  await using other = await createVaultRig();
  const psbt = other.draft({ to: TO, amountSats: 1_000_000 });
  const { txHex } = unwrap(await other.sign(psbt));
  expect(() => rig.check(txHex)).toThrow("that this rig drafted");
});

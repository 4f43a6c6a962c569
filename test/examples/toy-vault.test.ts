/**
 * An example, and a test of it: a toy vault before an emulated signer, in bun:test. `node/` and
 * `vitest/` hold the same tests for other runners.
 */
import { expect, test } from "bun:test";
import "mayfly/testing/bun";
import type { Approve } from "mayfly/emulator";
import { createVaultRig, SEEDS } from "mayfly/testing";
import { createVault } from "./toy-vault/toy-vault.mjs";

const TO = SEEDS.D.wpkh.receive;
const QUESTION = { kind: "transaction", line: { address: TO, amountSats: 1_000_000 } } as const;

/** A vault and its signer, and time that passes only when somebody waits. */
const openTill = async (approve: Approve) => {
  const rig = await createVaultRig({ amountsSats: [5_000_000], signers: { A: { approve } } });
  const { clock, draft, wallet } = rig;
  const signer = rig.signers.A;
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock?.after(ms, resolve));
  return {
    rig,
    signer,
    psbt: draft({ to: TO, amountSats: 1_000_000 }),
    vault: createVault({
      client: signer.client,
      walletId: wallet.id,
      pause: (ms) => clock?.until(sleep(ms)) ?? Promise.reject(new Error("a virtual clock")),
    }),
    questions: () => signer.screens.filter(({ kind }) => kind === "transaction").length,
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
};

/** What a signer answers that nothing happens to. */
const signedInPeace = async () => {
  await using till = await openTill("auto");
  return (await till.vault.pay("rent", till.psbt)).signatures;
};

test("signs when approved, once", async () => {
  await using till = await openTill("auto");
  expect(await till.vault.status()).toBe("ready");
  const paid = await till.vault.pay("rent", till.psbt);
  expect(paid).toMatchObject({ state: "signed", tries: 1 });
  expect(await till.vault.pay("rent", till.psbt)).toBe(paid);
  expect(till.signer).toHaveSigned(1);
});

test("is held when declined, and nobody is asked again", async () => {
  await using till = await openTill("never");
  const held = await till.vault.pay("rent", till.psbt);
  expect(held).toMatchObject({ state: "held", tries: 1 });
  expect(await till.vault.pay("rent", till.psbt)).toBe(held);
  expect(till.signer).toHaveSigned(0);
  expect(till.questions()).toBe(1);
});

test("the cable is pulled in the middle: one question, the same signature", async () => {
  await using till = await openTill("ask");
  const { signer, vault } = till;
  const paying = vault.pay("rent", till.psbt);
  await signer.shows(QUESTION);
  expect(vault.journal.get("rent")).toMatchObject({ state: "asked", tries: 1 });
  signer.unplug();
  await signer.advance(10_000);
  signer.replug();
  signer.press("yes");
  const paid = await paying;
  expect(paid.signatures).toEqual(await signedInPeace());
  expect(paid.tries).toBeGreaterThan(1);
  expect(till.questions()).toBe(1);
});

test("the power is cut in the middle: ready again, and nothing is paid twice", async () => {
  await using till = await openTill("ask");
  const { rig, signer, vault } = till;
  const paying = vault.pay("rent", till.psbt);
  await signer.shows(QUESTION);
  signer.powerCut();
  expect(await vault.status()).toBe("ready");
  await signer.shows(QUESTION);
  signer.press("yes");
  expect((await paying).signatures).toEqual(await signedInPeace());
  expect([till.questions(), vault.journal.size]).toEqual([2, 1]);
  expect(signer).toHaveSigned(1);
  expect(rig.signers.B).toHaveSigned(0);
});

test("the screen says who gets what, and what it costs", async () => {
  await using till = await openTill([{ when: QUESTION, press: "yes" }]);
  await till.vault.pay("rent", till.psbt);
  expect(till.signer).toShow({ text: "Pay 1 of 1\n0.01000000 BTC" });
  expect(till.signer).toShow({ line: { wallet: "Test vault", inputs: 1, outputs: 1 } });
  expect(till.signer).not.toShow({ kind: "transaction", line: { feeSats: { atLeast: 1000 } } });
});

/** The toy vault in Vitest: what it does when something breaks. */
import { expect, test } from "vitest";
import { openTill, QUESTION, signedInPeace } from "./till.mjs";

test("the cable is pulled in the middle: one question, the same signature", async () => {
  const { signer, vault, psbt, questions } = await openTill("ask");
  const paying = vault.pay("rent", psbt);
  await signer.shows(QUESTION);
  expect(vault.journal.get("rent")).toMatchObject({ state: "asked", tries: 1 });
  signer.unplug();
  await signer.advance(10_000);
  signer.replug();
  signer.press("yes");
  const paid = await paying;
  expect(paid.signatures).toEqual(await signedInPeace());
  expect(paid.tries).toBeGreaterThan(1);
  expect(questions()).toBe(1);
});

test("the power is cut in the middle: ready again, nothing is paid twice", async () => {
  const { rig, signer, vault, psbt, questions } = await openTill("ask");
  const paying = vault.pay("rent", psbt);
  await signer.shows(QUESTION);
  signer.powerCut();
  expect(await vault.status()).toBe("ready");
  await signer.shows(QUESTION);
  signer.press("yes");
  expect((await paying).signatures).toEqual(await signedInPeace());
  expect([questions(), vault.journal.size]).toEqual([2, 1]);
  expect(signer).toHaveSigned(1);
  expect(rig.signers.B).toHaveSigned(0);
});

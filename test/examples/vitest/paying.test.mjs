/** The toy vault in Vitest: what it does while nothing breaks. */
import { expect, test } from "vitest";
import { openTill, QUESTION } from "./till.mjs";

test("signs when approved, once", async () => {
  const { signer, vault, psbt } = await openTill("auto");
  expect(await vault.status()).toBe("ready");
  const paid = await vault.pay("rent", psbt);
  expect(paid).toMatchObject({ state: "signed", tries: 1 });
  expect(await vault.pay("rent", psbt)).toBe(paid);
  expect(signer).toHaveSigned(1);
});

test("is held when declined, and nobody is asked again", async () => {
  const { signer, vault, psbt, questions } = await openTill("never");
  const held = await vault.pay("rent", psbt);
  expect(held).toMatchObject({ state: "held", tries: 1 });
  expect(await vault.pay("rent", psbt)).toBe(held);
  expect(signer).toHaveSigned(0);
  expect(questions()).toBe(1);
});

test("the screen says who gets what, and what it costs", async () => {
  const { signer, vault, psbt } = await openTill([{ when: QUESTION, press: "yes" }]);
  await vault.pay("rent", psbt);
  expect(signer).toShow({ text: "Pay 1 of 1\n0.01000000 BTC" });
  expect(signer).toShow({ line: { wallet: "Test vault", inputs: 1, outputs: 1 } });
  expect(signer).not.toShow({ kind: "transaction", line: { feeSats: { atLeast: 1000 } } });
});

/** The toy vault in Node's test runner: `node --test`, Node 20 or later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fitsScreen } from "mayfly/emulator";
import { createVaultRig, SEEDS } from "mayfly/testing";
import { createVault } from "../toy-vault/toy-vault.mjs";

const TO = SEEDS.D.wpkh.receive;
const QUESTION = { kind: "transaction", line: { address: TO, amountSats: 1_000_000 } };

/** A vault and its signer until the test ends, and time that passes only when somebody waits. */
const openTill = async (context, approve) => {
  const rig = await createVaultRig({ amountsSats: [5_000_000], signers: { A: { approve } } });
  context.after(() => rig[Symbol.asyncDispose]());
  const { clock, draft, wallet } = rig;
  const signer = rig.signers.A;
  const sleep = (ms) => new Promise((resolve) => void clock.after(ms, resolve));
  return {
    rig,
    signer,
    psbt: draft({ to: TO, amountSats: 1_000_000 }),
    vault: createVault({
      client: signer.client,
      walletId: wallet.id,
      pause: (ms) => clock.until(sleep(ms)),
    }),
    questions: () => signer.screens.filter(({ kind }) => kind === "transaction").length,
  };
};

/** What a signer answers that nothing happens to. */
const signedInPeace = async (context) => {
  const { vault, psbt } = await openTill(context, "auto");
  return (await vault.pay("rent", psbt)).signatures;
};

test("signs when approved, once", async (context) => {
  const { signer, vault, psbt } = await openTill(context, "auto");
  assert.equal(await vault.status(), "ready");
  const paid = await vault.pay("rent", psbt);
  assert.deepEqual([paid.state, paid.tries, signer.signatures()], ["signed", 1, 1]);
  assert.equal(await vault.pay("rent", psbt), paid);
  assert.equal(signer.signatures(), 1);
});

test("is held when declined, and nobody is asked again", async (context) => {
  const { signer, vault, psbt, questions } = await openTill(context, "never");
  const held = await vault.pay("rent", psbt);
  assert.deepEqual([held.state, held.tries], ["held", 1]);
  assert.equal(await vault.pay("rent", psbt), held);
  assert.deepEqual([signer.signatures(), questions()], [0, 1]);
});

test("the cable is pulled in the middle: one question, the same signature", async (context) => {
  const { signer, vault, psbt, questions } = await openTill(context, "ask");
  const paying = vault.pay("rent", psbt);
  await signer.shows(QUESTION);
  assert.deepEqual(
    [vault.journal.get("rent").state, vault.journal.get("rent").tries],
    ["asked", 1],
  );
  signer.unplug();
  await signer.advance(10_000);
  signer.replug();
  signer.press("yes");
  const paid = await paying;
  assert.deepEqual(paid.signatures, await signedInPeace(context));
  assert(paid.tries > 1);
  assert.equal(questions(), 1);
});

test("the power is cut in the middle: ready again, nothing is paid twice", async (context) => {
  const { rig, signer, vault, psbt, questions } = await openTill(context, "ask");
  const paying = vault.pay("rent", psbt);
  await signer.shows(QUESTION);
  signer.powerCut();
  assert.equal(await vault.status(), "ready");
  await signer.shows(QUESTION);
  signer.press("yes");
  assert.deepEqual((await paying).signatures, await signedInPeace(context));
  assert.deepEqual([questions(), vault.journal.size], [2, 1]);
  assert.deepEqual([signer.signatures(), rig.signers.B.signatures()], [1, 0]);
});

test("the screen says who gets what, and what it costs", async (context) => {
  const { signer, vault, psbt } = await openTill(context, [{ when: QUESTION, press: "yes" }]);
  await vault.pay("rent", psbt);
  const shown = (pattern) => signer.screens.some((screen) => fitsScreen(pattern, screen));
  assert(shown({ text: "Pay 1 of 1\n0.01000000 BTC" }));
  assert(shown({ line: { wallet: "Test vault", inputs: 1, outputs: 1 } }));
  assert(!shown({ kind: "transaction", line: { feeSats: { atLeast: 1000 } } }));
});

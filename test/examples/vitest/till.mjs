/** Vitest's `test` with a till: a toy vault before an emulated signer, which goes with the test. */
import { createVaultRig, matchers, SEEDS } from "mayfly/testing";
import { expect, test as plainTest } from "vitest";
import { createVault } from "../toy-vault/toy-vault.mjs";

expect.extend(matchers);
console.log(`worker ${process.env.VITEST_POOL_ID}`);

const TO = SEEDS.D.wpkh.receive;

/** The question that paying brings to the screen. */
export const QUESTION = { kind: "transaction", line: { address: TO, amountSats: 1_000_000 } };

/** Time passes only when somebody waits. */
const tillOf = (rig) => {
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

/** `openTill(approve)` opens as many as a test likes, each with three emulators of its own. */
export const test = plainTest.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads what a fixture needs from here
  openTill: async ({}, use) => {
    const rigs = [];
    await use(async (approve) => {
      const signers = { A: { approve } };
      const rig = await createVaultRig({ amountsSats: [5_000_000], signers });
      rigs.push(rig);
      return tillOf(rig);
    });
    for (const rig of rigs) await rig[Symbol.asyncDispose]();
  },
});

/** What a signer answers that nothing happens to. */
export const signedInPeace = async (openTill) => {
  const { vault, psbt } = await openTill("auto");
  return (await vault.pay("rent", psbt)).signatures;
};

/** A till for a test: a toy vault before an emulated signer, which goes when the test ends. */
import { createVaultRig, matchers, SEEDS } from "mayfly/testing";
import { expect, onTestFinished } from "vitest";
import { createVault } from "../toy-vault/toy-vault.mjs";

expect.extend(matchers);
console.log(`worker ${process.env.VITEST_POOL_ID}`);

const TO = SEEDS.D.wpkh.receive;

/** The question that paying brings to the screen. */
export const QUESTION = { kind: "transaction", line: { address: TO, amountSats: 1_000_000 } };

/** As many as a test likes, each with three emulators and a time of its own. */
export const openTill = async (approve) => {
  const rig = await createVaultRig({ amountsSats: [5_000_000], signers: { A: { approve } } });
  onTestFinished(() => rig[Symbol.asyncDispose]());
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
export const signedInPeace = async () => {
  const { vault, psbt } = await openTill("auto");
  return (await vault.pay("rent", psbt)).signatures;
};

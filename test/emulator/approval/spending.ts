/** A signer with the hot wallet's first key, and spends for its person to look at. */
import {
  type Approve,
  createEmulator,
  createVirtualClock,
  type Emulator,
  type Screen,
} from "../../../hardware/emulator/index.ts";
import type { EmulatorOptions } from "../../../hardware/emulator/index.ts";
import type { Outcome } from "../../../protocol/errors.ts";
import { buildPsbt, STRANGER_SCRIPT } from "../../bitcoin/psbt-fixture.ts";
import { HOT } from "../../bitcoin/wallet-fixture.ts";

/** The wallet's id. */
export const WALLET_ID: Uint8Array = HOT.registered.id;

/** A signer that holds the wallet's key and does not know the wallet yet, in virtual time. */
export const signerWith = (
  approve: Approve,
  options: Omit<EmulatorOptions, "approve"> = {},
): Promise<Emulator> =>
  createEmulator({
    seed: new Uint8Array(32).fill(1),
    rngSeed: "approval",
    clock: createVirtualClock(),
    approve,
    strict: true,
    ...options,
  });

/** One coin of 1,000,000 satoshis that pays a stranger so much, and change. */
export const spendOf = (amountSats: number): Uint8Array =>
  buildPsbt({
    coins: [{ wallet: HOT, branch: 0, index: 5, amountSats: 1_000_000 }],
    outputs: [
      { script: STRANGER_SCRIPT, amountSats },
      { wallet: HOT, branch: 1, index: 8, amountSats: 990_000 - amountSats },
    ],
  }).toBuffer();

/** Asks to register the wallet. */
export const register = (signer: Emulator) => signer.client.registerWallet(HOT.text);

/** Asks for a spend of the wallet. */
export const spend = (signer: Emulator, amountSats: number) =>
  signer.client.signPsbt({ psbt: spendOf(amountSats), walletId: WALLET_ID });

/** How an outcome reads: `ok` or the refusal's name. */
export const wordOf = (outcome: Outcome<unknown>): string => (outcome.ok ? "ok" : outcome.error);

/** The message of what is thrown; fails where nothing is. */
export const thrownBy = async (work: () => PromiseLike<unknown>): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
};

/** The last screen that asked. */
export const questionOf = (signer: Emulator): Screen => {
  const asked = signer.screens.findLast(({ kind }) => kind !== "status");
  if (asked === undefined) throw new Error("nothing was asked");
  return asked;
};

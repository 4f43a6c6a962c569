/** The draft that the refusal tests attack: two coins, a payment and change. */
import { type Draft, type DraftCoin, STRANGER_SCRIPT } from "./psbt-fixture.ts";
import { HOT } from "./wallet-fixture.ts";

/** The first coin. */
export const COIN: DraftCoin = { wallet: HOT, branch: 0, index: 5, amountSats: 1_000_000 };
/** The second coin. */
export const SECOND: DraftCoin = { ...COIN, index: 6 };
/** A payment to a stranger. */
export const PAYMENT = { script: STRANGER_SCRIPT, amountSats: 1_500_000 };
/** The change. */
export const CHANGE: DraftCoin = { wallet: HOT, branch: 1, index: 8, amountSats: 400_000 };
/** A draft that is not refused as it is. */
export const DRAFT: Draft = { coins: [COIN, SECOND], outputs: [PAYMENT, CHANGE] };

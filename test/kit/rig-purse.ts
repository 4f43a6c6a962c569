/** The rig's coins: what the wallet has, what is drafted from it, what is left afterwards. */
import { Transaction } from "bitcoinjs-lib";
import { type CheckReport, checkTransaction } from "../../host/control/index.ts";
import { type Draft, draftPsbt, madeUpCoins } from "../../host/vault/index.ts";
import type { Coin, Payment } from "../../host/withdrawal.ts";
import type { SignedWithdrawal } from "./rig-quorum.ts";
import type { RigWallet } from "./rig-wallet.ts";

/** What to pay. */
export interface DraftWish {
  /** An address of the rig's network. */
  readonly to: string;
  readonly amountSats: number;
  /** sat/vB; 2 unless told. */
  readonly feeRate?: number;
  /** Takes at least so many coins, where there are so many. */
  readonly minimumInputs?: number;
}

/** A draft, and what the check has to know of it. */
interface Drafted {
  readonly draft: Draft;
  readonly payments: readonly Payment[];
  readonly coins: readonly Coin[];
  readonly changeIndex: number;
}

/** Coins, and drafts that spend them. */
export interface Purse {
  readonly coins: () => readonly Coin[];
  readonly draft: (wish: DraftWish) => Uint8Array;
  /** The transaction's coins are gone, and its change has come. */
  readonly spend: (signed: Pick<SignedWithdrawal, "txHex" | "txid">) => void;
  readonly check: (txHex: string) => CheckReport;
}

const FEE_RATE = 2;
/** Fewer signers than this on an input are refused, whatever the descriptor asks for. */
const MINIMUM_SIGNERS = 2;

const outpointOf = (txid: string, vout: number): string => `${txid}:${vout}`;

const outpointOfCoin = ({ previousTxHex, vout }: Coin): string =>
  outpointOf(Transaction.fromHex(previousTxHex).getId(), vout);

/** Witnesses are no part of a txid, and nothing else changes when a P2WSH input is signed. */
const txidOf = (psbt: Draft["psbt"]): string =>
  Transaction.fromBuffer(psbt.data.globalMap.unsignedTx.toBuffer()).getId();

const changeOf = ({ draft, changeIndex }: Drafted, txHex: string): readonly Coin[] =>
  draft.changeVout === undefined
    ? []
    : [
        {
          branch: 1,
          index: changeIndex,
          previousTxHex: txHex,
          vout: draft.changeVout,
          amountSats: draft.changeSats,
        },
      ];

const checkOf = (wallet: RigWallet, drafted: Drafted, txHex: string): CheckReport => {
  const { draft, payments, coins, changeIndex } = drafted;
  const previousOf = new Map(coins.map((coin) => [outpointOfCoin(coin), coin.previousTxHex]));
  return checkTransaction({
    txHex,
    descriptor: wallet.descriptors.multipath,
    network: wallet.network,
    prevouts: draft.prevouts.map((prevout) => ({
      ...prevout,
      previousTxHex: previousOf.get(outpointOf(prevout.txid, prevout.vout)) ?? "",
    })),
    payments,
    change: draft.changeVout === undefined ? undefined : { path: `1/${changeIndex}` },
    maxFeeSats: draft.feeSats,
    minimumSigners: MINIMUM_SIGNERS,
  });
};

/** A purse with made-up coins of these amounts: the same amounts, the same coins. */
export const openPurse = (wallet: RigWallet, amountsSats: readonly number[]): Purse => {
  let coins: readonly Coin[] = madeUpCoins({ wallet, amountsSats, seedLabel: "mayfly rig" });
  const drafts = new Map<string, Drafted>();
  /** A transaction that is signed again spends nothing anew. */
  const made = new Set<string>();
  let changeIndex = 0;
  return {
    coins: () => coins,
    draft: ({ to, amountSats, feeRate = FEE_RATE, minimumInputs = 1 }) => {
      const payments = [{ address: to, amountSats }];
      const change = { branch: 1, index: changeIndex } as const;
      const draft = draftPsbt({ wallet, coins, payments, change, feeRate, minimumInputs });
      if (!draft.ok) throw new Error(`draft: ${draft.error} ${JSON.stringify(draft.details)}`);
      drafts.set(txidOf(draft.value.psbt), { draft: draft.value, payments, coins, changeIndex });
      changeIndex += 1;
      return draft.value.psbt.toBuffer();
    },
    spend: ({ txHex, txid }) => {
      const drafted = drafts.get(txid);
      // A PSBT of the test's own is none of these: its coins are the test's.
      if (drafted === undefined || made.has(txid)) return;
      made.add(txid);
      const spent = new Set(drafted.draft.prevouts.map((one) => outpointOf(one.txid, one.vout)));
      const left = coins.filter((coin) => !spent.has(outpointOfCoin(coin)));
      coins = [...left, ...changeOf(drafted, txHex)];
    },
    check: (txHex) => {
      const drafted = drafts.get(Transaction.fromHex(txHex).getId());
      if (drafted === undefined) {
        throw new Error("check: take a transaction that this rig drafted and signed");
      }
      return checkOf(wallet, drafted, txHex);
    },
  };
};

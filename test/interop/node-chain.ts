/** What the tests ask a Bitcoin node, with the types its answers should have. */
import { type BitcoinNode, fieldOf } from "./bitcoin-node.ts";

/** An unspent output, as the node knows it. */
export interface ChainCoin {
  readonly confirmations: number;
  readonly amountSats: number;
  readonly scriptHex: string;
}

/** What the node says to a transaction before it takes it. */
export interface Judgement {
  readonly isAllowed: boolean;
  readonly why: string;
}

const resultOf = async (
  node: BitcoinNode,
  method: string,
  ...params: readonly unknown[]
): Promise<unknown> => {
  const reply = await node.call(method, ...params);
  if (!reply.ok) throw new Error(`${method}: ${reply.why}`);
  return reply.result;
};

const textOf = (value: unknown): string => {
  if (typeof value !== "string") throw new Error("the node gave no text");
  return value;
};

const textsOf = (value: unknown): readonly string[] => {
  if (!Array.isArray(value)) throw new Error("the node gave no list");
  return value.map(textOf);
};

/** Mines blocks; their hashes, in order. */
export const mine = async (node: BitcoinNode, blocks: number): Promise<readonly string[]> =>
  textsOf(await resultOf(node, "generate", blocks));

/** The ids of a block's transactions; the coinbase comes first. */
export const transactionsIn = async (
  node: BitcoinNode,
  block: string,
): Promise<readonly string[]> => textsOf(fieldOf(await resultOf(node, "getblock", block, 1), "tx"));

/** A transaction as the node serializes it, in hex. */
export const transactionHex = async (node: BitcoinNode, txid: string): Promise<string> =>
  textOf(await resultOf(node, "getrawtransaction", txid, 0));

/** An output that nobody has spent, in a block or waiting for one; `undefined` where it is gone. */
export const coinAt = async (
  node: BitcoinNode,
  txid: string,
  vout: number,
): Promise<ChainCoin | undefined> => {
  const coin = await resultOf(node, "gettxout", txid, vout, true);
  if (coin === null) return undefined;
  return {
    confirmations: Number(fieldOf(coin, "confirmations")),
    amountSats: Math.round(Number(fieldOf(coin, "value")) * 1e8),
    scriptHex: textOf(fieldOf(fieldOf(coin, "scriptPubKey"), "hex")),
  };
};

/** Whether the node would take a transaction; it is not sent. */
export const judgementOn = async (node: BitcoinNode, txHex: string): Promise<Judgement> => {
  const [verdict]: readonly unknown[] = [
    await resultOf(node, "testmempoolaccept", [txHex], 0),
  ].flat();
  return {
    isAllowed: fieldOf(verdict, "allowed") === true,
    why: textOf(fieldOf(verdict, "reject-reason") ?? ""),
  };
};

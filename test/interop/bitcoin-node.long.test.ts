/** The whole road against a real node: coins that exist, and blocks that take what was signed. */
import { expect, test } from "bun:test";
import { Transaction } from "bitcoinjs-lib";
import { checkTransaction } from "../../host/control/index.ts";
import {
  askQuorum,
  draftPsbt,
  type QuorumSigner,
  readPsbt,
  type WalletAddress,
} from "../../host/vault/index.ts";
import type { Coin, Payment, WalletPath } from "../../host/withdrawal.ts";
import { type BitcoinNode, findBitcoinNode, startBitcoinNode } from "./bitcoin-node.ts";
import { coinAt, judgementOn, mine, transactionHex, transactionsIn } from "./node-chain.ts";
import { startThreeSigners, type ThreeSigners, must } from "./three-signers.ts";

const TIMEOUT_MS = 300_000;
/** A coinbase may be spent when so many blocks stand on its own (consensus). */
const MATURITY = 100;
const FEE_RATE = 3;
const MAX_FEE_SATS = 100_000;
const MINED: WalletPath = { branch: 0, index: 0 };

const program = await findBitcoinNode();
const testWithNode = test.skipIf(program === undefined);

/** Customers: P2WPKH and P2WSH. */
const CUSTOMERS: readonly Payment[] = [
  { address: "bcrt1qnqqp9tcmw2vdr56ezv7k5r3uchzfjhnzp6tu8j", amountSats: 385_648 },
  {
    address: "bcrt1q6zy5e6k8j2d92nvwc4w7p7hqmujwsztfu5ghelhvttyygr8xwagqs9hx3r",
    amountSats: 1_700_000_000,
  },
];

const startNode = ({ wallet }: ThreeSigners): Promise<BitcoinNode> => {
  if (program === undefined) throw new Error("there is no node");
  return startBitcoinNode(program, wallet.address(MINED).address);
};

const coinOf = (previousTxHex: string, vout: number, path: WalletPath): Coin => {
  const output = Transaction.fromHex(previousTxHex).outs[vout];
  return { ...path, previousTxHex, vout, amountSats: Number(output?.value) };
};

/** The coin that a block's miner got. */
const minedIn = async (node: BitcoinNode, block: string): Promise<Coin> => {
  const [coinbase = ""] = await transactionsIn(node, block);
  return coinOf(await transactionHex(node, coinbase), 0, MINED);
};

interface Spend {
  readonly coins: readonly Coin[];
  readonly payments: readonly Payment[];
  readonly change: WalletPath;
  readonly signers: readonly QuorumSigner[];
}

/** Drafts, has it signed, finalises, and has control check it. */
const spend = async ({ wallet, descriptor }: ThreeSigners, request: Spend) => {
  const { coins, payments, change, signers } = request;
  const minimumInputs = coins.length;
  const draft = must(
    draftPsbt({ wallet, coins, payments, change, feeRate: FEE_RATE, minimumInputs }),
  );
  const psbt = must(readPsbt(draft.psbt.toBuffer()));
  must(await askQuorum(psbt, signers, 2));
  const final = must(psbt.finalise());
  const { txHex } = final;
  const { points, signedBy } = checkTransaction({
    txHex,
    descriptor,
    network: "regtest",
    prevouts: draft.prevouts.map((prevout, i) => ({
      ...prevout,
      previousTxHex: coins[i]?.previousTxHex ?? "",
    })),
    payments,
    change: { path: `${change.branch}/${change.index}` },
    maxFeeSats: MAX_FEE_SATS,
    minimumSigners: 2,
  });
  expect(points.filter((point) => !point.ok)).toEqual([]);
  expect(signedBy.toSorted()).toEqual(signers.map(({ fingerprint }) => fingerprint).toSorted());
  const { changeVout = -1, changeSats } = draft;
  return { ...final, changeVout, changeSats };
};

/** Sends a transaction and mines it; the hash of its block. */
const confirm = async (node: BitcoinNode, txHex: string, txid: string): Promise<string> => {
  expect(await judgementOn(node, txHex)).toEqual({ isAllowed: true, why: "" });
  expect(await node.call("sendrawtransaction", txHex)).toEqual({ ok: true, result: txid });
  const [block = ""] = await mine(node, 1);
  expect(await transactionsIn(node, block)).toContain(txid);
  expect(await transactionHex(node, txid)).toBe(txHex);
  return block;
};

const unspent = (amountSats: number, { scriptPubKey }: WalletAddress) => ({
  confirmations: 1,
  amountSats,
  scriptHex: scriptPubKey.toHex(),
});

testWithNode(
  "Bitcoin node: it mines what any two of three sign, and what is spent from the change again",
  async () => {
    await using three = await startThreeSigners();
    await using node = await startNode(three);
    const { wallet } = three;
    const [a, b, c] = three.signers;
    const blocks = await mine(node, MATURITY + 10);
    let coins = await Promise.all(blocks.slice(0, 3).map((block) => minedIn(node, block)));
    for (const [index, signers] of [
      [a, b],
      [a, c],
      [b, c],
    ].entries()) {
      const change = { branch: 1, index } as const;
      const made = await spend(three, { coins, payments: CUSTOMERS, change, signers });
      const block = await confirm(node, made.txHex, made.txid);
      expect(await coinAt(node, made.txid, made.changeVout)).toEqual(
        unspent(made.changeSats, wallet.address(change)),
      );
      // This block's coinbase commits to its witnesses, which makes it another kind of coin.
      await mine(node, MATURITY);
      const paidBack = coinOf(made.txHex, made.changeVout, change);
      coins = [paidBack, await minedIn(node, block)];
    }
  },
  TIMEOUT_MS,
);

/** A transaction with one bit of one signature changed; the first witness element is empty. */
const altered = (txHex: string, input: number, signature: number): string => {
  const transaction = Transaction.fromHex(txHex);
  const witness = transaction.ins[input]?.witness ?? [];
  transaction.setWitness(
    input,
    witness.map((part, at) =>
      at === 1 + signature ? part.map((byte, place) => (place === 40 ? byte ^ 1 : byte)) : part,
    ),
  );
  return transaction.toHex();
};

testWithNode(
  "Bitcoin node: it refuses each signature when it is altered, and a coinbase that is too young",
  async () => {
    await using three = await startThreeSigners();
    await using node = await startNode(three);
    const [a, b] = three.signers;
    const blocks = await mine(node, MATURITY + 1);
    const coins = await Promise.all(blocks.slice(0, 2).map((block) => minedIn(node, block)));
    const request = {
      payments: CUSTOMERS,
      change: { branch: 1, index: 0 },
      signers: [a, b],
    } as const;
    const { txHex, txid } = await spend(three, { ...request, coins });
    for (const [input, signature] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const other = altered(txHex, input, signature);
      const { isAllowed, why } = await judgementOn(node, other);
      expect({ isAllowed, why }).toEqual({
        isAllowed: false,
        why: expect.stringContaining("signature"),
      });
      const reply = await node.call("sendrawtransaction", other);
      expect(reply).toEqual({ ok: false, why: expect.stringContaining("signature") });
    }
    await confirm(node, txHex, txid);
    const young = await spend(three, {
      ...request,
      coins: await Promise.all(blocks.slice(-1).map((block) => minedIn(node, block))),
    });
    const early = await node.call("sendrawtransaction", young.txHex);
    expect(early).toEqual({ ok: false, why: expect.stringMatching(/immature|matur/) });
  },
  TIMEOUT_MS,
);

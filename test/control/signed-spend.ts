/**
 * A signed 2-of-3 spend to check, made with @scure/btc-signer from three fixed keys: three coins
 * of two previous transactions, two payments, change.
 */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { HDKey } from "@scure/bip32";
import {
  Address,
  OutScript,
  p2wpkh,
  RawTx,
  sortedMultisig,
  TEST_NETWORK,
  Transaction,
} from "@scure/btc-signer";
import {
  type CheckRequest,
  descriptorChecksum,
  type ListedPrevout,
  type PointName,
} from "../../host/control/index.ts";

/** The network of these tests, as @scure/btc-signer describes it. */
export const REGTEST = { ...TEST_NETWORK, bech32: "bcrt" };

const VERSIONS = { private: 0x04358394, public: 0x043587cf };

/** The path of every account key. */
export const ACCOUNT_PATH = "48'/1'/0'/2'";

interface TestSigner {
  readonly fingerprint: string;
  readonly account: HDKey;
}

const makeSigner = (fill: number): TestSigner => {
  const master = HDKey.fromMasterSeed(new Uint8Array(32).fill(fill), VERSIONS);
  return {
    fingerprint: master.fingerprint.toString(16).padStart(8, "0"),
    account: master.derive(`m/${ACCOUNT_PATH}`),
  };
};

/** The three signers, in the descriptor's order. */
export const SIGNERS: readonly TestSigner[] = [1, 2, 3].map(makeSigner);

/** Three signers whose wallet is somebody else's. */
export const STRANGERS: readonly TestSigner[] = [4, 5, 6].map(makeSigner);

/** A descriptor with its checksum, from what stands between the outer parentheses. */
export const withChecksum = (descriptor: string): string =>
  `${descriptor}#${descriptorChecksum(descriptor) ?? ""}`;

/** The key expressions of signers, without checksum. */
export const keysOf = (signers: readonly TestSigner[]): readonly string[] =>
  signers.map(
    ({ fingerprint, account }) =>
      `[${fingerprint}/${ACCOUNT_PATH}]${account.publicExtendedKey}/<0;1>/*`,
  );

/** The wallet's descriptor. */
export const DESCRIPTOR = withChecksum(`wsh(sortedmulti(2,${keysOf(SIGNERS).join(",")}))`);

/** The private key of a signer at `branch/index`. */
export const privateKeyAt = (signer: TestSigner, path: string): Uint8Array => {
  const { privateKey } = signer.account.derive(`m/${path}`);
  if (privateKey === null) throw new Error("the test's signers have private keys");
  return privateKey;
};

/** A P2WSH at a path, 2-of-3 where nothing else is said, as @scure/btc-signer builds it. */
export const walletScript = (
  path: string,
  signers: readonly TestSigner[] = SIGNERS,
  threshold = 2,
) => {
  const keys = signers.flatMap(({ account }) => account.derive(`m/${path}`).publicKey ?? []);
  const { script, witnessScript, address } = sortedMultisig(threshold, keys, true, REGTEST);
  if (witnessScript === undefined || address === undefined) throw new Error("P2WSH has both");
  return { script, witnessScript, address };
};

/** An address of somebody else, P2WPKH; `fill` tells one from another. */
export const foreignAddress = (fill: number): string => {
  const address = p2wpkh(secp256k1.getPublicKey(new Uint8Array(32).fill(fill)), REGTEST).address;
  if (address === undefined) throw new Error("P2WPKH has an address");
  return address;
};

/** The script of a regtest address. */
export const scriptOf = (address: string): Uint8Array =>
  OutScript.encode(Address(REGTEST).decode(address));

const COINS = [
  { path: "0/0", amountSats: 3_000_000 },
  { path: "0/5", amountSats: 2_000_000 },
  { path: "1/2", amountSats: 1_500_000 },
] as const;

// A transaction that pays the coins, from a made-up coin; its own validity is not looked at.
const fund = (coins: readonly { path: string; amountSats: number }[], fill: number) => {
  const tx = new Transaction({ disableScriptCheck: true });
  for (const { path, amountSats } of coins) {
    tx.addOutput({ script: walletScript(path).script, amount: BigInt(amountSats) });
  }
  tx.addInput({
    txid: new Uint8Array(32).fill(fill),
    index: 0,
    finalScriptSig: Uint8Array.of(0x51),
  });
  return tx;
};

const listCoins = (
  coins: readonly { path: string; amountSats: number }[],
  fill: number,
): readonly ListedPrevout[] => {
  const previous = fund(coins, fill);
  return coins.map(({ path, amountSats }, vout) => ({
    txid: previous.id,
    vout,
    amountSats,
    scriptHex: bytesToHex(walletScript(path).script),
    path,
    previousTxHex: previous.hex,
  }));
};

/** The coins spent: two of one previous transaction, one of another. */
export const PREVOUTS: readonly ListedPrevout[] = [
  ...listCoins(COINS.slice(0, 2), 0xa1),
  ...listCoins(COINS.slice(2), 0xa2),
];

/** What is approved. */
export const PAYMENTS = [
  { address: foreignAddress(0x51), amountSats: 2_500_000 },
  { address: foreignAddress(0x52), amountSats: 1_000_000 },
] as const;

/** Where the change goes. */
export const CHANGE_PATH = "1/3";

/** The fee of the spend. */
export const FEE_SATS = 5_000;

/** An output to build with. */
export interface TestOutput {
  readonly script: Uint8Array;
  readonly amountSats: number;
}

/** The outputs of the valid spend: the payments, then the change. */
export const OUTPUTS: readonly TestOutput[] = [
  ...PAYMENTS.map(({ address, amountSats }) => ({ script: scriptOf(address), amountSats })),
  { script: walletScript(CHANGE_PATH).script, amountSats: 2_995_000 },
];

/** When a spend may be mined; `sequences` are the inputs', and those not given signal RBF only. */
export interface TestLocks {
  readonly version?: number;
  readonly lockTime?: number;
  readonly sequences?: readonly number[];
}

/** A spend of the coins to some outputs, signed by two signers (places in `SIGNERS`). */
export const signSpend = (
  outputs: readonly TestOutput[] = OUTPUTS,
  signers: readonly number[] = [0, 1],
  prevouts: readonly ListedPrevout[] = PREVOUTS,
  { version = 2, lockTime = 0, sequences = [] }: TestLocks = {},
): string => {
  const tx = new Transaction({ lowR: true, version, lockTime, allowUnknownVersion: true });
  for (const [place, { txid, vout, path, amountSats, scriptHex }] of prevouts.entries()) {
    const { witnessScript } = walletScript(path);
    const witnessUtxo = { script: hexToBytes(scriptHex), amount: BigInt(amountSats) };
    const sequence = sequences[place] ?? 0xfffffffd;
    tx.addInput({ txid, index: vout, witnessUtxo, witnessScript, sequence });
  }
  for (const { script, amountSats } of outputs) {
    tx.addOutput({ script, amount: BigInt(amountSats) });
  }
  for (const [index, { path }] of prevouts.entries()) {
    for (const signer of SIGNERS.filter((_, place) => signers.includes(place))) {
      tx.signIdx(privateKeyAt(signer, path), index);
    }
  }
  tx.finalize();
  return tx.hex;
};

/** A change to the request for the valid spend, and the points that must refuse it. */
export interface SpendChange {
  readonly name: string;
  readonly fails: readonly PointName[];
  readonly changes: Partial<CheckRequest>;
}

/** The valid spend, signed by the first two. */
export const TX_HEX = signSpend();

/** A request whose every point holds, with some of it replaced. */
export const checkRequest = (changes: Partial<CheckRequest> = {}): CheckRequest => ({
  txHex: TX_HEX,
  descriptor: DESCRIPTOR,
  network: "regtest",
  prevouts: PREVOUTS,
  payments: PAYMENTS,
  change: { path: CHANGE_PATH },
  maxFeeSats: 10_000,
  minimumSigners: 2,
  ...changes,
});

type RawTransaction = ReturnType<typeof RawTx.decode>;

/** The hex of a transaction after `edit` changed its decoded form in place. */
export const editTransaction = (hex: string, edit: (tx: RawTransaction) => void): string => {
  const tx = RawTx.decode(hexToBytes(hex));
  edit(tx);
  return bytesToHex(RawTx.encode(tx));
};

/** The hex of a transaction with the signatures of input 0 replaced. */
export const editSignatures = (
  hex: string,
  edit: (signatures: readonly Uint8Array[]) => readonly Uint8Array[],
): string =>
  editTransaction(hex, ({ witnesses }) => {
    const [witness = []] = witnesses ?? [];
    const items = witness.slice();
    witness.splice(1, items.length - 2, ...edit(items.slice(1, -1)));
  });

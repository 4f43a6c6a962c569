/** Fewer signers than agreed on, whatever the descriptor asks for, and minimums that are none. */

import { bytesToHex } from "@noble/hashes/utils.js";
import { Transaction } from "@scure/btc-signer";
import type { CheckRequest } from "../../host/control/index.ts";
import {
  keysOf,
  PAYMENTS,
  privateKeyAt,
  SIGNERS,
  type SpendChange,
  scriptOf,
  walletScript,
  withChecksum,
} from "./signed-spend.ts";

const PATH = "0/0";
const COIN_SATS = 2_510_000;
const [PAYMENT] = PAYMENTS;

// A spend of one coin of a 1-of-3 wallet, signed by its first signer: all is well with it but that.
const oneOfThree = (): Partial<CheckRequest> => {
  const { script, witnessScript } = walletScript(PATH, SIGNERS, 1);
  const amount = BigInt(COIN_SATS);
  const previous = new Transaction({ disableScriptCheck: true });
  previous.addOutput({ script, amount });
  const finalScriptSig = Uint8Array.of(0x51);
  previous.addInput({ txid: new Uint8Array(32).fill(0xa3), index: 0, finalScriptSig });
  const prevout = { txid: previous.id, vout: 0, amountSats: COIN_SATS, path: PATH };
  const tx = new Transaction({ lowR: true });
  tx.addInput({ txid: previous.id, index: 0, witnessUtxo: { script, amount }, witnessScript });
  tx.addOutput({ script: scriptOf(PAYMENT.address), amount: BigInt(PAYMENT.amountSats) });
  for (const signer of SIGNERS.slice(0, 1)) tx.signIdx(privateKeyAt(signer, PATH), 0);
  tx.finalize();
  return {
    txHex: tx.hex,
    descriptor: withChecksum(`wsh(sortedmulti(1,${keysOf(SIGNERS).join(",")}))`),
    prevouts: [{ ...prevout, scriptHex: bytesToHex(script), previousTxHex: previous.hex }],
    payments: [PAYMENT],
    change: undefined,
    maxFeeSats: COIN_SATS,
  };
};

/** Too few signers; the signatures there are, are valid. */
export const SIGNER_COUNT_CHANGES: readonly SpendChange[] = [
  {
    name: "one signer of a 1-of-3 wallet where two are agreed on",
    fails: ["distinct-signers"],
    changes: oneOfThree(),
  },
  {
    name: "two signers of a 2-of-3 wallet where three are agreed on",
    fails: ["distinct-signers"],
    changes: { minimumSigners: 3 },
  },
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map(
    (minimumSigners): SpendChange => ({
      name: `a minimum of ${minimumSigners} signers`,
      fails: ["distinct-signers"],
      changes: { minimumSigners },
    }),
  ),
];

/** The same 1-of-3 spend, where one signer is agreed on. */
export const ONE_SIGNER_AGREED: Partial<CheckRequest> = { ...oneOfThree(), minimumSigners: 1 };

/** signPsbt, asked over the cable: what is refused by which name, and what is signed. */
import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { Transaction as OtherTransaction } from "@scure/btc-signer";
import { Psbt, script, Transaction } from "bitcoinjs-lib";
import { readPsbt } from "../../host/vault/index.ts";
import type { ErrorName } from "../../protocol/errors.ts";
import { decodeRecords } from "../../protocol/signature-record.ts";
import { CHANGE, COIN, DRAFT, PAYMENT, SECOND } from "../bitcoin/attacked-draft.ts";
import {
  buildPsbt,
  type Draft,
  fundingOf,
  inputMap,
  outputMap,
  STRANGER_SCRIPT,
} from "../bitcoin/psbt-fixture.ts";
import { COLD, FOREIGN, HOT, hintsOf, placeOf } from "../bitcoin/wallet-fixture.ts";
import { lastQuestion } from "./bench-device.ts";
import { at, errorOf, unwrap } from "./outcomes.ts";
import { draftBytes, psbtOf, readyDevice } from "./ready-device.ts";
import { READY_SECRETS } from "./watched-secrets.ts";

interface Attack {
  readonly claim: string;
  readonly error: ErrorName;
  readonly draft?: Draft;
  readonly tamper?: (psbt: Psbt) => void;
  readonly bytes?: (psbt: Uint8Array) => Uint8Array;
  readonly walletId?: Uint8Array;
}

const raised = { ...COIN, amountSats: COIN.amountSats + 1 };

/** An outpoint as the transaction has it: 32 bytes of id and 4 of index. */
const outpointOf = (psbt: Psbt, input: number): string => {
  const { hash, index } = at(psbt.txInputs, input);
  return hex.encode(Uint8Array.of(...hash, index, 0, 0, 0));
};

/** The draft with its first coin spent twice: bitcoinjs-lib would not make it. */
const spendTwice = (bytes: Uint8Array): Uint8Array => {
  const [first, second] = [0, 1].map((input) => outpointOf(buildPsbt(DRAFT), input));
  return hex.decode(hex.encode(bytes).replace(second ?? "", first ?? ""));
};

const ATTACKS: readonly Attack[] = [
  {
    claim: "change that is not the wallet's",
    error: "change_foreign",
    tamper: (psbt) => {
      outputMap(psbt, 0).bip32Derivation = hintsOf(HOT, 1, 8);
    },
  },
  {
    claim: "change of another wallet that holds our key",
    error: "change_foreign",
    draft: { ...DRAFT, outputs: [PAYMENT, { ...CHANGE, wallet: COLD }] },
  },
  {
    claim: "an amount that differs from its previous transaction's",
    error: "amount_mismatch",
    tamper: (psbt) => {
      const { scriptPubKey } = placeOf(HOT, 0, 5);
      inputMap(psbt).witnessUtxo = { script: scriptPubKey, value: BigInt(raised.amountSats) };
    },
  },
  {
    claim: "a previous transaction with another amount",
    error: "previous_transaction_mismatch",
    tamper: (psbt) => {
      inputMap(psbt).nonWitnessUtxo = fundingOf(raised, 0).toBuffer();
    },
  },
  {
    claim: "no previous transaction",
    error: "previous_transaction_missing",
    draft: { ...DRAFT, coins: [COIN, { ...SECOND, lacksPrevious: true }] },
  },
  {
    claim: "a wallet that is not registered, by its coins",
    error: "wallet_unknown",
    draft: { ...DRAFT, coins: [{ ...COIN, wallet: FOREIGN }] },
  },
  {
    claim: "a wallet that is not registered, by its id",
    error: "wallet_unknown",
    walletId: new Uint8Array(32).fill(5),
  },
  {
    claim: "a coin of somebody else",
    error: "input_foreign",
    draft: { ...DRAFT, coins: [COIN, { ...SECOND, wallet: FOREIGN }] },
  },
  ...[0, 2, 3, 0x81, 0x82, 0x83].map((sighashType) => ({
    claim: `sighash 0x${sighashType.toString(16)}`,
    error: "sighash_refused" as const,
    tamper: (psbt: Psbt) => {
      inputMap(psbt, 1).sighashType = sighashType;
    },
  })),
  {
    claim: "another witness script",
    error: "script_mismatch",
    tamper: (psbt) => {
      inputMap(psbt).witnessScript = placeOf(HOT, 0, 7).witnessScript;
    },
  },
  { claim: "one coin spent twice", error: "input_repeated", bytes: spendTwice },
  {
    claim: "outputs above inputs",
    error: "outputs_exceed_inputs",
    draft: { ...DRAFT, outputs: [{ script: STRANGER_SCRIPT, amountSats: 2_000_001 }] },
  },
  {
    claim: "an output above all the bitcoin there is",
    error: "amount_out_of_range",
    draft: { ...DRAFT, outputs: [{ ...PAYMENT, amountSats: 2_100_000_000_000_001 }] },
  },
  {
    claim: "a PSBT cut short",
    error: "psbt_malformed",
    bytes: (psbt) => psbt.slice(0, -1),
  },
  {
    claim: "a PSBT with something after it",
    error: "psbt_malformed",
    bytes: (psbt) => Uint8Array.of(...psbt, 0),
  },
];

describe("refused, and nothing is signed or shown", () => {
  for (const { claim, error, draft, tamper, bytes, walletId } of ATTACKS) {
    test(`${claim}: ${error}`, async () => {
      const { bench, client } = await readyDevice();
      const screens = bench.screens.length;
      const attacked = buildPsbt(draft ?? DRAFT);
      tamper?.(attacked);
      const whole = Uint8Array.from(attacked.toBuffer());
      const psbt = bytes?.(whole) ?? whole;
      const reply = await client.signPsbt(walletId === undefined ? { psbt } : { psbt, walletId });
      expect(errorOf(reply)).toBe(error);
      expect([bench.signatures(), bench.screens.length, bench.live()]).toEqual([
        0,
        screens,
        READY_SECRETS,
      ]);
      await client.close();
    });
  }

  test("a device without wallets knows none", async () => {
    const { bench, client } = await readyDevice();
    bench.reboot("power");
    const fresh = await bench.connect();
    expect(errorOf(await fresh.signPsbt({ psbt: draftBytes() }))).toBe("wallet_unknown");
    expect(bench.signatures()).toBe(0);
    await fresh.close();
    await client.close();
  });
});

/** The second holder's signatures, by bitcoinjs-lib. */
const signBy = (psbt: Psbt, holder: number): void => {
  psbt.signAllInputsHD(at(HOT.cosigners, holder).master);
};

describe("signed", () => {
  test("finalises in bitcoinjs-lib and in @scure/btc-signer to the same transaction", async () => {
    const { bench, client, walletId } = await readyDevice();
    const bytes = Uint8Array.from(psbtOf(5).toBuffer());
    const reply = unwrap(await client.signPsbt({ psbt: bytes, walletId }));
    expect(reply.walletId).toEqual(walletId);
    expect(unwrap(decodeRecords(reply.signatures))).toMatchObject(
      [0, 1, 2, 3, 4].map((input) => ({ input, key: 0, sighash: 1 })),
    );
    expect(unwrap(decodeRecords(reply.signatures)).some((record) => "leaf" in record)).toBe(false);
    const fingerprint = hex.encode(at(HOT.cosigners, 0).master.fingerprint);
    const combiner = unwrap(readPsbt(bytes));
    unwrap(combiner.add(fingerprint, unwrap(decodeRecords(reply.signatures))));
    const psbt = Psbt.fromBuffer(combiner.bytes());
    signBy(psbt, 2);
    const other = OtherTransaction.fromPSBT(Uint8Array.from(psbt.toBuffer()));
    other.finalize();
    const ours = psbt.clone().finalizeAllInputs().extractTransaction(true);
    expect(hex.encode(other.extract())).toBe(ours.toHex());
    expect(unwrap(unwrap(readPsbt(psbt.toBuffer())).finalise()).txHex).toBe(ours.toHex());
    expect(bench.signatures()).toBe(5);
    await client.close();
  });

  test("gives low R, low S and SIGHASH_ALL: DER of at most 71 bytes", async () => {
    const { client } = await readyDevice();
    const { signatures } = unwrap(
      await client.signPsbt({ psbt: Uint8Array.from(psbtOf(20).toBuffer()) }),
    );
    for (const { signature, sighash } of unwrap(decodeRecords(signatures))) {
      expect(sighash).toBe(Transaction.SIGHASH_ALL);
      expect([at([...signature], 0) < 0x80, at([...signature], 32) < 0x80]).toEqual([true, true]);
      const der = script.signature.encode(signature, sighash);
      expect(script.isCanonicalScriptSignature(der)).toBe(true);
      expect(der.length).toBeLessThanOrEqual(71);
    }
    await client.close();
  });

  test("shows wallet, payment and fee, and no change, before it signs", async () => {
    const { bench, client } = await readyDevice();
    unwrap(await client.signPsbt({ psbt: draftBytes() }));
    const shown = lastQuestion(bench.screens);
    const text = shown.lines.join("").replaceAll(" ", "");
    expect(shown.kind).toBe("transaction");
    expect(text).toContain("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080");
    expect(text).toContain("0.015");
    expect(text).not.toContain(placeOf(HOT, 1, CHANGE.index).address);
    await client.close();
  });

  test("the same PSBT gives the same signatures on another boot", async () => {
    const { bench, client } = await readyDevice();
    const first = unwrap(await client.signPsbt({ psbt: draftBytes() }));
    bench.reboot("power");
    const again = await bench.connect();
    unwrap(await again.registerWallet(HOT.text));
    expect(unwrap(await again.signPsbt({ psbt: draftBytes() }))).toEqual(first);
    await again.close();
    await client.close();
  });
});

import { describe, expect, test } from "bun:test";
import { Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { createWindow, pushBytes } from "../../firmware/bitcoin/encoding/window.ts";
import { deriveAddress, parsePsbt } from "../../firmware/bitcoin/index.ts";
import { createPreviousScan } from "../../firmware/bitcoin/psbt/previous-scan.ts";
import { transactionOf } from "../../firmware/bitcoin/review/digests.ts";
import { multisigScript } from "../../firmware/bitcoin/wallet/scripts/multisig.ts";
import { finish } from "../../firmware/bitcoin/steps.ts";
import { transactionIdSteps } from "../../firmware/bitcoin/transaction/transaction-id.ts";
import type { TransactionOutput } from "../../firmware/bitcoin/transaction/transaction.ts";
import { concatBytes, doubleSha256 } from "../../firmware/bitcoin/encoding/bytes.ts";
import { hex, pair, psbtOf, psbtOfTransaction, UNSIGNED } from "./by-hand.ts";
import { errorOf, seeded, unwrap } from "./expect-value.ts";
import { CONTEXT, crypto, HOT, placeOf, walletOf } from "./wallet-fixture.ts";

const FIFTEEN = walletOf(
  "Fifteen",
  Array.from({ length: 15 }, (_, at) => at + 20),
  11,
);

describe("BIP-67", () => {
  test("vector 1", () => {
    const keys = [
      "02ff12471208c14bd580709cb2358d98975247d8765f92bc25eab3b2763ed605f8",
      "02fe6f0a5a297eb38c391581c4413e084773ea23954d93f7753db7dc0adc188b2f",
    ].map((text) => Uint8Array.fromHex(text));
    const group = { name: "sortedmulti", threshold: 2, expressions: [0, 1] } as const;
    expect(multisigScript(group, keys).toHex()).toBe(
      "522102fe6f0a5a297eb38c391581c4413e084773ea23954d93f7753db7dc0adc188b2f" +
        "2102ff12471208c14bd580709cb2358d98975247d8765f92bc25eab3b2763ed605f852ae",
    );
  });
});

describe("addresses of a wallet", () => {
  const branches = fc.constantFrom(0 as const, 1 as const);
  const indexes = fc.oneof(fc.nat(50), fc.nat(2 ** 31 - 1));

  test("are bitcoinjs-lib's", () => {
    for (const [wallet, runs] of [
      [HOT, 60],
      [FIFTEEN, 4],
    ] as const) {
      const claim = (branch: 0 | 1, index: number) => {
        const ours = unwrap(deriveAddress(wallet.registered.deriver, branch, index));
        const theirs = placeOf(wallet, branch, index);
        expect(ours.address).toBe(theirs.address);
        expect(ours.witnessScript?.toHex()).toBe(theirs.witnessScript.toHex());
        expect(ours.scriptPubKey.toHex()).toBe(theirs.scriptPubKey.toHex());
        expect(ours.publicKeys.map((key) => key.toHex())).toEqual(
          theirs.publicKeys.map((key) => key.toHex()),
        );
      };
      fc.assert(
        fc.property(branches, indexes, claim),
        seeded(`${wallet.text.name} addresses`, runs),
      );
    }
  });

  test("end below 2^31: index_out_of_range", () => {
    const { deriver } = HOT.registered;
    for (const index of [2 ** 31, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(errorOf(deriveAddress(deriver, 0, index))).toBe("index_out_of_range");
    }
    expect(errorOf(deriveAddress(deriver, 1, 2 ** 31 - 1))).toBe("not refused");
  });
});

describe("transactions", () => {
  /** A previous transaction that fills its field; undefined for one that does not read. */
  const read = (bytes: Uint8Array) => {
    const window = createWindow();
    pushBytes(window, bytes);
    window.stop = bytes.length;
    window.isClosed = true;
    const outputs: TransactionOutput[] = [];
    const stretches: Uint8Array[] = [];
    const take = (amountSats: number, from: number, to: number): void => {
      outputs.push({ amountSats, script: window.bytes.slice(from, to) });
    };
    const scan = createPreviousScan(window, take, (part) => stretches.push(part));
    scan.open();
    const isOne = scan.step() === 0;
    return isOne ? { id: doubleSha256(crypto, concatBytes(...stretches)), outputs } : undefined;
  };
  const bytes = fc.uint8Array({ maxLength: 60 });
  const transactions = fc
    .record({
      version: fc.nat(),
      lockTime: fc.nat(),
      inputs: fc.array(
        fc.record({
          scriptSig: bytes,
          sequence: fc.nat(),
          witness: fc.array(bytes, { maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      outputs: fc.array(fc.record({ script: bytes, amount: fc.nat(2 ** 31) }), { maxLength: 4 }),
    })
    .map(({ version, lockTime, inputs, outputs }) => {
      const transaction = new Transaction();
      transaction.version = version;
      transaction.locktime = lockTime;
      for (const [index, { scriptSig, sequence, witness }] of inputs.entries()) {
        transaction.addInput(new Uint8Array(32).fill(5), index, sequence, scriptSig);
        transaction.setWitness(index, witness);
      }
      for (const { script, amount } of outputs)
        transaction.addOutput(script, BigInt(amount) * 900_000n);
      return transaction;
    });

  test("are read as bitcoinjs-lib wrote them, with its txid", () => {
    const claim = (theirs: Transaction) => {
      const ours = read(theirs.toBuffer());
      expect(ours?.id.toHex()).toBe(theirs.getHash().toHex());
      expect(
        ours?.outputs.map(({ amountSats, script }) => [BigInt(amountSats), script.toHex()]),
      ).toEqual(theirs.outs.map(({ value, script }) => [value, script.toHex()]));
    };
    fc.assert(fc.property(transactions, claim), seeded("transactions", 300));
  });

  test("unsigned, are read as bitcoinjs-lib wrote them, with its txid", () => {
    const claim = (theirs: Transaction) => {
      for (const input of theirs.ins) {
        input.script = new Uint8Array();
        input.witness = [];
      }
      const psbt = psbtOfTransaction(theirs.toBuffer(), theirs.ins.length + theirs.outs.length);
      const ours = transactionOf(unwrap(parsePsbt(psbt, CONTEXT)));
      expect(finish(transactionIdSteps(ours, crypto)).toHex()).toBe(theirs.getHash().toHex());
      expect([ours.version, ours.lockTime]).toEqual([theirs.version >>> 0, theirs.locktime]);
      expect([...ours.sequences]).toEqual(theirs.ins.map(({ sequence }) => sequence));
      expect(ours.outpoints.toHex()).toBe(
        theirs.ins
          .map(({ hash, index }) => `${hash.toHex()}${index.toString(16).padStart(2, "0")}000000`)
          .join(""),
      );
    };
    fc.assert(fc.property(transactions, claim), seeded("unsigned transactions", 200));
  });

  test("cut at any byte or with a byte after the end are refused", () => {
    const claim = (theirs: Transaction, at: number) => {
      const whole = theirs.toBuffer();
      expect(read(whole.subarray(0, at % whole.length))).toBeUndefined();
      expect(read(Uint8Array.of(...whole, 0))).toBeUndefined();
    };
    fc.assert(fc.property(transactions, fc.nat(), claim), seeded("cut transactions", 300));
  });

  const inputs = `01${"11".repeat(32)}0000000000ffffffff`;
  const output = "01e8030000000000000151";
  const table = [
    ["a witness form without any witness", `020000000001${inputs}${output}0000000000`],
    ["a flag other than 1", `020000000002${inputs}${output}01005100000000`],
    ["no input and no witness", `0200000000${output}00000000`],
    ["a count of outputs beyond the bytes", `02000000${inputs}feffffffff00000000`],
    ["a length that is not minimal", `02000000${inputs}01e803000000000000fd01005100000000`],
  ] as const;
  for (const [claim, text] of table) {
    test(`with ${claim} are refused`, () => {
      expect(read(hex(text))).toBeUndefined();
      const input = pair("00", hex(text));
      expect(errorOf(parsePsbt(psbtOf({ input }), CONTEXT))).toBe("psbt_malformed");
    });
  }

  test("with an amount above 21 million bitcoin are refused by name", () => {
    const of = (amount: string) => {
      const previous = hex(`02000000${inputs}01${amount}015100000000`);
      const unsigned = UNSIGNED.slice();
      unsigned.set(doubleSha256(crypto, previous), 5);
      const global = pair("00", unsigned);
      return errorOf(parsePsbt(psbtOf({ global, input: pair("00", previous) }), CONTEXT));
    };
    expect(of("0040075af0750700")).toBe("not refused");
    expect(of("0140075af0750700")).toBe("amount_out_of_range");
    expect(of("ffffffffffffffff")).toBe("amount_out_of_range");
    expect(of("0000000000002000")).toBe("amount_out_of_range");
  });
});

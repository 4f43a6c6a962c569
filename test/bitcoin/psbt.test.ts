import { describe, expect, test } from "bun:test";
import { Psbt, Transaction } from "bitcoinjs-lib";
import { sha256 } from "../../firmware/bitcoin/encoding/bytes.ts";
import {
  BITCOIN_LIMITS,
  formatPath,
  hash160,
  parsePsbt,
  review,
} from "../../firmware/bitcoin/index.ts";
import { INPUT_FLAG } from "../../firmware/bitcoin/psbt/input-table.ts";
import { END, GLOBAL, hex, join, MAGIC, pair, psbtOf, UNSIGNED } from "./by-hand.ts";
import { elementOf, errorOf, unwrap } from "./expect-value.ts";
import { SMALL, unsignedOf } from "./psbt-fixture.ts";
import { CONTEXT, crypto, FINGERPRINT, HOT } from "./wallet-fixture.ts";

const read = (bytes: Uint8Array) => parsePsbt(bytes, CONTEXT);
const judge = (bytes: Uint8Array) => review(bytes, [HOT.registered], HOT.registered.id, CONTEXT);

/** The path m/0'/1/5 of the device's key. */
const PATH = join(FINGERPRINT, hex("000000800100000005000000"));
const HASH = (script: Uint8Array): string => sha256(crypto, script).subarray(0, 28).toHex();

describe("BIP-174 by hand", () => {
  const key = `02${"22".repeat(32)}`;
  const path = hex("d90c6a4f00000080");

  test("the least there is", () => {
    const { inputs, ...psbt } = unwrap(read(psbtOf({})));
    expect(inputs.count()).toBe(1);
    expect(inputs.outpointAt(0).toHex()).toBe(`${"11".repeat(32)}00000000`);
    expect(inputs.sequenceAt(0)).toBe(0xffffffff);
    expect(inputs.flagsAt(0)).toBe(0);
    expect(inputs.leavesInTurn()()).toHaveLength(0);
    expect(psbt).toEqual({
      version: 2,
      lockTime: 0,
      outputs: [
        {
          amountSats: 1_000,
          script: hex("51"),
          redeemScript: undefined,
          witnessScript: undefined,
          internalKey: undefined,
          hints: [],
        },
      ],
      ways: [],
      scriptsHash: undefined,
    });
  });

  test("the fields that are read", () => {
    const witnessScript = hex("dd");
    const redeemScript = join(hex("0020"), sha256(crypto, witnessScript));
    const script = join(hex("a914"), hash160(redeemScript, crypto), hex("87"));
    const input = join(
      pair("01", join(hex("e803000000000000"), hex("17"), script)),
      pair("03", hex("01000000")),
      pair("04", redeemScript),
      pair("05", witnessScript),
      pair(`06${key}`, PATH),
      pair(`0603${"33".repeat(32)}`, path),
      pair("fc0102", hex("ee")),
      pair("fd0001ff", hex("")),
    );
    const output = join(pair("00", hex("cc")), pair("01", hex("dd")), pair(`02${key}`, path));
    const { inputs, outputs, ways, scriptsHash } = unwrap(read(psbtOf({ input, output })));
    const { hasCoin, hasPlace, hasSighash } = INPUT_FLAG;
    expect(inputs.flagsAt(0)).toBe(hasCoin | hasPlace | hasSighash);
    expect(inputs.amountAt(0)).toBe(1_000);
    expect(inputs.coinAt(0).subarray(0, 28).toHex()).toBe(HASH(script));
    expect(inputs.sighashAt(0)).toBe(1);
    expect([inputs.wayAt(0), inputs.indexAt(0)]).toEqual([0, 5]);
    expect(ways).toEqual([[2 ** 31, 1]]);
    expect(scriptsHash).toEqual(sha256(crypto, hex("17"), script));
    expect(elementOf(outputs, 0)).toEqual({
      amountSats: 1_000,
      script: hex("51"),
      redeemScript: hex("cc"),
      witnessScript: hex("dd"),
      internalKey: undefined,
      hints: [{ fingerprint: hex("d90c6a4f"), path: [2 ** 31] }],
    });
  });

  const malformed: readonly (readonly [string, Uint8Array])[] = [
    ["another magic", join(hex("70736274fe"), psbtOf({}).subarray(5))],
    ["bytes after the end", join(psbtOf({}), END)],
    ["a map too few", psbtOf({}).subarray(0, -1)],
    ["no transaction", psbtOf({ global: new Uint8Array() })],
    [
      "a repeated key",
      psbtOf({ input: join(pair("03", hex("01000000")), pair("03", hex("01000000"))) }),
    ],
    [
      "a repeated unknown key",
      psbtOf({ output: join(pair("fc01", hex("01")), pair("fc01", hex("02"))) }),
    ],
    ["a repeated transaction", psbtOf({ global: join(GLOBAL, GLOBAL) })],
    ["a transaction with key data", psbtOf({ global: pair("0000", UNSIGNED) })],
    ["a version of 3 bytes", psbtOf({ global: join(GLOBAL, pair("fb", hex("000000"))) })],
    ["a sighash type of 3 bytes", psbtOf({ input: pair("03", hex("010000")) })],
    [
      "a witness UTXO with a byte too many",
      psbtOf({ input: pair("01", hex("e80300000000000001aabb")) }),
    ],
    ["a witness UTXO cut short", psbtOf({ input: pair("01", hex("e803000000000000")) })],
    ["a path of 7 bytes", psbtOf({ input: pair(`06${key}`, path.subarray(1)) })],
    ["a path of 256 elements", psbtOf({ output: pair(`02${key}`, new Uint8Array(4 + 4 * 256)) })],
    ["a key of 32 bytes", psbtOf({ input: pair(`06${key.slice(0, -2)}`, path) })],
    ["a key with another prefix", psbtOf({ input: pair(`0605${key.slice(2)}`, path) })],
    ["a field of version 2", psbtOf({ input: pair("0e", new Uint8Array(32)) })],
    ["a key type that is not minimal", psbtOf({ input: pair("fd0100", hex("00")) })],
    [
      "a scriptSig",
      psbtOf({
        global: pair(
          "00",
          hex(`0200000001${"11".repeat(32)}000000000151ffffffff01e803000000000000015100000000`),
        ),
      }),
    ],
    ["a transaction with a byte too many", psbtOf({ global: pair("00", join(UNSIGNED, END)) })],
    [
      "a count of inputs beyond the bytes",
      psbtOf({
        global: pair("00", join(UNSIGNED.subarray(0, 4), hex("feffffff7f"), UNSIGNED.subarray(5))),
      }),
    ],
    ["a type longer than its key", psbtOf({ input: hex("01fd00010101") })],
    ["an empty file", new Uint8Array()],
  ];
  for (const [claim, bytes] of malformed) {
    test(`${claim}: psbt_malformed`, () => expect(errorOf(read(bytes))).toBe("psbt_malformed"));
  }

  test("a map of more entries than are read: psbt_malformed", () => {
    const entries = (count: number) =>
      join(
        ...Array.from({ length: count }, (_, at) =>
          pair(`fc${`000${at.toString(16)}`.slice(-4)}`, END),
        ),
      );
    const { mapEntries } = BITCOIN_LIMITS;
    expect(errorOf(read(psbtOf({ input: entries(mapEntries) })))).toBe("not refused");
    expect(errorOf(read(psbtOf({ input: entries(mapEntries + 1) })))).toBe("psbt_malformed");
  });

  test("versions other than 0 and 2: psbt_unsupported", () => {
    const version = (value: string) => psbtOf({ global: join(GLOBAL, pair("fb", hex(value))) });
    expect(errorOf(read(version("00000000")))).toBe("not refused");
    for (const [value, number] of [
      ["01000000", 1],
      ["03000000", 3],
      ["000000ff", 0xff000000],
    ] as const) {
      expect(read(version(value))).toEqual({
        ok: false,
        error: "psbt_unsupported",
        details: { version: number },
      });
    }
  });

  test("version 2 with the transaction of version 0, or without its counts: psbt_malformed", () => {
    const mixed = psbtOf({ global: join(GLOBAL, pair("fb", hex("02000000"))) });
    expect(errorOf(read(mixed))).toBe("psbt_malformed");
    const second = psbtOf({
      global: join(pair("02", hex("02000000")), pair("fb", hex("02000000"))),
    });
    expect(errorOf(read(second))).toBe("psbt_malformed");
  });
});

describe("a transaction that moves nothing", () => {
  test("is read, and not reviewed: psbt_unsupported", () => {
    const body = { input: UNSIGNED.subarray(4, 46), output: UNSIGNED.subarray(46, 57) };
    const version = UNSIGNED.subarray(0, 4);
    const lockTime = UNSIGNED.subarray(57);
    const noInput = pair("00", join(version, END, body.output, lockTime));
    const noOutput = pair("00", join(version, body.input, END, lockTime));
    for (const global of [noInput, noOutput]) {
      const bytes = join(MAGIC, global, END, END);
      expect(errorOf(read(bytes))).toBe("not refused");
      expect(errorOf(judge(bytes))).toBe("psbt_unsupported");
    }
  });
});

describe("limits", () => {
  const spending = (inputs: number, outputs: number): Uint8Array => {
    const transaction = new Transaction();
    for (let at = 0; at < inputs; at += 1) transaction.addInput(new Uint8Array(32).fill(7), at);
    for (let at = 0; at < outputs; at += 1) transaction.addOutput(hex("51"), 1n);
    const maps = new Uint8Array(inputs + outputs);
    return join(MAGIC, pair("00", transaction.toBuffer()), END, maps);
  };
  test("20,000 inputs and 2,000 outputs are read, one more is refused", () => {
    expect(errorOf(read(spending(20_000, 2_000)))).toBe("not refused");
    expect(read(spending(20_001, 1))).toEqual({
      ok: false,
      error: "too_many_inputs",
      details: { inputs: 20_001 },
    });
    expect(read(spending(1, 2_001))).toEqual({
      ok: false,
      error: "psbt_unsupported",
      details: { outputs: 2_001 },
    });
  });
  test("a previous transaction may be as large as a block, and no larger", () => {
    const of = (bytes: number) => {
      const transaction = new Transaction();
      transaction.addInput(new Uint8Array(32), 0);
      transaction.addOutput(new Uint8Array(bytes), 1n);
      return errorOf(judge(psbtOf({ input: pair("00", transaction.toBuffer()) })));
    };
    // All but the script: version, lock time, counts, an input, an amount, a size of 5 bytes.
    const rest = 4 + 4 + 1 + 1 + 41 + 8 + 5;
    const { transactionBytes } = BITCOIN_LIMITS;
    expect(of(transactionBytes - rest)).toBe("previous_transaction_mismatch");
    expect(of(transactionBytes - rest + 1)).toBe("psbt_malformed");
  });
  test("a file beyond the limit is not looked at", () => {
    const bytes = new Uint8Array(BITCOIN_LIMITS.psbtBytes + 1);
    expect(errorOf(read(bytes))).toBe("psbt_unsupported");
  });
});

describe("beside bitcoinjs-lib", () => {
  test("what it wrote reads back the same", () => {
    const ours = unwrap(read(SMALL));
    const theirs = Psbt.fromBuffer(SMALL);
    const input = elementOf(theirs.data.inputs, 0);
    const unsigned = unsignedOf(theirs);
    const coin = elementOf(Transaction.fromBuffer(input.nonWitnessUtxo ?? END).outs, 1);
    expect(ours.inputs.outpointAt(0).toHex()).toBe(
      `${elementOf(unsigned.ins, 0).hash.toHex()}01000000`,
    );
    expect([ours.version, ours.lockTime]).toEqual([unsigned.version, unsigned.locktime]);
    expect(ours.inputs.sequenceAt(0)).toBe(elementOf(unsigned.ins, 0).sequence);
    expect(BigInt(ours.inputs.amountAt(0))).toBe(coin.value);
    expect(ours.inputs.coinAt(0).subarray(0, 28).toHex()).toBe(HASH(coin.script));
    const [own] = input.bip32Derivation ?? [];
    const way = elementOf(ours.ways, ours.inputs.wayAt(0));
    expect(`m/${formatPath([...way, ours.inputs.indexAt(0)])}`).toBe(own?.path ?? "");
    expect(
      ours.outputs.map(({ amountSats, script }) => [BigInt(amountSats), script.toHex()]),
    ).toEqual(theirs.txOutputs.map(({ value, script }) => [value, script.toHex()]));
    for (const [at, output] of theirs.data.outputs.entries()) {
      const { hints, witnessScript } = elementOf(ours.outputs, at);
      expect(witnessScript?.toHex()).toBe(output.witnessScript?.toHex());
      const written = hints.map(({ fingerprint, path }) => [
        fingerprint.toHex(),
        `m/${formatPath(path)}`,
      ]);
      expect(written).toEqual(
        (output.bip32Derivation ?? []).map((hint) => [hint.masterFingerprint.toHex(), hint.path]),
      );
    }
  });
});

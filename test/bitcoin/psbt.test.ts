import { describe, expect, test } from "bun:test";
import { Psbt, Transaction } from "bitcoinjs-lib";
import fc from "fast-check";
import { BITCOIN_LIMITS, parsePsbt, review } from "../../firmware/bitcoin/index.ts";
import { createReader, encodeCompactSize } from "../../firmware/bitcoin/encoding/reader.ts";
import { elementOf, errorOf, seeded, unwrap } from "./expect-value.ts";
import { buildPsbt, STRANGER_SCRIPT } from "./psbt-fixture.ts";
import { CONTEXT, HOT } from "./wallet-fixture.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text);
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

const SMALL = buildPsbt({
  coins: [{ wallet: HOT, branch: 0, index: 5, amountSats: 1_000_000 }],
  outputs: [
    { script: STRANGER_SCRIPT, amountSats: 500_000 },
    { wallet: HOT, branch: 1, index: 8, amountSats: 400_000 },
  ],
}).toBuffer();

const judge = (bytes: Uint8Array) => review(bytes, [HOT.registered], HOT.registered.id, CONTEXT);

// A PSBT by hand: one input, one output.
const pair = (key: string, value: Uint8Array): Uint8Array =>
  join(encodeCompactSize(key.length / 2), hex(key), encodeCompactSize(value.length), value);
const MAGIC = hex("70736274ff");
const END = hex("00");
const UNSIGNED = hex(
  `0200000001${"11".repeat(32)}0000000000ffffffff01e803000000000000015100000000`,
);
const GLOBAL = pair("00", UNSIGNED);
const psbtOf = (parts: {
  readonly global?: Uint8Array;
  readonly input?: Uint8Array;
  readonly output?: Uint8Array;
}): Uint8Array => {
  const none = new Uint8Array();
  const { global = GLOBAL, input = none, output = none } = parts;
  return join(MAGIC, global, END, input, END, output, END);
};

describe("BIP-174 by hand", () => {
  const key = `02${"22".repeat(32)}`;
  const path = hex("d90c6a4f00000080");

  test("the least there is", () => {
    const psbt = unwrap(parsePsbt(psbtOf({})));
    expect(psbt.transaction.inputs).toHaveLength(1);
    expect(psbt.transaction.outputs).toEqual([{ amountSats: 1_000, script: hex("51") }]);
    expect(elementOf(psbt.inputs, 0)).toEqual({
      previousTransaction: undefined,
      witnessUtxo: undefined,
      sighashType: undefined,
      hasRedeemScript: false,
      witnessScript: undefined,
      derivations: [],
    });
  });

  test("the fields that are read", () => {
    const input = join(
      pair("00", hex("aabb")),
      pair("01", hex("e80300000000000001aa")),
      pair("03", hex("01000000")),
      pair("04", hex("cc")),
      pair("05", hex("dd")),
      pair(`06${key}`, path),
      pair("fc0102", hex("ee")),
      pair("fd0001ff", hex("")),
    );
    const output = join(pair("01", hex("dd")), pair(`02${key}`, path));
    const psbt = unwrap(parsePsbt(psbtOf({ input, output })));
    const derivations = [{ publicKey: hex(key), fingerprint: hex("d90c6a4f"), path: [2 ** 31] }];
    expect(elementOf(psbt.inputs, 0)).toEqual({
      previousTransaction: hex("aabb"),
      witnessUtxo: { amountSats: 1_000, script: hex("aa") },
      sighashType: 1,
      hasRedeemScript: true,
      witnessScript: hex("dd"),
      derivations,
    });
    expect(elementOf(psbt.outputs, 0)).toEqual({
      hasRedeemScript: false,
      witnessScript: hex("dd"),
      derivations,
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
    test(`${claim}: psbt_malformed`, () =>
      expect(errorOf(parsePsbt(bytes))).toBe("psbt_malformed"));
  }

  test("a map of more entries than are read: psbt_malformed", () => {
    const entries = (count: number) =>
      join(
        ...Array.from({ length: count }, (_, at) =>
          pair(`fc${`000${at.toString(16)}`.slice(-4)}`, END),
        ),
      );
    const { mapEntries } = BITCOIN_LIMITS;
    expect(errorOf(parsePsbt(psbtOf({ input: entries(mapEntries) })))).toBe("not refused");
    expect(errorOf(parsePsbt(psbtOf({ input: entries(mapEntries + 1) })))).toBe("psbt_malformed");
  });

  test("versions other than 0: psbt_unsupported", () => {
    const version = (value: string) => psbtOf({ global: join(GLOBAL, pair("fb", hex(value))) });
    expect(errorOf(parsePsbt(version("00000000")))).toBe("not refused");
    for (const value of ["01000000", "02000000", "000000ff"]) {
      expect(errorOf(parsePsbt(version(value)))).toBe("psbt_unsupported");
    }
    const second = psbtOf({
      global: join(pair("02", hex("02000000")), pair("fb", hex("02000000"))),
    });
    expect(errorOf(parsePsbt(second))).toBe("psbt_unsupported");
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
      expect(errorOf(parsePsbt(bytes))).toBe("not refused");
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
  test("2,000 inputs and outputs are read, one more is refused", () => {
    expect(errorOf(parsePsbt(spending(2_000, 2_000)))).toBe("not refused");
    expect(parsePsbt(spending(2_001, 1))).toEqual({
      ok: false,
      error: "too_many_inputs",
      details: { inputs: 2_001 },
    });
    expect(parsePsbt(spending(1, 2_001))).toEqual({
      ok: false,
      error: "psbt_unsupported",
      details: { outputs: 2_001 },
    });
  });
  test("a previous transaction may fill the file, and no file may be larger", () => {
    const of = (bytes: number) => {
      const transaction = new Transaction();
      transaction.addInput(new Uint8Array(32), 0);
      transaction.addOutput(new Uint8Array(bytes), 1n);
      return errorOf(judge(psbtOf({ input: pair("00", transaction.toBuffer()) })));
    };
    expect(of(1_000_000)).toBe("previous_transaction_mismatch");
    expect(of(1 << 20)).toBe("psbt_unsupported");
  });
  test("a file beyond the limit is not looked at", () => {
    const bytes = new Uint8Array(BITCOIN_LIMITS.psbtBytes + 1);
    expect(errorOf(parsePsbt(bytes))).toBe("psbt_unsupported");
  });
});

describe("nothing a peer sends throws", () => {
  test("cut at every byte", () => {
    for (let length = 0; length < SMALL.length; length += 1) {
      expect(errorOf(judge(SMALL.subarray(0, length)))).toBe("psbt_malformed");
    }
    expect(errorOf(judge(SMALL))).toBe("not refused");
  });

  test("with random bytes flipped", () => {
    const flips = fc.array(fc.tuple(fc.nat(SMALL.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const claim = (changes: readonly (readonly [number, number])[]) => {
      const bytes = Uint8Array.from(SMALL);
      for (const [at, mask] of changes) bytes[at] = (bytes[at] ?? 0) ^ mask;
      const outcome = judge(bytes);
      // What still passes has the same coin and pays no more than it brings.
      if (outcome.ok) expect(outcome.value.totalInSats).toBe(1_000_000);
    };
    fc.assert(fc.property(flips, claim), seeded("flips", 1_500));
  });

  test("with random bytes, with or without the magic", () => {
    const claim = (tail: Uint8Array, hasMagic: boolean) => {
      expect(judge(hasMagic ? join(MAGIC, tail) : tail).ok).toBe(false);
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), claim),
      seeded("noise", 2_000),
    );
  });

  test("with maps of random pairs", () => {
    const some = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const pairs = fc.array(fc.tuple(fc.nat(0x1a), some, some), { maxLength: 6 });
    const claim = (entries: readonly (readonly [number, Uint8Array, Uint8Array])[]) => {
      const written = entries.map(([type, data, value]) =>
        pair(`${type.toString(16).padStart(2, "0")}${data.toHex()}`, value),
      );
      const map = join(...written);
      expect(judge(psbtOf({ input: map, output: map })).ok).toBe(false);
    };
    fc.assert(fc.property(pairs, claim), seeded("pairs", 1_000));
  });
});

describe("beside bitcoinjs-lib", () => {
  test("what it wrote reads back the same", () => {
    const ours = unwrap(parsePsbt(SMALL));
    const theirs = Psbt.fromBuffer(SMALL);
    const input = elementOf(theirs.data.inputs, 0);
    expect(elementOf(ours.inputs, 0).previousTransaction?.toHex()).toBe(
      input.nonWitnessUtxo?.toHex() ?? "",
    );
    expect(elementOf(ours.inputs, 0).witnessScript?.toHex()).toBe(
      input.witnessScript?.toHex() ?? "",
    );
    expect(elementOf(ours.inputs, 0).derivations.map((hint) => hint.publicKey.toHex())).toEqual(
      (input.bip32Derivation ?? []).map((hint) => hint.pubkey.toHex()),
    );
    expect(ours.transaction.outputs.map((output) => BigInt(output.amountSats))).toEqual(
      theirs.txOutputs.map((output) => output.value),
    );
    expect(createReader(elementOf(ours.transaction.inputs, 0).outpoint.subarray(32)).uint32()).toBe(
      1,
    );
  });
});

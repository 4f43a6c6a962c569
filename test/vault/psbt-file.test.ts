import { describe, expect, test } from "bun:test";
import { base64, hex } from "@scure/base";
import fc from "fast-check";
import { draftPsbt, madeUpCoins, readPsbt, VAULT_LIMITS } from "../../host/vault/index.ts";
import { printedSeed, randomSigners, unwrap, walletOf } from "./three-keys.ts";

const wallet = walletOf(randomSigners(3));
const { psbt } = unwrap(
  draftPsbt({
    wallet,
    coins: madeUpCoins({ wallet, amountsSats: [50_000, 60_000], seedLabel: "psbt-file" }),
    payments: [{ address: wallet.address({ branch: 0, index: 9 }).address, amountSats: 70_000 }],
    change: { branch: 1, index: 0 },
    feeRate: 2,
  }),
);
const binary = psbt.toBuffer();
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const refused = { ok: false, error: "not_a_psbt" };

describe("readPsbt", () => {
  test.each([
    ["binary", binary],
    ["base64", text(base64.encode(binary))],
    ["base64 with a newline", text(`${base64.encode(binary)}\n`)],
    ["base64 in lines", text(`\n ${base64.encode(binary).replace(/(.{64})/g, "$1\r\n")}`)],
    ["hex", text(hex.encode(binary))],
    [
      "hex in capitals and lines",
      text(
        hex
          .encode(binary)
          .toUpperCase()
          .replace(/(.{60})/g, "$1\n"),
      ),
    ],
  ])("takes %s", (_, bytes) => {
    expect(unwrap(readPsbt(bytes)).bytes()).toEqual(binary);
  });

  test("takes hex of some megabytes", () => {
    const length = new Uint8Array(new Uint32Array([1 << 22]).buffer);
    // An unknown global field: key length, type, compact size, value.
    const field = Buffer.concat([Uint8Array.of(1, 0x70, 0xfe), length, new Uint8Array(1 << 22)]);
    const large = Buffer.concat([binary.subarray(0, 5), field, binary.subarray(5)]);
    expect(unwrap(readPsbt(large)).bytes().length).toBe(large.length);
    expect(unwrap(readPsbt(text(hex.encode(large)))).bytes().length).toBe(large.length);
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["white space", text(" \n")],
    ["the magic alone", binary.slice(0, 5)],
    ["the magic alone, in hex", text("70736274ff")],
    ["the magic alone, in base64", text("cHNidP8=")],
    ["prose", text("this is no PSBT")],
    ["a transaction", text("0200000000000000000000")],
    ["base64 cut inside a group", text(base64.encode(binary).slice(0, -1))],
    ["hex cut inside a byte", text(hex.encode(binary).slice(0, -1))],
    ["bytes after the end", Uint8Array.from([...binary, 0])],
    ["bytes that aren't text", Uint8Array.from([0xff, 0xfe, 0x00])],
    ["a file above the limit", new Uint8Array(VAULT_LIMITS.psbtFileBytes + 1)],
  ])("refuses %s", (_, bytes) => {
    expect(readPsbt(bytes)).toMatchObject(refused);
  });

  test("refuses a PSBT cut short, wherever it is cut", () => {
    for (let length = 0; length < binary.length; length += 1)
      expect(readPsbt(binary.slice(0, length))).toMatchObject(refused);
  });

  test("never throws, whatever a byte is changed to", () => {
    const change = fc.record({
      position: fc.nat({ max: binary.length - 1 }),
      value: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = Uint8Array.from(binary);
        for (const { position, value } of changes) damaged[position] = value;
        const read = readPsbt(damaged);
        expect(read.ok || read.error === "not_a_psbt").toBeTrue();
      }),
      { numRuns: 500, ...printedSeed("readPsbt on damaged bytes") },
    );
  });
});

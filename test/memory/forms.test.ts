/** The forms of a secret, each against another way to make it. */
import { describe, expect, test } from "bun:test";
import { type Form, formsOf, type NamedSecret, type SecretKindName } from "./forms.ts";
import { clampKey, readNumber } from "./limbs.ts";
import { secretOf } from "./made-up-secrets.ts";

const BYTES = secretOf(1);
const NUMBER = readNumber(BYTES);
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const secret = (kind: SecretKindName, bytes = BYTES): NamedSecret => ({ name: "it", kind, bytes });

const formNamed = (form: string, of: NamedSecret): Form => {
  const found = formsOf(of).find((one) => one.form === form);
  if (found === undefined) throw new Error(`no form ${form}`);
  return found;
};

const limbsOf = ({ bytes }: Form): readonly bigint[] =>
  [0, 8, 16, 24, 32].map((at) => new DataView(bytes.buffer).getBigUint64(at, true));

const sumOf = (limbs: readonly bigint[], bits: bigint): bigint =>
  limbs.reduce((sum, limb, i) => sum + (limb << (bits * BigInt(i))), 0n);

describe("words", () => {
  test("every window of 8 bytes of a 32-byte secret is looked for", () => {
    expect(formNamed("bytes", secret("seed")).windows).toEqual(
      Array.from({ length: 25 }, (_, i) => i),
    );
  });

  test("the reversal is a BigInt's limbs: 64 bits, little-endian, least first", () => {
    const limbs = new DataView(new ArrayBuffer(32));
    for (let i = 0; i < 4; i += 1) {
      limbs.setBigUint64(8 * i, BigInt.asUintN(64, NUMBER >> BigInt(64 * i)), true);
    }
    const { bytes } = formNamed("reversed or BigInt limbs", secret("seed"));
    expect(bytes.toHex()).toBe(new Uint8Array(limbs.buffer).toHex());
  });

  test.each([4, 8])(
    "a big-endian message as a little-endian hash loads it, words of %i",
    (size) => {
      const words = Buffer.from(BYTES);
      const swapped = size === 4 ? words.swap32() : words.swap64();
      expect(formNamed(`${size * 8}-bit words`, secret("seed")).bytes.toHex()).toBe(
        swapped.toHex(),
      );
    },
  );

  test.each([4, 8])("the same after a zero byte, whole words only, of %i", (size) => {
    const message = Buffer.concat([Uint8Array.of(0), BYTES, new Uint8Array(7)]);
    const swapped =
      size === 4 ? message.subarray(0, 40).swap32() : message.subarray(0, 40).swap64();
    const { bytes } = formNamed(`${size * 8}-bit words after a byte`, secret("seed"));
    expect(bytes.toHex()).toBe(swapped.subarray(size, 32).toHex());
  });
});

describe("numbers", () => {
  test.each([
    ["52-bit limbs", 52n],
    ["62-bit limbs", 62n],
  ])("a key's %s", (form, bits) => {
    expect(sumOf(limbsOf(formNamed(form, secret("key"))), bits)).toBe(NUMBER);
    const negated = limbsOf(formNamed(`negated ${form}`, secret("key")));
    expect(sumOf(negated, bits)).toBe(ORDER - NUMBER);
  });

  test("a key's negation and a nonce's inverse", () => {
    const negated = readNumber(formNamed("negated bytes", secret("key")).bytes);
    expect((negated + NUMBER) % ORDER).toBe(0n);
    const inverse = readNumber(formNamed("inverse bytes", secret("nonce")).bytes);
    expect((inverse * NUMBER) % ORDER).toBe(1n);
  });

  test("RFC 7748, section 5.2: a scalar as it is used, in limbs of 51 bits", () => {
    const scalar = Uint8Array.fromHex(
      "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    );
    const number = 31029842492115040904895560451863089656472772604678260265531221036453811406496n;
    const limbs = limbsOf(formNamed("clamped 51-bit limbs", secret("agreement", scalar)));
    expect(sumOf(limbs, 51n)).toBe(number);
    expect(readNumber(clampKey(scalar).toReversed())).toBe(number);
  });
});

describe("text and pads", () => {
  test.each(["base64", "base64url"] as const)("%s at any place of a longer text", (alphabet) => {
    const bytes = Uint8Array.fromHex(
      "fbff3e0102f7fbefbe3fa0ffb9e8d7c6b5a4938271605f4e3d2c1b0a99f1ffbe",
    );
    for (const place of [0, 1, 2]) {
      const { bytes: image } = formNamed(`${alphabet} at ${place}`, secret("seed", bytes));
      const around = [secretOf(2).subarray(0, place), bytes, secretOf(3)];
      const text = Buffer.concat(around).toString(alphabet);
      expect(text).toContain(Buffer.from(image).toString("latin1"));
      expect(image.length).toBeGreaterThan(40);
    }
  });

  test("hexadecimal digits, in strings of 8 and of 16 bits", () => {
    expect(Buffer.from(formNamed("hex", secret("seed")).bytes).toString()).toBe(BYTES.toHex());
    const wide = formNamed("UTF-16 upper-case hex", secret("seed")).bytes;
    expect(Buffer.from(wide).toString("utf16le")).toBe(BYTES.toHex().toUpperCase());
  });

  test("RFC 2104: keys of at most a block are padded", () => {
    expect(formNamed("ipad bytes", secret("seed")).bytes[0]).toBe((BYTES[0] ?? 0) ^ 0x36);
    expect(formNamed("opad 64-bit words", secret("seed")).bytes[7]).toBe((BYTES[0] ?? 0) ^ 0x5c);
    const long = Uint8Array.from({ length: 65 }, (_, i) => i);
    expect(() => formNamed("ipad bytes", secret("seed", long))).toThrow("no form");
  });
});

test("windows of fewer than four different bytes are left out", () => {
  const bytes = Buffer.concat([new Uint8Array(16), BYTES]);
  expect(formNamed("bytes", secret("seed", bytes)).windows[0]).toBeGreaterThanOrEqual(10);
});

test("a secret without a window that tells anything is refused", () => {
  expect(() => formsOf(secret("seed", new Uint8Array(32).fill(1)))).toThrow(
    "too short or too plain",
  );
  expect(() => formsOf(secret("seed", BYTES.subarray(0, 7)))).toThrow("too short or too plain");
});

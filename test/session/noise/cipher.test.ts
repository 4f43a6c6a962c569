/** The transport's cipher: nonces, renewal of the key against node:crypto alone, death. */
import { describe, expect, test } from "bun:test";
import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { noiseSuite } from "../../../host/driver/noise-suite.ts";
import { type Cipher, createCipher } from "../../../protocol/session/noise/cipher.ts";
import { bytes, seeded } from "../../secrets/oracles/seeded.ts";

const BROKEN = "broken invariant";
const NEVER = Number.POSITIVE_INFINITY;
const NONE = new Uint8Array(0);
const KEY = Uint8Array.from({ length: 32 }, (_, at) => at + 1);

const cipherOf = (rekeyEvery: number, key = KEY): Cipher =>
  createCipher(noiseSuite, key.slice(), rekeyEvery);

/** AES-256-GCM by node:crypto, nonce in hex. */
const encrypt = (key: Uint8Array, nonce: string, plaintext: Uint8Array): Uint8Array => {
  const cipher = createCipheriv("aes-256-gcm", key, Uint8Array.fromHex(nonce));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Uint8Array.from(Buffer.concat([body, cipher.getAuthTag()]));
};

/** Noise, sections 4.2 and 12.3, written again: the key of message `count`. */
const keyAt = (count: number, rekeyEvery: number): Uint8Array => {
  let key = KEY;
  for (let at = rekeyEvery; at <= count; at += rekeyEvery) {
    key = encrypt(key, "00000000ffffffffffffffff", new Uint8Array(32)).slice(0, 32);
  }
  return key;
};

const expected = (count: number, rekeyEvery: number, plaintext: Uint8Array): string =>
  encrypt(keyAt(count, rekeyEvery), count.toString(16).padStart(24, "0"), plaintext).toHex();

describe("renewing the key (Noise, section 4.2)", () => {
  test.each([1, 2, 3, 7])("every %d messages: each message as node:crypto makes it", (every) => {
    const cipher = cipherOf(every);
    for (let count = 0; count < 25; count += 1) {
      const plaintext = Uint8Array.of(count, 1, 2);
      expect(cipher.seal(plaintext).toHex()).toBe(expected(count, every, plaintext));
    }
  });

  test("before messages 4096 and 8192 and at no other; the nonce goes on", () => {
    const [sender, receiver, plain] = [cipherOf(4096), cipherOf(4096), cipherOf(NEVER)];
    for (let count = 0; count < 8200; count += 1) {
      const sealed = sender.seal(NONE);
      expect(receiver.open(sealed)?.length).toBe(0);
      expect(sealed.toHex() === plain.seal(NONE).toHex()).toBe(count < 4096);
      if (count % 4096 < 2 || count % 4096 === 4095) {
        expect(sealed.toHex()).toBe(expected(count, 4096, NONE));
      }
    }
    expect([sender.count(), receiver.count()]).toEqual([8200, 8200]);
  });

  test("a side that does not renew opens nothing from there on", () => {
    const [sender, receiver] = [cipherOf(2), cipherOf(NEVER)];
    const opened = [0, 1, 2, 3].map(() => receiver.open(sender.seal(NONE))?.length);
    expect(opened).toEqual([0, 0, undefined, undefined]);
  });
});

describe("nonces (Noise, section 12.3)", () => {
  test("32 zero bits and the counter, big-endian, also beyond one byte", () => {
    const nonces: string[] = [];
    const watching = {
      ...noiseSuite,
      seal: (...[key, nonce, plaintext, data]: Parameters<typeof noiseSuite.seal>) => {
        nonces.push(nonce.toHex());
        return noiseSuite.seal(key, nonce, plaintext, data);
      },
    };
    const cipher = createCipher(watching, KEY.slice(), NEVER);
    for (let count = 0; count < 258; count += 1) cipher.seal(NONE);
    expect([nonces[0], nonces[1], nonces[257]]).toEqual([
      "000000000000000000000000",
      "000000000000000000000001",
      "000000000000000000000101",
    ]);
    expect(new Set(nonces).size).toBe(258);
  });
});

describe("what does not open", () => {
  const sealedBy = (count: number): readonly Uint8Array[] => {
    const sender = cipherOf(3);
    return Array.from({ length: count }, (_, at) => sender.seal(Uint8Array.of(at)));
  };

  test("repeated, left out, swapped, bent, cut or made longer: dead, and stays dead", () => {
    const kinds = ["repeat", "skip", "bend", "cut", "lengthen", "replace"] as const;
    const property = fc.property(
      fc.nat(7),
      fc.constantFrom(...kinds),
      fc.nat(),
      bytes(0, 40),
      (good, kind, chance, other) => {
        const sealed = sealedBy(good + 2);
        const receiver = cipherOf(3);
        for (const message of sealed.slice(0, good)) expect(receiver.open(message)).toBeDefined();
        const next = sealed[good] ?? NONE;
        const wrong = {
          repeat: sealed[good - 1] ?? NONE,
          skip: sealed[good + 1] ?? NONE,
          bend: next.map((byte, at) => (at === chance % next.length ? byte ^ 0x10 : byte)),
          cut: next.subarray(0, chance % next.length),
          lengthen: new Uint8Array([...next, 0]),
          replace: other,
        }[kind];
        expect(receiver.open(wrong)).toBeUndefined();
        for (const message of sealed) expect(receiver.open(message)).toBeUndefined();
        expect(() => receiver.seal(NONE)).toThrow(BROKEN);
      },
    );
    fc.assert(property, seeded(300));
  });

  test("other associated data than it was sealed with", () => {
    const data = Uint8Array.of(1);
    const sealed = cipherOf(NEVER).seal(NONE, data);
    expect(cipherOf(NEVER).open(sealed, data)?.length).toBe(0);
    expect(cipherOf(NEVER).open(sealed)).toBeUndefined();
  });
});

describe("limits", () => {
  test("65,519 bytes of plaintext are the most; a longer message is not opened", () => {
    const most = new Uint8Array(65_519);
    const sealed = cipherOf(NEVER).seal(most);
    expect(sealed.length).toBe(65_535);
    expect(cipherOf(NEVER).open(sealed)?.length).toBe(most.length);
    expect(() => cipherOf(NEVER).seal(new Uint8Array(65_520))).toThrow(BROKEN);
    const beyond = encrypt(KEY, "000000000000000000000000", new Uint8Array(65_520));
    expect(cipherOf(NEVER).open(beyond)).toBeUndefined();
  });

  test("a key of another length is our own mistake", () => {
    expect(() => cipherOf(NEVER, new Uint8Array(31))).toThrow(BROKEN);
  });
});

describe("wiping", () => {
  test("zeroes the key's own bytes: nothing opens any more and nothing is sealed", () => {
    const key = KEY.slice();
    const cipher = createCipher(noiseSuite, key, 2);
    for (const _ of [0, 1, 2]) cipher.seal(NONE);
    cipher.wipe();
    expect(key.toHex()).toBe("00".repeat(32));
    expect(() => cipher.seal(NONE)).toThrow(BROKEN);
    expect(cipher.open(encrypt(new Uint8Array(32), "000000000000000000000003", NONE))).toBe(
      undefined,
    );
  });

  test("so does a message that does not open", () => {
    const key = KEY.slice();
    createCipher(noiseSuite, key, NEVER).open(new Uint8Array(16));
    expect(key.toHex()).toBe("00".repeat(32));
  });
});

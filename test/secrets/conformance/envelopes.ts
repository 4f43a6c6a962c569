/** HPKE (RFC 9180), base mode, against `@hpke/core`. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Envelope, EnvelopeContext, Secrets } from "../../../firmware/hal.ts";
import { oraclePair, oracleSeal } from "../oracles/hpke.ts";
import { loadShare, must, readShare, refusal } from "../oracles/loading.ts";
import { bytes, seeded } from "../oracles/seeded.ts";
import { shareOf } from "../oracles/slip39-words.ts";

const WORDS =
  "testify swimming academic academic column loyalty smear include exotic bedroom exotic wrist " +
  "lobe cover grief golden smart junior estimate learn";
const NOTHING = new Uint8Array(0);
const EMPTY: EnvelopeContext = { info: NOTHING, associatedData: NOTHING };

const context = fc.record({ info: bytes(0, 80), associatedData: bytes(0, 200) });
const value = fc.constantFrom(16, 20, 32, 64).chain((length) => bytes(length));

const flip = (array: Uint8Array, at: number): Uint8Array =>
  array.map((byte, index) => (index === at % array.length ? byte ^ (1 << (at % 8)) : byte));

/** One bit of the envelope or its context is another, or a byte is missing. */
const bend = (
  envelope: Envelope,
  { info, associatedData }: EnvelopeContext,
  place: string,
  at: number,
): readonly [Envelope, EnvelopeContext] => {
  const { encapsulated, ciphertext } = envelope;
  const unbent = { info, associatedData };
  if (place === "ciphertext") return [{ encapsulated, ciphertext: flip(ciphertext, at) }, unbent];
  if (place === "cut") return [{ encapsulated, ciphertext: ciphertext.slice(0, -1) }, unbent];
  if (place === "info") return [envelope, { info: flip(info, at), associatedData }];
  if (place === "data") return [envelope, { info, associatedData: flip(associatedData, at) }];
  // The top bit of a coordinate is ignored (RFC 7748, section 5), but HPKE hashes it in.
  return [{ encapsulated: flip(encapsulated, at), ciphertext }, unbent];
};

/** The part of the suite about sealed shares. */
export const envelopeConformance = (make: () => Secrets): void => {
  describe("RFC 9180 base mode, X25519, HKDF-SHA256, AES-256-GCM", () => {
    test("200 envelopes of @hpke/core open here, and seal again for @hpke/core", async () => {
      const secrets = make();
      const pair = await oraclePair();
      const { secret, publicKey } = must(secrets.generateAgreement());
      const roundTrip = fc.asyncProperty(value, context, context, async (plain, there, back) => {
        const share = must(secrets.open(secret, await oracleSeal(publicKey, plain, there), there));
        const envelope = must(secrets.seal(share, pair.publicKey, back));
        expect(envelope.encapsulated.length).toBe(32);
        expect(envelope.ciphertext.length).toBe(plain.length + 16);
        expect((await pair.open(envelope, back)).toHex()).toBe(plain.toHex());
        secrets.wipe(share);
      });
      await fc.assert(roundTrip, seeded(200));
    });

    test("a bent envelope or context is refused with share_unreadable", async () => {
      const secrets = make();
      const { secret, publicKey } = must(secrets.generateAgreement());
      const filled = fc.record({ info: bytes(1, 40), associatedData: bytes(1, 40) });
      const place = fc.constantFrom("ciphertext", "cut", "info", "data", "encapsulated");
      const property = fc.asyncProperty(
        filled,
        place,
        fc.nat({ max: 1000 }),
        async (sealed, where, at) => {
          const good = await oracleSeal(publicKey, new Uint8Array(32).fill(5), sealed);
          secrets.wipe(must(secrets.open(secret, good, sealed)));
          const [envelope, presented] = bend(good, sealed, where, at);
          expect(refusal(secrets.open(secret, envelope, presented))).toBe("share_unreadable");
        },
      );
      await fc.assert(property, seeded(80));
    });

    test("envelopes of wrong lengths and of small order are refused", async () => {
      const secrets = make();
      const { secret, publicKey } = must(secrets.generateAgreement());
      const { encapsulated, ciphertext } = await oracleSeal(publicKey, new Uint8Array(32), EMPTY);
      const bad: readonly Envelope[] = [
        { encapsulated: NOTHING, ciphertext },
        { encapsulated: encapsulated.slice(1), ciphertext },
        { encapsulated: new Uint8Array(32), ciphertext },
        { encapsulated, ciphertext: NOTHING },
        { encapsulated, ciphertext: new Uint8Array(15) },
        { encapsulated, ciphertext: new Uint8Array(16) },
      ];
      for (const envelope of bad) {
        expect(refusal(secrets.open(secret, envelope, EMPTY))).toBe("share_unreadable");
      }
    });

    test("what no share's value can be is refused", async () => {
      const secrets = make();
      const { secret, publicKey } = must(secrets.generateAgreement());
      for (const length of [0, 1, 14, 17, 65, 66, 4096]) {
        const envelope = await oracleSeal(publicKey, new Uint8Array(length), EMPTY);
        expect(refusal(secrets.open(secret, envelope, EMPTY))).toBe("share_unreadable");
      }
    });

    test("seal refuses what is no public key", async () => {
      const secrets = make();
      const share = await loadShare(secrets, shareOf(WORDS));
      for (const bad of [NOTHING, new Uint8Array(31).fill(9), new Uint8Array(32)]) {
        expect(refusal(secrets.seal(share.value, bad, EMPTY))).toBe("custodian_invalid");
      }
      expect((await readShare(secrets, share)).value.length).toBe(16);
    });

    test("two seals of one value have nothing in common", async () => {
      const secrets = make();
      const share = await loadShare(secrets, shareOf(WORDS));
      const pair = await oraclePair();
      const one = must(secrets.seal(share.value, pair.publicKey, EMPTY));
      const other = must(secrets.seal(share.value, pair.publicKey, EMPTY));
      expect(one.encapsulated.toHex()).not.toBe(other.encapsulated.toHex());
      expect(one.ciphertext.toHex()).not.toBe(other.ciphertext.toHex());
    });
  });
};

/** A handshake under attack: what is not the peer's message ends it, and says nothing more. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bytes, seeded } from "../../secrets/oracles/seeded.ts";
import { createPair, IN_USE, isDead, keyPair, meet, NONE, psk } from "./pair.ts";
import { SMALL_ORDER } from "./small-order.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const flipped = (message: Uint8Array, bit: number): Uint8Array =>
  Uint8Array.from(message, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** The lengths of the two messages, without payloads. */
const LENGTHS = { NN: [32, 48], NNpsk0: [48, 48], IK: [96, 48] } as const;

describe.each(IN_USE)("%s", (name) => {
  const hasSecret = name !== "NN";

  test("both sides finish over a clean cable, with messages of the known lengths", () => {
    const lengths: number[] = [];
    const isMet = meet(createPair(name), (message) => {
      lengths.push(message.length);
      return message;
    });
    expect(isMet).toBe(true);
    expect(lengths).toEqual([...LENGTHS[name]]);
  });

  test("with any bit of a message flipped, one side refuses and is dead", () => {
    for (const place of [0, 1] as const) {
      const payload = ascii("claim");
      const size = LENGTHS[name][place] + payload.length;
      for (let bit = 0; bit < 8 * size; bit += 1) {
        const pair = createPair(name);
        const turn = (message: Uint8Array, at: number): Uint8Array =>
          at === place ? flipped(message, bit) : message;
        expect(meet(pair, turn, payload)).toBe(false);
        // NN says nothing of its first message before the second
        const first = place === 0 && hasSecret ? pair.responder : pair.initiator;
        expect(isDead(first)).toBe(true);
      }
    }
  });

  test("a message cut short anywhere, or made longer, is refused", () => {
    for (const place of [0, 1] as const) {
      const size = LENGTHS[name][place];
      for (const length of [...Array.from({ length: size }, (_, at) => at), size + 1, size + 16]) {
        const pair = createPair(name);
        const cut = (message: Uint8Array, at: number): Uint8Array => {
          if (at !== place) return message;
          const sized = new Uint8Array(length);
          sized.set(message.subarray(0, length));
          return sized;
        };
        expect(meet(pair, cut)).toBe(false);
      }
    }
  });

  test("a message above 65,535 bytes is refused", () => {
    const { responder } = createPair(name);
    expect(responder.read(new Uint8Array(65_536))).toBeUndefined();
    expect(isDead(responder)).toBe(true);
  });

  test("another prologue is refused: an edited HELLO, a replay in another handshake", () => {
    const clean = (message: Uint8Array): Uint8Array => message;
    for (const prologue of [NONE, Uint8Array.of(1, 2, 4), Uint8Array.of(1, 2, 3, 0)]) {
      expect(meet(createPair(name, { prologue }), clean)).toBe(false);
      expect(meet(createPair(name, {}, { prologue }), clean)).toBe(false);
    }
  });

  test("an answer to another first message is refused", () => {
    const [one, other] = [createPair(name), createPair(name, { ephemeral: () => keyPair(13) })];
    const second = [one, other].map(({ initiator, responder }) => {
      responder.read(initiator.write(NONE) ?? NONE);
      return responder.write(NONE) ?? NONE;
    });
    expect(other.initiator.read(second[0] ?? NONE)).toBeUndefined();
    expect(isDead(other.initiator)).toBe(true);
    expect(one.initiator.read(second[0] ?? NONE)?.length).toBe(0);
  });

  test("an ephemeral key of small order is refused, wherever it first comes to use", () => {
    for (const point of SMALL_ORDER) {
      for (const place of [0, 1]) {
        const pair = createPair(name);
        const swap = (message: Uint8Array, at: number): Uint8Array =>
          at === place ? new Uint8Array([...point, ...message.subarray(32)]) : message;
        expect(meet(pair, swap)).toBe(false);
        expect(isDead(place === 0 ? pair.responder : pair.initiator)).toBe(true);
      }
    }
  });

  test("a key agreement that gives zeros on both sides is refused by the side that checks", () => {
    for (const publicKey of SMALL_ORDER) {
      const forged = { publicKey, agree: () => new Uint8Array(32) };
      const first = createPair(name, { ephemeral: () => forged });
      expect(meet(first, (message) => message)).toBe(false);
      expect(isDead(first.responder)).toBe(true);
      const second = createPair(name, {}, { ephemeral: () => forged });
      expect(meet(second, (message) => message)).toBe(false);
      expect(isDead(second.initiator)).toBe(true);
    }
  });

  test("arbitrary bytes are no second message, and no first one where a secret is mixed", () => {
    const property = fc.property(bytes(0, 200), (message) => {
      const { initiator, responder } = createPair(name);
      initiator.write(NONE);
      expect(initiator.read(message)).toBeUndefined();
      expect(isDead(initiator)).toBe(true);
      const isTaken = responder.read(message) !== undefined;
      expect(isTaken).toBe(!hasSecret && message.length >= 32);
    });
    fc.assert(property, seeded(300));
  });

  test("a message out of turn ends the handshake; one too many changes nothing", () => {
    const early = createPair(name);
    expect(early.initiator.read(new Uint8Array(96))).toBeUndefined();
    expect(isDead(early.initiator)).toBe(true);

    const { initiator, responder } = createPair(name);
    const first = initiator.write(NONE) ?? NONE;
    responder.read(first);
    const second = responder.write(NONE) ?? NONE;
    expect(responder.read(first)).toBeUndefined();
    initiator.read(second);
    expect(initiator.read(second)).toBeUndefined();
    expect(initiator.finish().hash.toHex()).toBe(responder.finish().hash.toHex());
  });
});

describe("keys that do not fit", () => {
  const clean = (message: Uint8Array): Uint8Array => message;

  test("NNpsk0: another pre-shared key fails at the first message", () => {
    const pair = createPair("NNpsk0", { psks: [psk(8)] });
    expect(meet(pair, clean)).toBe(false);
    expect(isDead(pair.responder)).toBe(true);
  });

  test("IK: a first message to another device's key fails at once", () => {
    const pair = createPair("IK", { remoteStatic: keyPair(23).publicKey });
    expect(meet(pair, clean)).toBe(false);
    expect(isDead(pair.responder)).toBe(true);
  });

  test("IK: the responder sees the key that the initiator can use, not another", () => {
    const { initiator, responder } = createPair("IK");
    expect(responder.remoteStatic()).toBeUndefined();
    responder.read(initiator.write(NONE) ?? NONE);
    expect(responder.remoteStatic()?.toHex()).toBe(keyPair(21).publicKey.toHex());

    const { publicKey } = keyPair(24);
    const borrowed = { publicKey, agree: keyPair(21).agree };
    expect(meet(createPair("IK", { localStatic: borrowed }), clean)).toBe(false);
  });

  test("IK: a static key of small order is refused, the device's too", () => {
    for (const publicKey of SMALL_ORDER) {
      const forged = { publicKey, agree: () => new Uint8Array(32) };
      const pair = createPair("IK", { localStatic: forged });
      expect(meet(pair, clean)).toBe(false);
      expect(isDead(pair.responder)).toBe(true);

      const lost = createPair("IK", { remoteStatic: publicKey });
      expect(lost.initiator.write(NONE)).toBeUndefined();
      expect(isDead(lost.initiator)).toBe(true);
    }
  });
});

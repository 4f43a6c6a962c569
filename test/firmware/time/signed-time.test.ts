/** Signed time: what one statement is worth, what one liar gains, and that it never goes back. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { createSignedClock } from "../../../firmware/time/signed-time.ts";
import { systemRng } from "../../secrets/oracles/system-rng.ts";
import { createCrypto } from "../../../hardware/secrets/crypto.ts";
import { signTime } from "../../../host/custody/index.ts";
import { decodeAs, encodeAs } from "../../../protocol/cbor/cbor.ts";
import { TIME_STATEMENT } from "../../../protocol/time.ts";
import { bytesOf, signingKeyOf } from "../../manifest/people.ts";
import { createFakeClock } from "../fake-clock.ts";
import { errorOf, seeded, unwrap } from "../outcomes.ts";

const NOON = Date.UTC(2026, 10, 25, 12);
const HOUR = 3_600_000;
const BOOT = bytesOf("boot").slice(0, 16);
const SIGNERS = ["Ada", "Ben", "Cleo"].map((name) => signingKeyOf(name).publicKey);
const crypto = createCrypto();

/** A device's clock, and people who say what time it is. */
const createRoom = (bootId = BOOT) => {
  const clock = createFakeClock();
  const time = createSignedClock({ clock, rng: systemRng(), crypto }, bootId);
  const sign = (name: string, timeMs: number, nonce = unwrap(time.nonce())) =>
    signTime({ bootId, nonce }, signingKeyOf(name), timeMs);
  const say = (name: string, timeMs: number) => time.take(sign(name, timeMs), SIGNERS);
  return { clock, time, sign, say };
};

describe("without a statement", () => {
  test("every permission with an end is over, and every wait stands", () => {
    const { time } = createRoom();
    expect([time.isOver(Number.MAX_SAFE_INTEGER), time.hasBegun(0)]).toEqual([true, false]);
  });
});

describe("a statement", () => {
  test("ends permissions at its latest reading; two begin waits at their earliest", () => {
    const { clock, time, sign } = createRoom();
    const [ada, ben] = [sign("Ada", NOON), sign("Ben", NOON)];
    clock.advance(60_000); // somewhere within this minute it was noon
    unwrap(time.take(ada, SIGNERS));
    expect([time.isOver(NOON + 59_000), time.isOver(NOON + 61_000)]).toEqual([true, false]);
    expect(time.hasBegun(NOON - HOUR)).toBe(false);
    unwrap(time.take(ben, SIGNERS));
    expect([time.hasBegun(NOON), time.hasBegun(NOON + 1000)]).toEqual([true, false]);
    clock.advance(HOUR);
    expect([time.isOver(NOON + HOUR), time.hasBegun(NOON + HOUR - 1000)]).toEqual([true, true]);
    expect(time.hasBegun(NOON + HOUR + 1000)).toBe(false);
  });

  test("is refused by name: another boot, nonce, signer, signature, time", () => {
    const { time, sign } = createRoom();
    const other = createRoom(bytesOf("later").slice(0, 16));
    const take = (signed: ReturnType<typeof sign>) => errorOf(time.take(signed, SIGNERS));
    expect(take(other.sign("Ada", NOON))).toBe("time_nonce_unknown");
    expect(take(other.sign("Ada", NOON, unwrap(time.nonce())))).toBe("time_nonce_unknown");
    expect(take(sign("Ada", NOON, new Uint8Array(16)))).toBe("time_nonce_unknown");
    expect(take(sign("Mallory", NOON))).toBe("time_signer_unknown");
    const [ada, ben] = [sign("Ada", NOON), sign("Ben", NOON)];
    expect(take({ ...ada, signature: ben.signature })).toBe("time_signature_invalid");
    const said = decodeAs(TIME_STATEMENT, ada.statement);
    if (said === undefined) throw new Error("a statement");
    const later = encodeAs(TIME_STATEMENT, { ...said, timeMs: NOON + HOUR });
    expect(take({ ...ada, statement: later })).toBe("time_signature_invalid");
    expect(take({ ...ada, statement: Uint8Array.of(0xa0) })).toBe("time_malformed");
    expect(take(sign("Ada", Date.UTC(2025, 11, 31)))).toBe("time_out_of_range");
    expect(take(sign("Ada", Date.UTC(2101, 0, 1)))).toBe("time_out_of_range");
    expect(time.isOver(NOON)).toBe(true); // nothing was taken
  });

  test("counts while its nonce is open, and no longer", () => {
    const { clock, time, sign } = createRoom();
    const early = sign("Ada", NOON);
    clock.advance(DEVICE_LIMITS.timeNonceMs - 1);
    expect(errorOf(time.take(early, SIGNERS))).toBe("not refused");
    clock.advance(1);
    expect(errorOf(time.take(early, SIGNERS))).toBe("time_nonce_unknown");
  });

  test("golden bytes of what is signed", () => {
    const nonce = new Uint8Array(16).fill(2);
    const signed = signTime(
      { bootId: new Uint8Array(16).fill(1), nonce },
      signingKeyOf("Ada"),
      NOON,
    );
    expect(signed.statement.toHex()).toBe(
      `a40050${"01".repeat(16)}0150${"02".repeat(16)}025820` +
        `${signingKeyOf("Ada").publicKey.toHex()}031b000001a21293b600`,
    );
  });
});

describe("a liar", () => {
  test("alone opens no wait, however far ahead; what he ends, he ends early", () => {
    const { time, say } = createRoom();
    unwrap(say("Ada", NOON));
    unwrap(say("Ben", NOON));
    unwrap(say("Cleo", Date.UTC(2090, 0, 1)));
    expect([time.hasBegun(NOON + HOUR), time.isOver(NOON + HOUR)]).toEqual([false, true]);
  });

  test("who says it again and again is still one", () => {
    const { clock, time, say } = createRoom();
    for (let i = 0; i < 5; i += 1) {
      unwrap(say("Cleo", NOON + i * HOUR));
      clock.advance(HOUR);
    }
    expect(time.hasBegun(NOON)).toBe(false);
  });
});

interface Step {
  readonly name: string;
  readonly delayMs: number;
  readonly offMs: number;
}

const steps = (offMs: fc.Arbitrary<number>): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      name: fc.constantFrom("Ada", "Ben", "Cleo"),
      delayMs: fc.nat({ max: HOUR / 2 }),
      offMs,
    }),
    { minLength: 1, maxLength: 8 },
  );

describe("under random delays", () => {
  test("honest people's readings enclose the true time", () => {
    fc.assert(
      fc.property(steps(fc.constant(0)), (all) => {
        const { clock, time, sign } = createRoom();
        const startMs = clock.nowMs();
        const trueMs = (): number => NOON + clock.nowMs() - startMs;
        for (const { name, delayMs } of all) {
          const signed = sign(name, trueMs());
          clock.advance(delayMs);
          unwrap(time.take(signed, SIGNERS));
          // A permission is over once it is over; a wait that has begun surely has.
          expect(time.isOver(trueMs())).toBe(true);
          expect(time.hasBegun(trueMs() + 1)).toBe(false);
        }
      }),
      seeded(200),
    );
  });

  test("time never goes back, whatever is said", () => {
    fc.assert(
      fc.property(steps(fc.integer({ min: -9 * HOUR, max: 9 * HOUR })), (all) => {
        const { clock, time, say } = createRoom();
        const marks = Array.from({ length: 41 }, (_, i) => NOON + (i - 20) * HOUR);
        let [over, begun] = [new Set<number>(), new Set<number>()];
        for (const { name, delayMs, offMs } of all) {
          unwrap(say(name, NOON + offMs));
          clock.advance(delayMs);
          const isOver = new Set(marks.filter((mark) => time.isOver(mark)));
          const hasBegun = new Set(marks.filter((mark) => time.hasBegun(mark)));
          expect([isOver.isSupersetOf(over), hasBegun.isSupersetOf(begun)]).toEqual([true, true]);
          [over, begun] = [isOver, hasBegun];
        }
      }),
      seeded(200),
    );
  });

  test("the order of statements does not matter", () => {
    fc.assert(
      fc.property(steps(fc.integer({ min: -9 * HOUR, max: 9 * HOUR })), fc.nat(), (all, turn) => {
        const readings = (order: readonly Step[]): readonly boolean[] => {
          const { time, say } = createRoom();
          for (const { name, offMs } of order) unwrap(say(name, NOON + offMs));
          const marks = Array.from({ length: 41 }, (_, i) => NOON + (i - 20) * HOUR + 1);
          return marks.flatMap((mark) => [time.isOver(mark), time.hasBegun(mark)]);
        };
        const at = turn % all.length;
        expect(readings([...all.slice(at), ...all.slice(0, at)])).toEqual(readings(all));
      }),
      seeded(100),
    );
  });
});

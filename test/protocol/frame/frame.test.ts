/** Frames, byte for byte: golden bytes, CRC-32C, COBS, and every check that drops a frame. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cobsDecode, cobsEncode } from "../../../protocol/frame/cobs.ts";
import { crc32c } from "../../../protocol/frame/crc32c.ts";
import {
  createFrameReader,
  decodeFrame,
  encodeFrame,
  FRAME_TYPES,
  type Frame,
} from "../../../protocol/frame/frame.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { GOLDEN } from "./golden-frames.ts";
import { createRandom, flipBits, SEED, seeded } from "../random.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
const bare = (framed: Uint8Array): Uint8Array => framed.subarray(1, -1);

describe("CRC-32C", () => {
  test.each([
    ["the check value", ascii("123456789"), 0xe306_9283],
    ["RFC 3720, B.4: 32 bytes of zeroes", filled(32, 0), 0x8a91_36aa],
    ["RFC 3720, B.4: 32 bytes of ones", filled(32, 0xff), 0x62a8_ab43],
    ["RFC 3720, B.4: 32 rising bytes", filled(32, 0).map((_, i) => i), 0x46dd_794e],
    ["nothing", filled(0, 0), 0],
  ])("%s", (_, bytes, check) => {
    expect(crc32c(bytes)).toBe(check);
  });
});

describe("COBS", () => {
  test.each([
    ["", "01"],
    ["00", "0101"],
    ["0000", "010101"],
    ["001100", "01021101"],
    ["11220033", "0311220233"],
    ["11223344", "0511223344"],
    ["11000000", "0211010101"],
  ])("%s is stuffed as %s", (plain, stuffed) => {
    expect(cobsEncode(Uint8Array.fromHex(plain)).toHex()).toBe(stuffed);
    expect(cobsDecode(Uint8Array.fromHex(stuffed))?.toHex()).toBe(plain);
  });

  test.each([
    [253, 254, [0xfe]],
    [254, 255, [0xff]],
    [255, 257, [0xff, 0x02]],
    [508, 510, [0xff, 0xff]],
    [509, 512, [0xff, 0xff, 0x02]],
  ])("%d bytes without a zero take %d", (length, stuffedLength, codes) => {
    const stuffed = cobsEncode(filled(length, 7));
    expect(stuffed.length).toBe(stuffedLength);
    expect([...stuffed].filter((byte) => byte !== 7)).toEqual(codes);
    expect(cobsDecode(stuffed)).toEqual(filled(length, 7));
  });

  test("undoes itself for every length and run, and never holds a zero", () => {
    const run = fc
      .tuple(fc.constantFrom(0, 1, 0xff), fc.constantFrom(0, 1, 2, 253, 254, 255, 256, 509))
      .map(([byte, length]) => [...filled(length, byte)]);
    const plain = fc
      .array(
        fc.oneof(
          run,
          fc.uint8Array({ maxLength: 40 }).map((bytes) => [...bytes]),
        ),
        {
          maxLength: 5,
        },
      )
      .map((runs) => Uint8Array.from(runs.flat()));
    fc.assert(
      fc.property(plain, (bytes) => {
        const stuffed = cobsEncode(bytes);
        expect(stuffed.includes(0)).toBe(false);
        expect(stuffed.length).toBeLessThanOrEqual(
          bytes.length + Math.ceil(bytes.length / 254) + 1,
        );
        expect(cobsDecode(stuffed)).toEqual(bytes);
      }),
      seeded(300),
    );
  });

  test.each([["00"], ["0511"], ["ff01"], ["021100"], ["030011"], ["0300"]])(
    "refuses %s",
    (stuffed) => {
      expect(cobsDecode(Uint8Array.fromHex(stuffed))).toBeUndefined();
    },
  );
});

describe("golden bytes", () => {
  for (const { name, frame, bytes } of GOLDEN) {
    test(`${name}: written and read`, () => {
      expect(encodeFrame(frame)).toEqual(bytes);
      expect(decodeFrame(bare(bytes))).toEqual(frame);
      expect(createFrameReader().push(bytes)).toEqual([frame]);
    });
  }
});

const data: Frame = {
  type: "data",
  flags: 3,
  epoch: 0xbeef,
  seq: 1,
  ack: 0,
  window: 8,
  channel: 0,
  payload: Uint8Array.of(),
};

const typeNames = ["hello", "helloAck", "data", "ack", "nak", "ping", "pong", "reset"] as const;

const anyParts: fc.Arbitrary<Frame> = fc.record({
  type: fc.constantFrom(...typeNames),
  flags: fc.integer({ min: 0, max: 255 }),
  epoch: fc.integer({ min: 0, max: 0xffff }),
  seq: fc.integer({ min: 0, max: 0xffff }),
  ack: fc.integer({ min: 0, max: 0xffff }),
  window: fc.integer({ min: 0, max: LIMITS.window }),
  channel: fc.integer({ min: 0, max: LIMITS.channels - 1 }),
  payload: fc.uint8Array({ maxLength: 600 }),
});

const PING_PAYLOAD = { ping: 8, pong: 8, ack: 0, nak: 0, reset: 0 } as const;

/** What has no place in a frame of its type is 0 (SPEC, section 1). */
const lawful = (frame: Frame): Frame => {
  const { type, epoch, seq, ack, channel, payload } = frame;
  const isData = type === "data";
  const isGreeting = type === "hello" || type === "helloAck";
  const length = isData || isGreeting ? payload.length : PING_PAYLOAD[type];
  return {
    ...frame,
    epoch: type === "hello" ? 0 : epoch,
    ack: isGreeting ? 0 : ack,
    seq: isData ? seq : 0,
    channel: isData ? channel : 0,
    payload: Uint8Array.from({ length }, (_, i) => payload[i] ?? i),
  };
};

const anyFrame = anyParts.map(lawful);

describe("a frame", () => {
  test("comes back as it went, whatever it holds", () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const framed = encodeFrame(frame);
        expect(framed.indexOf(0, 1)).toBe(framed.length - 1);
        expect(decodeFrame(bare(framed))).toEqual(frame);
      }),
      seeded(300),
    );
  });

  test("has the types and numbers of the wire, and these alone", () => {
    expect(FRAME_TYPES).toEqual({
      hello: 1,
      helloAck: 2,
      data: 3,
      ack: 4,
      nak: 5,
      ping: 6,
      pong: 7,
      reset: 8,
    });
    expect(Object.keys(FRAME_TYPES)).toEqual([...typeNames]);
  });

  test("carries 4,096 bytes, and a longer one is our own mistake", () => {
    const longest = { ...data, payload: createRandom(SEED).bytes(LIMITS.framePayloadMaximum) };
    expect(createFrameReader().push(encodeFrame(longest))).toEqual([longest]);
    const longer = { ...data, payload: filled(LIMITS.framePayloadMaximum + 1, 1) };
    expect(() => encodeFrame(longer)).toThrow("broken invariant");
  });

  test("is never taken for another, whichever 1 to 5 bits flip", () => {
    const random = createRandom(SEED);
    const others = Array.from({ length: 6000 }, (_, run) => {
      const payload = random.bytes(run % 2 === 0 ? 3 : random.below(300));
      const frame = { ...data, payload };
      const flipped = flipBits(encodeFrame(frame), 1 + (run % 5), random);
      const taken = createFrameReader().push(Uint8Array.of(0, ...flipped, 0));
      return taken.filter((one) => !Bun.deepEquals(one, frame));
    });
    expect({ seed: SEED, others: others.flat() }).toEqual({ seed: SEED, others: [] });
  });

  test("with any one bit flipped between its delimiters is dropped", () => {
    for (const { bytes } of GOLDEN) {
      for (let bit = 8; bit < 8 * (bytes.length - 1); bit += 1) {
        const flipped = Uint8Array.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const reader = createFrameReader();
        expect(reader.push(flipped)).toEqual([]);
        expect(reader.dropped()).toBeGreaterThan(0);
      }
    }
  });
});

/** A frame with other bytes under a CRC that fits: what a peer may send on purpose. */
const forged = (change: (plain: Uint8Array) => Uint8Array): Uint8Array => {
  const plain = cobsDecode(bare(GOLDEN[2]?.bytes ?? filled(0, 0)));
  if (plain === undefined) throw new Error("the golden frame is stuffed");
  const body = change(plain.slice(0, -4));
  const whole = new Uint8Array(body.length + 4);
  whole.set(body);
  new DataView(whole.buffer).setUint32(body.length, crc32c(body));
  return Uint8Array.of(0, ...cobsEncode(whole), 0);
};

const set = (at: number, byte: number) => (plain: Uint8Array) => plain.with(at, byte);

describe("under a good CRC the reader drops and counts", () => {
  test.each([
    ["version 0", forged(set(0, 0x03))],
    ["version 2", forged(set(0, 0x23))],
    ["type 0", forged(set(0, 0x10))],
    ["type 9", forged(set(0, 0x19))],
    ["type 15", forged(set(0, 0x1f))],
    ["a length too small", forged(set(3, 2))],
    ["a length too large", forged(set(3, 4))],
    ["a length of 65,283", forged(set(2, 0xff))],
    ["channel 8", forged(set(11, 8))],
    ["channel 255", forged(set(11, 255))],
    ["window 33", forged(set(10, 33))],
    ["an ACK with a seq, a channel and a payload", forged(set(0, 0x14))],
    ["a HELLO of an epoch", forged(set(0, 0x11))],
    [
      "a HELLO with an ack",
      forged((plain) => plain.with(0, 0x11).fill(0, 4, 8).with(9, 1).with(11, 0)),
    ],
    [
      "a HELLO_ACK with an ack",
      forged((plain) => plain.with(0, 0x12).with(7, 0).with(9, 1).with(11, 0)),
    ],
    ["a HELLO_ACK with a seq", forged((plain) => plain.with(0, 0x12).with(11, 0))],
    [
      "4,097 bytes of payload",
      forged((plain) => Uint8Array.of(...plain.with(2, 0x10).with(3, 1), ...filled(4094, 0))),
    ],
    ["a PING of three bytes", forged((plain) => plain.with(0, 0x16).with(7, 0).with(11, 0))],
    ["an ACK with a payload", forged((plain) => plain.with(0, 0x14).with(7, 0).with(11, 0))],
    ["a RESET with a payload", forged((plain) => plain.with(0, 0x18).with(7, 0).with(11, 0))],
    ["half a header", forged((plain) => plain.slice(0, 11))],
    ["nothing", forged(() => filled(0, 0))],
  ])("%s", (_, bytes) => {
    const reader = createFrameReader();
    expect(reader.push(bytes)).toEqual([]);
    expect(reader.dropped()).toBe(1);
  });

  test("and takes what is not changed", () => {
    expect(createFrameReader().push(forged((plain) => plain)).length).toBe(1);
  });
});

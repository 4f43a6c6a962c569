/** The socket's framing: length and deterministic CBOR, bounded before anything is allocated. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createMessageReader, frameMessage } from "../../host/link/socket-framing.ts";
import { encodeCbor } from "../../protocol/cbor/cbor.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { SOCKET_LIMITS, type SocketMessage } from "../../protocol/session/socket-message.ts";
import { seeded } from "../firmware/outcomes.ts";

const bytesOf = (maximum: number) => fc.uint8Array({ minLength: 1, maxLength: maximum });

const MESSAGES: fc.Arbitrary<SocketMessage> = fc.oneof(
  fc.constant({ kind: "down" } as const),
  fc.record({
    kind: fc.constant("record" as const),
    isHandshake: fc.boolean(),
    bytes: fc.uint8Array({ maxLength: 200 }),
  }),
  fc.record({
    kind: fc.constant("open" as const),
    hostHello: bytesOf(100),
    deviceHello: bytesOf(100),
    epoch: fc.nat(0xffff),
    channel: fc.nat(LIMITS.channels - 1),
    counter: fc.nat(0xffff),
  }),
);

test("golden bytes", () => {
  const hexOf = (message: SocketMessage) => Buffer.from(frameMessage(message)).toString("hex");
  expect(hexOf({ kind: "down" })).toBe("00000007a10064646f776e");
  expect(hexOf({ kind: "record", isHandshake: true, bytes: Uint8Array.of(0xff, 0, 7) })).toBe(
    "00000010a300667265636f726401f50243ff0007",
  );
  expect(
    hexOf({
      kind: "open",
      hostHello: Uint8Array.of(1),
      deviceHello: Uint8Array.of(2),
      epoch: 0xbeef,
      channel: 7,
      counter: 300,
    }),
  ).toBe("00000017a600646f70656e0141010241020319beef04070519012c");
});

test("whatever is sent is read, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(MESSAGES, { maxLength: 6 }),
      fc.integer({ min: 1, max: 97 }),
      (all, cut) => {
        const stream = Uint8Array.from(Buffer.concat(all.map(frameMessage)));
        const reader = createMessageReader(SOCKET_LIMITS.fromLink);
        const read: SocketMessage[] = [];
        for (let at = 0; at < stream.length; at += cut) {
          reader.push(stream.subarray(at, at + cut));
          for (let next = reader.next(); next.kind === "message"; next = reader.next()) {
            read.push(next.message);
          }
        }
        expect(read).toEqual([...all]);
        expect(reader.held()).toBe(0);
      },
    ),
    seeded(200),
  );
});

const lengthOf = (length: number): Uint8Array => {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, length);
  return head;
};

const framed = (value: unknown): Uint8Array => {
  const body = encodeCbor(value);
  return Uint8Array.from([...lengthOf(body.length), ...body]);
};

test.each([
  ["a length beyond the limit, by the length alone", lengthOf(SOCKET_LIMITS.fromClient + 1)],
  ["the greatest length", lengthOf(0xffff_ffff)],
  ["no bytes at all", lengthOf(0)],
  ["no CBOR", Uint8Array.of(0, 0, 0, 1, 0xff)],
  ["no map", framed("down")],
  ["a message of no known kind", framed(new Map([[0, "hello"]]))],
  [
    "a member too many",
    framed(
      new Map<number, unknown>([
        [0, "down"],
        [1, true],
      ]),
    ),
  ],
  [
    "a record that is too long",
    framed(
      new Map<number, unknown>([
        [0, "record"],
        [1, false],
        [2, new Uint8Array(LIMITS.record + 1)],
      ]),
    ),
  ],
  [
    "CBOR with a longer form than need be",
    Uint8Array.from([...lengthOf(8), 0xa1, 0x18, 0, ...Buffer.from("64646f776e", "hex")]),
  ],
])("%s is malformed", (_, bytes) => {
  const reader = createMessageReader(SOCKET_LIMITS.fromClient);
  reader.push(bytes);
  expect(reader.next()).toEqual({ kind: "malformed" });
});

test("the longest record fits its limit", () => {
  const message = {
    kind: "record",
    isHandshake: false,
    bytes: new Uint8Array(LIMITS.record),
  } as const;
  const reader = createMessageReader(SOCKET_LIMITS.fromClient);
  reader.push(frameMessage(message));
  expect(reader.next()).toEqual({ kind: "message", message });
});

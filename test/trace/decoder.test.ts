/** From a line's bytes to a trace: frames, records, pieces that are none, and never a secret. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createTraceDecoder } from "../../host/trace/decoder.ts";
import { itemEvent, itemText, type LineItem } from "../../host/trace/index.ts";
import { encodeAs } from "../../protocol/cbor/cbor.ts";
import { encodeFrame, FLAGS, type Frame } from "../../protocol/frame/frame.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { handshakeRecord, refusalRecord } from "../../protocol/session/binding.ts";
import { seeded } from "../firmware/outcomes.ts";

const EPOCH = 0xbeef;

const frame = (parts: Partial<Frame>): Uint8Array =>
  encodeFrame({
    type: "data",
    flags: FLAGS.device,
    epoch: EPOCH,
    seq: 0,
    ack: 0,
    window: 8,
    channel: 0,
    payload: new Uint8Array(0),
    ...parts,
  });

const WHOLE = FLAGS.device | FLAGS.first | FLAGS.last;
const helloAck = frame({ type: "helloAck", payload: Uint8Array.of(1, 2) });

/** A decoder that has seen a link come up. */
const onLink = () => {
  const decoder = createTraceDecoder();
  decoder.take("in", helloAck, 0);
  return decoder;
};

const textsOf = (items: readonly LineItem[]): readonly string[] => items.map(itemText);

const golden = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

test("SPEC, section 1: the golden frames, as a person reads them", () => {
  const decoder = onLink();
  const ping = golden("00 0216010408beef01010102080d01020304050607085d73629f 00");
  const ack = golden("00 0314800103beef0101030708055454ddac 00");
  const data = golden("00 0313030403beef020101020802a1060135663283 00");
  expect(textsOf(decoder.take("out", ping, 1))).toEqual([
    "       1.0  out  PING       epoch beef  ack 0  window 8  8 bytes",
  ]);
  expect(textsOf(decoder.take("in", ack, 2.5))).toEqual([
    "       2.5  in   ACK        epoch beef  ack 7  window 8  0 bytes",
  ]);
  expect(textsOf(decoder.take("out", data, 10_000))).toEqual([
    "   10000.0  out  DATA       epoch beef  ch 0  seq 1  ack 0  window 8  3 bytes" +
      "  [first last]  (others are missing before it)",
  ]);
});

test("a record is told once, when all its frames have come", () => {
  const decoder = onLink();
  const first = frame({ flags: FLAGS.device | FLAGS.first, payload: new Uint8Array(100) });
  const last = frame({ flags: FLAGS.device | FLAGS.last, seq: 1, payload: new Uint8Array(7) });
  const kinds = (bytes: Uint8Array, atMs: number) =>
    decoder.take("in", bytes, atMs).map((item) => (item.kind === "frame" ? item.fate : item));
  expect(kinds(first, 1)).toEqual([undefined]);
  expect(kinds(first, 2)).toEqual(["repeated"]);
  expect(kinds(last, 3)).toEqual([
    undefined,
    { kind: "record", atMs: 3, direction: "in", channel: 0, says: { is: "transport" }, bytes: 107 },
  ]);
  expect(kinds(last, 4)).toEqual(["repeated"]);
});

test("handshakes say pattern and counter, refusals their counter", () => {
  const decoder = onLink();
  const flags = WHOLE | FLAGS.handshake;
  const records = [
    handshakeRecord("NN", 1, new Uint8Array(32)),
    handshakeRecord("NNpsk0", 2, new Uint8Array(48)),
    handshakeRecord("IK", 300, new Uint8Array(96)),
    refusalRecord(0),
    Uint8Array.of(9, 9, 9, 9),
  ];
  const said = records.flatMap((payload, seq) =>
    decoder.take("in", frame({ flags, seq, channel: 3, payload }), seq).slice(1),
  );
  expect(said.map(itemText)).toEqual([
    "       0.0  in   record     ch 3  handshake NN, counter 1, 35 bytes",
    "       1.0  in   record     ch 3  handshake NNpsk0, counter 2, 51 bytes",
    "       2.0  in   record     ch 3  handshake IK, counter 300, 99 bytes",
    "       3.0  in   record     ch 3  refused, counter 0",
    "       4.0  in   record     ch 3  malformed, 4 bytes",
  ]);
  expect(said.slice(2, 4).map(itemEvent)).toEqual([
    {
      event: "record",
      atMs: 2,
      direction: "in",
      channel: 3,
      bytes: 99,
      is: "handshake",
      pattern: "IK",
      counter: 300,
    },
    { event: "record", atMs: 3, direction: "in", channel: 3, bytes: 3, is: "refusal", counter: 0 },
  ]);
});

test("pieces that are no frame say why", () => {
  const decoder = onLink();
  const spoilt = Uint8Array.from(frame({ flags: WHOLE }));
  spoilt[5] = (spoilt[5] ?? 0) ^ 0x10;
  expect(textsOf(decoder.take("in", spoilt, 1))).toEqual([
    `       1.0  in   dropped    ${spoilt.length - 2} bytes: fails its check`,
  ]);
  const strange = frame({ type: "ack", seq: 7 });
  expect(textsOf(decoder.take("in", strange, 2))).toEqual([
    `       2.0  in   dropped    ${strange.length - 2} bytes: its header means nothing`,
  ]);
  expect(decoder.take("in", frame({ flags: WHOLE }).subarray(0, 9), 3)).toEqual([]);
  expect(
    textsOf(decoder.take("in", frame({ type: "pong", payload: new Uint8Array(8) }), 900)),
  ).toEqual([
    "     900.0  in   dropped    8 bytes: its end did not come in time",
    "     900.0  in   PONG       epoch beef  ack 0  window 8  8 bytes",
  ]);
});

test("a line that is looped back, one of another link, and noise, in words", () => {
  const decoder = onLink();
  const hello = frame({ type: "hello", flags: 0, epoch: 0, payload: Uint8Array.of(1) });
  expect(textsOf(decoder.take("in", hello, 1))).toEqual([
    "       1.0  in   HELLO      epoch 0000  ack 0  window 8  1 bytes  (our own, come back)",
    "       1.0  in   note       the line returns our own bytes: it is looped back",
  ]);
  expect(textsOf(decoder.take("in", frame({ flags: WHOLE, epoch: 1 }), 2))).toEqual([
    "       2.0  in   DATA       epoch 0001  ch 0  seq 0  ack 0  window 8  0 bytes  [first last]" +
      "  (of another link)",
  ]);
  const notes = [];
  for (let atMs = 3000; atMs < 9000; atMs += 100) {
    const items = decoder.take("in", Uint8Array.of(0x55, 0xaa, 0), atMs);
    notes.push(...items.filter(({ kind }) => kind === "note"));
  }
  expect(textsOf(notes).map((text) => text.slice(17))).toEqual([
    "note       bytes come, but no frames among them: is the baud rate right?",
  ]);
});

test("bytes of a record stand in no line and no event, whatever they are", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 24, maxLength: 300 }),
      fc.boolean(),
      (secret, isHandshake) => {
        const decoder = onLink();
        const payload = isHandshake ? handshakeRecord("IK", 1, secret) : secret;
        const flags = WHOLE | (isHandshake ? FLAGS.handshake : 0);
        const items = decoder.take("in", frame({ flags, payload }), 1);
        const said = items.map((item) => itemText(item) + JSON.stringify(itemEvent(item))).join("");
        expect(items).toHaveLength(2);
        expect(said).not.toContain(Buffer.from(secret.subarray(0, 4)).toString("hex"));
        expect(said).not.toContain(String(secret.subarray(0, 8)));
      },
    ),
    seeded(100),
  );
});

test("any bytes, however they are cut, give items and no end", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (chunks) => {
      const decoder = createTraceDecoder();
      const items = chunks.flatMap((bytes, i) => decoder.take(i % 3 ? "in" : "out", bytes, i * 90));
      for (const item of items) expect(itemText(item)).toMatch(/^ *\d+\.\d {2}(?:in |out) {2}\S/);
    }),
    seeded(200),
  );
});

test("a greeting tells what a side says of itself, and no nonce", () => {
  const nonce = new Uint8Array(16).fill(0x5a);
  const hello = {
    side: "device" as const,
    oldest: 1,
    newest: 2,
    nonce,
    frameLimit: 4096,
    window: 32,
    suites: ["25519_AESGCM_SHA256"],
    features: [],
    bootId: new Uint8Array(16).fill(0xb0),
    phase: "sealed" as const,
  };
  const decoder = createTraceDecoder();
  const items = decoder.take("in", frame({ type: "helloAck", payload: encodeAs(HELLO, hello) }), 1);
  const said = "versions 1 to 2, frames of 4096, 25519_AESGCM_SHA256, sealed";
  expect(textsOf(items)[0]).toContain(said);
  const events = JSON.stringify(items.map(itemEvent));
  expect(events).toContain(`"bootId":"${"b0".repeat(16)}"`);
  expect(events).not.toContain(nonce.toHex());
});

/**
 * Golden bytes of protocol version 1. Nobody edits them: peers in the field have them. A change
 * of the protocol is a new version and brings v02.test.ts and v02/ beside these.
 *
 * Frames (SPEC, section 1) and the payloads of the greeting (section 2). Written with another
 * program's CRC-32C, COBS and CBOR.
 */
import type { Frame } from "../../../protocol/frame/frame.ts";
import type { Hello } from "../../../protocol/link/hello.ts";

/** A frame and its bytes, delimiters included. */
export interface GoldenFrame {
  readonly name: string;
  readonly frame: Frame;
  readonly hex: string;
}

/** The payload of a greeting and its bytes. */
export interface GoldenHello {
  readonly name: string;
  readonly hello: Hello;
  readonly hex: string;
}

const HELLO =
  "a80064686f7374010102010350101112131415161718191a1b1c1d1e1f04190200050806817332353531395f41455347434d5f5348413235360780";
const HELLO_ACK =
  "aa0066646576696365010102010350202122232425262728292a2b2c2d2e2f0419100005182006817332353531395f41455347434d5f534841323536078167666561747572650850b0b1b2b3b4b5b6b7b8b9babbbcbdbebf09667365616c6564";

/** Both greetings. The device's has every member. */
export const HELLOS: readonly GoldenHello[] = [
  {
    name: "HELLO",
    hello: {
      side: "host",
      oldest: 1,
      newest: 1,
      nonce: Uint8Array.fromHex("101112131415161718191a1b1c1d1e1f"),
      frameLimit: 512,
      window: 8,
      suites: ["25519_AESGCM_SHA256"],
      features: [],
    },
    hex: HELLO,
  },
  {
    name: "HELLO_ACK",
    hello: {
      side: "device",
      oldest: 1,
      newest: 1,
      nonce: Uint8Array.fromHex("202122232425262728292a2b2c2d2e2f"),
      frameLimit: 4096,
      window: 32,
      suites: ["25519_AESGCM_SHA256"],
      features: ["feature"],
      bootId: Uint8Array.fromHex("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"),
      phase: "sealed",
    },
    hex: HELLO_ACK,
  },
];

/** The epoch of these two HELLOs. */
export const HELLO_EPOCH = 0x89c7;

/** A frame of each type. */
export const FRAMES: readonly GoldenFrame[] = [
  {
    name: "HELLO, on its way to a device of unknown epoch",
    frame: {
      type: "hello",
      flags: 0x00,
      epoch: 0,
      seq: 0,
      ack: 0,
      window: 8,
      channel: 0,
      payload: Uint8Array.fromHex(HELLO),
    },
    hex: "00021101023b0101010101020802a81f64686f7374010102010350101112131415161718191a1b1c1d1e1f0419021f050806817332353531395f41455347434d5f534841323536078055d9a80500",
  },
  {
    name: "HELLO_ACK of a sealed device",
    frame: {
      type: "helloAck",
      flags: 0x80,
      epoch: HELLO_EPOCH,
      seq: 0,
      ack: 0,
      window: 32,
      channel: 0,
      payload: Uint8Array.fromHex(HELLO_ACK),
    },
    hex: "00031280046089c7010101022002aa2166646576696365010102010350202122232425262728292a2b2c2d2e2f0419104205182006817332353531395f41455347434d5f534841323536078167666561747572650850b0b1b2b3b4b5b6b7b8b9babbbcbdbebf09667365616c656405c273f300",
  },
  {
    name: "DATA 1 with a whole record",
    frame: {
      type: "data",
      flags: 0x03,
      epoch: 0xbeef,
      seq: 1,
      ack: 0,
      window: 8,
      channel: 0,
      payload: Uint8Array.fromHex("a10001"),
    },
    hex: "000313030403beef020101020802a106013566328300",
  },
  {
    name: "DATA 65535, the first of a handshake record, channel 7",
    frame: {
      type: "data",
      flags: 0x05,
      epoch: 0xbeef,
      seq: 65535,
      ack: 0x100,
      window: 32,
      channel: 7,
      payload: Uint8Array.fromHex("020001"),
    },
    hex: "000313050703beefffff010420070206012694240e00",
  },
  {
    name: "DATA 0 again, the last of its record, 254 bytes without a zero",
    frame: {
      type: "data",
      flags: 0x8a,
      epoch: 0xbeef,
      seq: 0,
      ack: 0xffff,
      window: 0,
      channel: 3,
      payload: new Uint8Array(254).fill(0xa5),
    },
    hex: "0003138a04febeef0103ffffff03a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a504a5bac902ad00",
  },
  {
    name: "DATA 2 with an empty record",
    frame: {
      type: "data",
      flags: 0x03,
      epoch: 0xbeef,
      seq: 2,
      ack: 3,
      window: 8,
      channel: 0,
      payload: new Uint8Array(0),
    },
    hex: "000313030103beef02020303080577dee26600",
  },
  {
    name: "the device's ACK of 7",
    frame: {
      type: "ack",
      flags: 0x80,
      epoch: 0xbeef,
      seq: 0,
      ack: 7,
      window: 8,
      channel: 0,
      payload: new Uint8Array(0),
    },
    hex: "000314800103beef0101030708055454ddac00",
  },
  {
    name: "the device's NAK: 1234 was expected",
    frame: {
      type: "nak",
      flags: 0x80,
      epoch: 0xbeef,
      seq: 0,
      ack: 0x1234,
      window: 8,
      channel: 0,
      payload: new Uint8Array(0),
    },
    hex: "000315800103beef01041234080548eeddcd00",
  },
  {
    name: "PING",
    frame: {
      type: "ping",
      flags: 0x00,
      epoch: 0xbeef,
      seq: 0,
      ack: 0,
      window: 8,
      channel: 0,
      payload: Uint8Array.fromHex("0102030405060708"),
    },
    hex: "000216010408beef01010102080d01020304050607085d73629f00",
  },
  {
    name: "PONG",
    frame: {
      type: "pong",
      flags: 0x80,
      epoch: 0xbeef,
      seq: 0,
      ack: 0,
      window: 8,
      channel: 0,
      payload: Uint8Array.fromHex("0102030405060708"),
    },
    hex: "000317800408beef01010102080d0102030405060708ef722f4f00",
  },
  {
    name: "RESET, window 0",
    frame: {
      type: "reset",
      flags: 0x00,
      epoch: 0xbeef,
      seq: 0,
      ack: 0x201,
      window: 0,
      channel: 0,
      payload: new Uint8Array(0),
    },
    hex: "000218010103beef0103020101050b6e4a9900",
  },
];

/** The frames whose bytes the wire's description fixes. Nobody edits them: peers in the field. */
import type { Frame } from "../../../protocol/frame/frame.ts";

const hex = (digits: string): Uint8Array => Uint8Array.fromHex(digits.replaceAll(" ", ""));

/** A frame and its bytes. */
export interface Golden {
  readonly name: string;
  readonly frame: Frame;
  readonly bytes: Uint8Array;
}

/** All of them. */
export const GOLDEN: readonly Golden[] = [
  {
    name: "PING with the nonce 0102030405060708",
    frame: {
      type: "ping",
      flags: 0,
      epoch: 0xbeef,
      seq: 0,
      ack: 0,
      window: 8,
      channel: 0,
      payload: hex("0102030405060708"),
    },
    bytes: hex("00 0216010408beef01010102080d01020304050607085d73629f 00"),
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
      payload: hex(""),
    },
    bytes: hex("00 0314800103beef0101030708055454ddac 00"),
  },
  {
    name: "DATA 1 with a whole record",
    frame: {
      type: "data",
      flags: 3,
      epoch: 0xbeef,
      seq: 1,
      ack: 0,
      window: 8,
      channel: 0,
      payload: hex("a10001"),
    },
    bytes: hex("00 0313030403beef020101020802a1060135663283 00"),
  },
];

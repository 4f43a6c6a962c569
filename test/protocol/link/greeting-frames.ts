/** Frames of one's own making, for tests that play one end of a link by hand. */
import { createHash } from "node:crypto";
import { decodeAs, encodeAs } from "../../../protocol/cbor/cbor.ts";
import {
  createFrameReader,
  encodeFrame,
  FLAGS,
  type Frame,
} from "../../../protocol/frame/frame.ts";
import { HELLO, type Hello, SUITES } from "../../../protocol/link/hello.ts";

const EMPTY: Omit<Frame, "type"> = {
  flags: 0,
  epoch: 0,
  seq: 0,
  ack: 0,
  window: 1,
  channel: 0,
  payload: new Uint8Array(0),
};

/** The bytes of a frame; what is not named is zero. */
export const frameBytes = (parts: Partial<Frame> & Pick<Frame, "type">): Uint8Array =>
  encodeFrame({ ...EMPTY, ...parts });

/** A host's HELLO, with what is to be different about it. */
export const helloBytes = (nonce: Uint8Array, changes: Partial<Hello> = {}): Uint8Array => {
  const body: Hello = {
    side: "host",
    oldest: 1,
    newest: 1,
    nonce,
    frameLimit: 512,
    window: 1,
    suites: [...SUITES],
    features: [],
    ...changes,
  };
  return frameBytes({ type: "hello", payload: encodeAs(HELLO, body) });
};

/** A device's HELLO_ACK to what a host said, with what is to be different about it. */
export const answerBytes = (hello: Frame | undefined, changes: Partial<Hello> = {}): Uint8Array => {
  const asked = decodeAs(HELLO, hello?.payload ?? EMPTY.payload);
  if (asked === undefined) throw new Error("the host says no HELLO");
  const body = { ...asked, side: "device" as const, nonce: new Uint8Array(16).fill(9), ...changes };
  const hash = createHash("sha256").update(asked.nonce).update(body.nonce).digest();
  const epoch = hash.readUInt16BE(0) || 1;
  return frameBytes({
    type: "helloAck",
    epoch,
    flags: FLAGS.device,
    payload: encodeAs(HELLO, body),
  });
};

/** The frames in what an end wrote. */
export const framesIn = (written: readonly Uint8Array[]): readonly Frame[] => {
  const reader = createFrameReader();
  return written.flatMap((bytes) => [...reader.push(bytes)]);
};

/** The flags of a whole record in one frame. */
export const WHOLE = FLAGS.first | FLAGS.last;

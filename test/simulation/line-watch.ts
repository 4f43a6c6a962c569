/**
 * What a boot says and hears on its line: nothing before a valid HELLO, at most two answers a
 * second, no more frames than the host takes, no fourth PING to nobody, and every byte kept for
 * the search for secrets.
 */
import type { Link } from "../../firmware/hal.ts";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { createFrameReader, FLAGS, type Frame } from "../../protocol/frame/frame.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { frameOf } from "../../hardware/emulator/kit/faults/frames.ts";
import type { Findings } from "./findings.ts";
import { createPingWatch } from "./ping-watch.ts";
import { createWindowWatch } from "./window-watch.ts";

/** Type and version of a HELLO_ACK, as COBS leaves it: the third byte of a chunk. */
const HELLO_ACK = 0x12;
const SPAN_MS = 1_000;
/** And one that the line took late. */
const MOST_ANSWERS = 3;

const isHello = ({ type, flags, payload }: Frame): boolean =>
  type === "hello" && (flags & FLAGS.device) === 0 && decodeAs(HELLO, payload)?.side === "host";

/** The same line, watched. `onSend` gets every byte that leaves. */
export const watchLine = (
  line: Link,
  nowMs: () => number,
  findings: Findings,
  onSend: (bytes: Uint8Array) => void,
): Link => {
  let reader = createFrameReader();
  let windows = createWindowWatch();
  const pings = createPingWatch();
  let wasGreeted = false;
  let answersAtMs: readonly number[] = [];
  const answer = (): void => {
    const atMs = nowMs();
    answersAtMs = [...answersAtMs, atMs].filter((one) => atMs - one < SPAN_MS);
    findings.expect(
      answersAtMs.length <= MOST_ANSWERS,
      "silent",
      () => "answers in quick succession",
    );
  };
  return {
    ...line,
    send: (bytes) => {
      findings.expect(wasGreeted, "silent", () => `${bytes.length} bytes before any HELLO`);
      findings.expect(line.hasRoom(), "bounded", () => "the device sends though there is no room");
      if (bytes[2] === HELLO_ACK) answer();
      const frame = frameOf(bytes);
      const isWithin = frame === undefined || windows.sent(frame);
      findings.expect(isWithin, "bounded", () => `frame ${frame?.seq} is beyond the window`);
      const isSensible = frame === undefined || pings.sent(frame, nowMs());
      findings.expect(isSensible, "givesUp", () => `the device asks link ${frame?.epoch} again`);
      onSend(bytes);
      line.send(bytes);
    },
    onReceive: (action) =>
      line.onReceive((bytes) => {
        pings.heard(nowMs());
        for (const frame of reader.push(bytes)) {
          wasGreeted ||= isHello(frame);
          // An echo of its own says nothing to the device.
          if ((frame.flags & FLAGS.device) === 0) windows.received(frame);
        }
        action(bytes);
      }),
    onCable: (action) =>
      line.onCable((attached) => {
        wasGreeted = false;
        answersAtMs = [];
        reader = createFrameReader();
        windows = createWindowWatch();
        action(attached);
      }),
  };
};

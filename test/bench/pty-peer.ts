/**
 * The device's end of the pty bench, a process of its own: with `bare` it answers bytes, with
 * `layers` messages, through the firmware's own line and sessions. It says its path on standard
 * output and ends with its standard input.
 */
import { randomBytes } from "node:crypto";
import { serveLine } from "../../firmware/line.ts";
import { createClock } from "../../hardware/emulator/board/clock.ts";
import { openPty } from "../../hardware/emulator/lines/pty.ts";
import { createCrypto } from "../../hardware/secrets/index.ts";
import { noiseSuite } from "../../host/driver/index.ts";
import { decodeMessage, type Message } from "../../protocol/call/envelope.ts";

/** Bytes of an echo. */
const ECHO = 64;
/** What the bulk's last piece begins with: its end is answered. */
const END = 0xe0;

const pty = openPty(undefined);
if (!pty.ok) throw new Error(pty.error);
const line = pty.value;

/** Answers each 64 bytes, and one byte for the end of a bulk. */
const serveBare = (): void => {
  let bulk = 0;
  let expected = 0;
  line.onReceive((bytes) => {
    if (expected === 0 && bytes.length >= 5 && bytes[0] === END) {
      expected = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
      bulk = 0;
    }
    if (expected === 0) {
      line.send(bytes);
      return;
    }
    bulk += bytes.length;
    if (bulk < expected) return;
    expected = 0;
    line.send(Uint8Array.of(END));
  });
};

/** A request is answered with its own params; of chunks only the one that says it is the last. */
const replyTo = (plaintext: Uint8Array): Message | undefined => {
  const message = decodeMessage(plaintext);
  if (!message.ok) return undefined;
  const { value } = message;
  if (value.kind === "request") return { kind: "result", id: value.id, result: value.params };
  const isLast = value.kind === "chunk" && value.bytes.length === ECHO;
  return isLast ? { kind: "result", id: value.id, result: value.offset } : undefined;
};

const serveLayers = (): void => {
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  serveLine({
    hal: { clock: createClock(), crypto: createCrypto(), link: line },
    calls: {
      take: (plaintext, origin) => {
        const reply = replyTo(plaintext);
        if (reply !== undefined) origin.send([reply]);
      },
      leave: () => undefined,
    },
    responder: {
      suite: noiseSuite,
      ephemeral: () => noiseSuite.keyPair(random(32)),
      linkKey: () => undefined,
      pairingKey: () => undefined,
      onPairingOpened: () => undefined,
      onPairingFailed: () => undefined,
      accepts: () => false,
    },
    state: () => ({ bootId: new Uint8Array(16), phase: "sealed" }),
    nonce: () => random(16),
    onTurn: () => undefined,
    onFault: () => {
      throw new Error("a fault");
    },
  });
};

if (process.argv[2] === "bare") serveBare();
else serveLayers();
process.stdout.write(`${line.path}\n`);
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();

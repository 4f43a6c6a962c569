/**
 * Protocol version 1, byte for byte, in both directions. Never edited: neither this file nor the
 * folder v01/ beside it, but for what is added to them. A change of the protocol is a new version:
 * it adds v02.test.ts and v02/, and this one goes on passing, because old peers go on calling.
 */
import { describe, expect, test } from "bun:test";
import {
  CALL_PHASES,
  decodeMessage,
  encodeMessage,
  MESSAGE_KINDS,
} from "../../protocol/call/envelope.ts";
import { decodeAs, encodeAs } from "../../protocol/cbor/cbor.ts";
import { readWire, type Schema } from "../../protocol/cbor/schema.ts";
import { commandOfCode, isCommandName, REGISTRY } from "../../protocol/commands/registry.ts";
import { ERROR_NAMES, ERRORS } from "../../protocol/errors.ts";
import {
  createFrameReader,
  decodeFrame,
  encodeFrame,
  FLAGS,
  FRAME_TYPES,
} from "../../protocol/frame/frame.ts";
import { HELLO } from "../../protocol/link/hello.ts";
import { PHASES } from "../../protocol/phase.ts";
import { prologueOf, refusalRecord } from "../../protocol/session/binding.ts";
import { createInitiator, type Opening } from "../../protocol/session/initiator.ts";
import { SESSION_CLAIM } from "../../protocol/session/pairing.ts";
import { createResponder } from "../../protocol/session/responder.ts";
import { ROLES } from "../../protocol/session/role.ts";
import { noiseSuite } from "../../host/driver/index.ts";
import { CALLS, KEY } from "./v01/calls.ts";
import { FRAMES, HELLO_EPOCH, HELLOS } from "./v01/frames.ts";
import * as golden from "./v01/handshake.ts";
import { MESSAGES } from "./v01/messages.ts";
import * as names from "./v01/names.ts";

const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex);

const read = (schema: Schema<unknown>, wire: unknown): unknown => readWire(schema, wire);

describe("frames", () => {
  for (const { name, frame, hex } of FRAMES) {
    test(name, () => {
      expect(encodeFrame(frame).toHex()).toBe(hex);
      expect(decodeFrame(bytes(hex.slice(2, -2)))).toEqual(frame);
      expect(createFrameReader().push(bytes(hex))).toEqual([frame]);
    });
  }
  test("of every type", () => {
    const types: readonly string[] = FRAMES.map(({ frame }) => frame.type);
    expect([...new Set(types)]).toEqual(Object.keys(names.FRAME_TYPES));
  });
});

describe("greetings", () => {
  for (const { name, hello, hex } of HELLOS) {
    test(name, () => {
      expect(encodeAs(HELLO, hello).toHex()).toBe(hex);
      expect(decodeAs(HELLO, bytes(hex))).toEqual(hello);
    });
  }
  test("a member of a later version is ignored", () => {
    for (const { hello, hex } of HELLOS) {
      const count = Number.parseInt(hex.slice(0, 2), 16) + 1;
      const later = `${count.toString(16)}${hex.slice(2)}17a0`; // 23: {}
      expect(decodeAs(HELLO, bytes(later))).toEqual(hello);
    }
  });
  test("the epoch is the first two bytes of SHA-256(host nonce, device nonce)", () => {
    const hash = new Bun.CryptoHasher("sha256");
    for (const { hello } of HELLOS) hash.update(hello.nonce);
    expect(hash.digest("hex").slice(0, 4)).toBe(HELLO_EPOCH.toString(16));
  });
});

describe("messages", () => {
  for (const { name, message, hex } of MESSAGES) {
    test(name, () => {
      expect(encodeMessage(message).toHex()).toBe(hex);
      expect(decodeMessage(bytes(hex))).toEqual({ ok: true, value: message });
    });
  }
  test("of every kind", () => {
    const kinds: readonly string[] = MESSAGES.map(({ message }) => message.kind);
    expect([...new Set(kinds)]).toEqual(Object.keys(names.MESSAGE_KINDS));
  });
});

describe("calls", () => {
  for (const { command, code, params, request, result, answer } of CALLS) {
    test(command, () => {
      if (!isCommandName(command)) throw new Error(`${command} is gone`);
      const schemas = REGISTRY[command];
      expect([schemas.code, commandOfCode(code)]).toEqual([code, command]);
      expect([schemas.params.check(params), schemas.result.check(result)]).toEqual([true, true]);

      const [asks, answers] = [schemas.params.toWire(params), schemas.result.toWire(result)];
      const asked = { kind: "request", id: 7, code, idempotencyKey: KEY, params: asks } as const;
      const answered = { kind: "result", id: 7, result: answers } as const;
      expect(encodeMessage(asked).toHex()).toBe(request);
      expect(encodeMessage(answered).toHex()).toBe(answer);

      expect(decodeMessage(bytes(request))).toEqual({ ok: true, value: asked });
      expect(decodeMessage(bytes(answer))).toEqual({ ok: true, value: answered });
      expect(read(schemas.params, asks)).toEqual(params);
      expect(read(schemas.result, answers)).toEqual(result);
    });
  }
});

describe("names and numbers", () => {
  test("frame types, flags and kinds of messages keep their numbers", () => {
    expect(FRAME_TYPES).toMatchObject(names.FRAME_TYPES);
    expect(FLAGS).toMatchObject(names.FLAGS);
    expect(MESSAGE_KINDS).toMatchObject(names.MESSAGE_KINDS);
  });
  test("roles, phases and what a call is busy with have these names, in any order", () => {
    const now: ReadonlySet<string> = new Set([...ROLES, ...PHASES, ...CALL_PHASES]);
    const then = [...names.ROLES, ...names.PHASES, ...names.CALL_PHASES];
    expect(then.filter((name) => !now.has(name))).toEqual([]);
  });
  test("each error keeps its code", () => {
    const codes = Object.fromEntries(ERROR_NAMES.map((name) => [name, ERRORS[name].code]));
    expect(codes).toMatchObject(names.ERROR_CODES);
  });
});

describe("sessions", () => {
  const [hello, helloAck] = HELLOS;
  const binding = {
    hellos: { host: bytes(hello?.hex ?? ""), device: bytes(helloAck?.hex ?? "") },
    epoch: HELLO_EPOCH,
    channel: golden.CHANNEL,
  };
  const key = (name: keyof typeof golden.SECRETS) => noiseSuite.keyPair(golden.SECRETS[name]);
  const [, paired] = golden.CLAIMS;

  test("the prologue", () => {
    expect(prologueOf(binding, 0x0102).toHex()).toBe(golden.PROLOGUE);
  });
  test("claims and refusals", () => {
    for (const { claim, hex } of golden.CLAIMS) {
      expect(encodeAs(SESSION_CLAIM, claim).toHex()).toBe(hex);
      expect(decodeAs(SESSION_CLAIM, bytes(hex))).toEqual(claim);
    }
    for (const { counter, hex } of golden.REFUSALS) {
      expect(refusalRecord(counter).toHex()).toBe(hex);
    }
  });
  const openings: Readonly<Record<"NN" | "NNpsk0" | "IK", Opening>> = {
    NN: { pattern: "NN" },
    NNpsk0: { pattern: "NNpsk0", psk: golden.SECRETS.psk },
    IK: {
      pattern: "IK",
      hostKey: key("hostStatic"),
      deviceKey: key("deviceStatic").publicKey,
      claim: bytes(paired.hex),
    },
  };
  for (const session of golden.SESSIONS) {
    test(session.pattern, () => {
      const host = createInitiator(noiseSuite, binding, session.counter - 1);
      const device = createResponder(
        {
          suite: noiseSuite,
          ephemeral: () => key("deviceEphemeral"),
          linkKey: () => key("deviceStatic"),
          pairingKey: () => golden.SECRETS.psk,
          onPairingOpened: () => undefined,
          onPairingFailed: () => undefined,
          accepts: (hostKey, claim) =>
            hostKey.toHex() === key("hostStatic").publicKey.toHex() &&
            claim.credential?.toHex() === paired.claim.credential.toHex(),
        },
        binding,
      );
      const first = host.begin(openings[session.pattern], key("hostEphemeral"), 0);
      expect(sent([first])).toEqual([session.message1]);
      const second = device.take(bytes(session.message1), true, 0);
      expect(sent(second)).toEqual([session.message2]);
      expect(sent(host.take(bytes(session.message2), true, 0))).toEqual([session.confirmation]);
      const began = device.take(bytes(session.confirmation), false, 0);
      expect(sent(began)).toEqual([session.confirmed]);
      expect(
        began.flatMap((one) => (one.kind === "began" ? [one.handshakeHash.toHex()] : [])),
      ).toEqual([session.hash]);
      expect(host.take(bytes(session.confirmed), false, 0)).toEqual([
        { kind: "began", pattern: session.pattern, handshakeHash: bytes(session.hash) },
      ]);
      expect(host.seal(bytes(golden.FIRST.request), 0)?.toHex()).toBe(session.request);
      expect(device.take(bytes(session.request), false, 0)).toEqual([
        { kind: "plaintext", plaintext: bytes(golden.FIRST.request) },
      ]);
      expect(device.seal(bytes(golden.FIRST.answer), 0)?.toHex()).toBe(session.answer);
    });
  }
});

/** The records that events send, in hex. */
const sent = (
  events: readonly { readonly kind: string; readonly record?: Uint8Array }[],
): readonly string[] =>
  events.flatMap(({ record }) => (record === undefined ? [] : [record.toHex()]));

/**
 * Golden bytes of protocol version 1. Nobody edits them: peers in the field have them. A change
 * of the protocol is a new version and brings v02.test.ts and v02/ beside these.
 *
 * A message of each kind (SPEC, section 4). Written with another program's CBOR.
 */
import type { Message } from "../../../protocol/call/envelope.ts";

/** A message and its bytes: the plaintext of a transport record. */
export interface GoldenMessage {
  readonly name: string;
  readonly message: Message;
  readonly hex: string;
}

const bytes = (digits: string): Uint8Array => Uint8Array.fromHex(digits);
const KEY = bytes("000102030405060708090a0b0c0d0e0f");
const EMPTY_SHA256 = bytes("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

/** At least one of each kind. */
export const MESSAGES: readonly GoldenMessage[] = [
  {
    name: "a request",
    message: { kind: "request", id: 7, code: 1, idempotencyKey: KEY, params: new Map() },
    hex: "a50000010702010350000102030405060708090a0b0c0d0e0f05a0",
  },
  {
    name: "a request with a deadline",
    message: {
      kind: "request",
      id: 0xffff_ffff,
      code: 0x30,
      idempotencyKey: KEY,
      deadlineMs: 30_000,
      params: new Map([[0, bytes("70736274")]]),
    },
    hex: "a60000011affffffff0218300350000102030405060708090a0b0c0d0e0f0419753005a1004470736274",
  },
  {
    name: "a request whose params come as a body",
    message: {
      kind: "request",
      id: 8,
      code: 0x30,
      idempotencyKey: KEY,
      body: { size: 1_048_576, sha256: EMPTY_SHA256 },
    },
    hex: "a6000001080218300350000102030405060708090a0b0c0d0e0f061a00100000075820e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  },
  {
    name: "a body and a deadline",
    message: {
      kind: "request",
      id: 8,
      code: 0x30,
      idempotencyKey: KEY,
      deadlineMs: 86_400_000,
      body: { size: 1, sha256: EMPTY_SHA256 },
    },
    hex: "a7000001080218300350000102030405060708090a0b0c0d0e0f041a05265c000601075820e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  },
  {
    name: "a result",
    message: { kind: "result", id: 7, result: new Map() },
    hex: "a30001010702a0",
  },
  {
    name: "a result that came as a body",
    message: { kind: "result", id: 8, size: 5000 },
    hex: "a30001010803191388",
  },
  {
    name: "a refusal",
    message: { kind: "refusal", id: 7, error: "busy" },
    hex: "a30002010702190131",
  },
  {
    name: "a refusal with details",
    message: {
      kind: "refusal",
      id: 7,
      error: "input_foreign",
      details: { input: 2, why: "\u{fc}" },
    },
    hex: "a400020107021902c3038465696e707574026377687962c3bc",
  },
  {
    name: "a cancel",
    message: { kind: "cancel", id: 7 },
    hex: "a200030107",
  },
  {
    name: "a progress",
    message: { kind: "progress", id: 7, phase: "reviewing", done: 3, total: 400 },
    hex: "a5000401070269726576696577696e67030304190190",
  },
  {
    name: "a part of a result",
    message: { kind: "part", id: 8, offset: 4000, bytes: bytes("00ff") },
    hex: "a40005010802190fa0034200ff",
  },
  {
    name: "a credit",
    message: { kind: "credit", id: 8, have: 0, limit: 65_536 },
    hex: "a4000601080200031a00010000",
  },
  {
    name: "a chunk of a request",
    message: { kind: "chunk", id: 8, offset: 0, bytes: bytes("a100") },
    hex: "a40007010802000342a100",
  },
];

import { expect, test } from "bun:test";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { array, constantFrom, double, integer, option, property, record, string } from "fast-check";
import { checkTransaction, type CheckRequest } from "../../host/control/index.ts";
import { NETWORK_NAMES } from "../../host/withdrawal.ts";
import { checkRequest, DESCRIPTOR, TX_HEX } from "./signed-spend.ts";
import { assertSeeded } from "./seeded-property.ts";

const TX_BYTES = hexToBytes(TX_HEX);

test("no flipped bit in a signed transaction passes", () => {
  const places = integer({ min: 0, max: TX_BYTES.length - 1 });
  const flip = (place: number, bit: number): string =>
    bytesToHex(TX_BYTES.map((byte, at) => (at === place ? byte ^ (1 << bit) : byte)));
  assertSeeded(
    property(places, integer({ min: 0, max: 7 }), (place, bit) => {
      expect(checkTransaction(checkRequest({ txHex: flip(place, bit) })).ok).toBe(false);
    }),
    100,
  );
});

test("no character changed in the descriptor passes", () => {
  assertSeeded(
    property(
      integer({ min: 0, max: DESCRIPTOR.length - 1 }),
      integer({ min: 0x20, max: 0x7e }),
      (place, code) => {
        const character = String.fromCharCode(code);
        const descriptor = DESCRIPTOR.slice(0, place) + character + DESCRIPTOR.slice(place + 1);
        const { ok } = checkTransaction(checkRequest({ descriptor }));
        expect(ok).toBe(descriptor === DESCRIPTOR);
      },
    ),
    60,
  );
});

test("no request throws, and none of garbage passes", () => {
  const prevout = record({
    txid: string(),
    vout: double(),
    amountSats: double(),
    scriptHex: string(),
    path: string(),
    previousTxHex: string(),
  });
  const request = record<CheckRequest>({
    txHex: constantFrom("", "00", "zz", TX_HEX),
    descriptor: string(),
    network: constantFrom(...NETWORK_NAMES),
    prevouts: array(prevout, { maxLength: 3 }),
    payments: array(record({ address: string(), amountSats: double() }), { maxLength: 3 }),
    change: option(record({ path: string() }), { nil: undefined }),
    maxFeeSats: double(),
    minimumSigners: double(),
    lockTime: option(double(), { nil: undefined }),
  });
  assertSeeded(
    property(request, (one) => {
      const { ok, points } = checkTransaction(one);
      expect(ok).toBe(false);
      expect(points.every((point) => point.ok || (point.why ?? "") !== "")).toBe(true);
    }),
    200,
  );
});

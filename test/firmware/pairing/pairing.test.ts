/** A pairing code: how it opens, what ends it, and that nothing of it stays. */
import { describe, expect, test } from "bun:test";
import { mnemonicToEntropy, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { readPairingCode } from "../../../host/identity/index.ts";
import { DEVICE_LIMITS } from "../../../firmware/limits.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { at, errorOf, unwrap } from "../outcomes.ts";
import { createPairingRoom, deviceKeys, type PairingRoom, readyWith } from "./pairing-room.ts";

const HASH = new Uint8Array(32).fill(7);

/** Everything that a code was made of, as the board gave it. */
const traces = ({ filled, hmacs }: PairingRoom): readonly Uint8Array[] => [...filled, ...hmacs];

const expectClosed = (room: PairingRoom): void => {
  const { pairing } = room;
  expect([pairing.psk(), pairing.role(), pairing.screen()]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(pairing.hasOpened(HASH)).toBe(false);
  expect(traces(room).every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  expect(room.clock.waiting()).toBe(0);
};

describe("an open code", () => {
  test("is 12 words of BIP-39 over 16 bytes, alone on the screen", () => {
    const room = createPairingRoom();
    const words = unwrap(room.pairing.start("vault"));
    expect(words).toHaveLength(12);
    expect(validateMnemonic(words.join(" "), wordlist)).toBe(true);
    expect(at(room.filled, 0)).toEqual(mnemonicToEntropy(words.join(" "), wordlist));
    expect(room.pairing.screen()).toEqual({ kind: "pairing-code", lines: words });
    expect(room.shown).toEqual([{ kind: "pairing-code", lines: words }]);
    expect(room.pairing.role()).toBe("vault");
  });

  test("gives the key that a host makes of its words", () => {
    const { pairing } = createPairingRoom();
    const words = unwrap(pairing.start("auditor"));
    expect(pairing.psk()).toEqual(unwrap(readPairingCode(words.join(" "))));
    expect(pairing.psk()).toHaveLength(32);
  });

  test("differs from the one before", () => {
    const { pairing } = createPairingRoom();
    expect(pairing.start("vault")).not.toEqual(pairing.start("vault"));
  });

  test("keeps of what it was made of nothing but entropy and key", () => {
    const room = createPairingRoom();
    unwrap(room.pairing.start("vault"));
    const [extracted, psk] = room.hmacs;
    expect(extracted).toEqual(new Uint8Array(32));
    expect(psk).toEqual(room.pairing.psk() ?? new Uint8Array(0));
  });

  test("opens in a suspended device too, and in no other phase", () => {
    const { keys } = deviceKeys();
    expect(createPairingRoom({ phase: "suspended", keys }).pairing.start("vault").ok).toBe(true);
    const sealed = createPairingRoom({ phase: "tampered" });
    expect(() => sealed.pairing.start("vault")).toThrow("only a device that holds keys");
  });

  test("does not open without randomness, and costs no open one", () => {
    const room = createPairingRoom();
    room.failRng(true);
    expect(errorOf(room.pairing.start("vault"))).toBe("rng_failed");
    expectClosed(room);
    room.failRng(false);
    unwrap(room.pairing.start("vault"));
    room.failRng(true);
    expect(errorOf(room.pairing.start("auditor"))).toBe("rng_failed");
    expect(room.pairing.role()).toBe("vault");
  });
});

/** Fails as soon as it counts, so many times. */
const failTimes = ({ pairing, clock }: PairingRoom, times: number): void => {
  for (let i = 0; i < times; i += 1) {
    if (i > 0) clock.advance(DEVICE_LIMITS.pairingFailureMs);
    pairing.failed();
  }
};

const ENDS: readonly (readonly [string, (room: PairingRoom) => void])[] = [
  ["ten minutes", ({ clock }) => clock.advance(LIMITS.pairingMs)],
  ["three handshakes that do not open, a minute apart", (room) => failTimes(room, 3)],
  ["one use", ({ pairing }) => pairing.succeed()],
  ["a seal", ({ become }) => become({ phase: "ended", reason: "seal" })],
  ["tamper", ({ become }) => become({ phase: "tampered" })],
  ["other keys", ({ become }) => become(readyWith(deviceKeys("another seed").keys))],
];

describe("what ends a code zeroes it and gives the display back", () => {
  test.each(ENDS)("%s", (_, end) => {
    const room = createPairingRoom();
    const words = unwrap(room.pairing.start("vault"));
    room.pairing.opened(HASH);
    expect(traces(room).some((bytes) => bytes.some((byte) => byte !== 0))).toBe(true);
    end(room);
    expectClosed(room);
    expect(room.shown).toEqual([{ kind: "pairing-code", lines: words }, undefined]);
  });

  test("another code takes its place, with its own role, failures and time", () => {
    const room = createPairingRoom();
    unwrap(room.pairing.start("vault"));
    const before = traces(room);
    failTimes(room, 2);
    room.clock.advance(DEVICE_LIMITS.pairingFailureMs);
    unwrap(room.pairing.start("auditor"));
    expect(before.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
    failTimes(room, 2);
    room.clock.advance(LIMITS.pairingMs - DEVICE_LIMITS.pairingFailureMs - 1);
    expect(room.pairing.role()).toBe("auditor");
    expect(room.clock.waiting()).toBe(1);
    room.clock.advance(1);
    expectClosed(room);
  });
});

describe("a code stays", () => {
  test("until its last millisecond, and through two failures", () => {
    const room = createPairingRoom();
    unwrap(room.pairing.start("vault"));
    failTimes(room, 2);
    room.clock.advance(LIMITS.pairingMs - DEVICE_LIMITS.pairingFailureMs - 1);
    expect(room.pairing.psk()).toBeDefined();
  });

  test("through any number of failures in two minutes: a stranger cannot end it sooner", () => {
    const { pairing, clock } = createPairingRoom();
    unwrap(pairing.start("vault"));
    for (let i = 0; i < 120; i += 1) {
      for (let channel = 0; channel < LIMITS.channels; channel += 1) pairing.failed();
      expect(pairing.psk()).toBeDefined();
      clock.advance((2 * DEVICE_LIMITS.pairingFailureMs) / 120);
    }
    pairing.failed();
    expect(pairing.psk()).toBeUndefined();
  });

  test("while the same keys are suspended, resumed, and given a wallet", () => {
    const room = createPairingRoom();
    const now = room.device();
    if (now.phase !== "ready") throw new Error("a ready device");
    unwrap(room.pairing.start("vault"));
    room.become({ phase: "suspended", keys: now.keys });
    room.become({ phase: "ready", keys: { ...now.keys, wallets: [...now.keys.wallets] } });
    expect(room.pairing.role()).toBe("vault");
    expect(room.shown).toHaveLength(1);
  });

  test("not beyond its time where the timer is late", () => {
    const room = createPairingRoom(undefined, () => () => undefined);
    unwrap(room.pairing.start("vault"));
    room.clock.advance(LIMITS.pairingMs);
    expect(room.pairing.psk()).toBeUndefined();
    expectClosed(room);
  });
});

describe("sessions", () => {
  test("are bound to the code that opened them", () => {
    const { pairing } = createPairingRoom();
    unwrap(pairing.start("vault"));
    expect(pairing.hasOpened(HASH)).toBe(false);
    pairing.opened(HASH);
    expect(pairing.hasOpened(HASH)).toBe(true);
    expect(pairing.hasOpened(new Uint8Array(32))).toBe(false);
    unwrap(pairing.start("vault"));
    expect(pairing.hasOpened(HASH)).toBe(false);
  });

  test("are remembered for as many as a link has channels", () => {
    const { pairing } = createPairingRoom();
    unwrap(pairing.start("vault"));
    const hashes = Array.from({ length: LIMITS.channels + 1 }, (_, i) => Uint8Array.of(i));
    for (const hash of hashes) pairing.opened(hash);
    expect(hashes.map(pairing.hasOpened)).toEqual(hashes.map((_, i) => i > 0));
  });

  test("without a code are none, and its ends say nothing", () => {
    const room = createPairingRoom();
    room.pairing.opened(HASH);
    room.pairing.failed();
    room.pairing.succeed();
    room.pairing.deviceChanged();
    expectClosed(room);
    expect(room.shown).toEqual([]);
  });
});

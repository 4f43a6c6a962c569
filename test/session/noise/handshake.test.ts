/** A handshake between honest sides: turns, limits, what it gives, and our own mistakes. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { noiseSuite } from "../../../host/driver/noise-suite.ts";
import { createHandshake } from "../../../protocol/session/noise/handshake.ts";
import { PATTERNS, withPsks } from "../../../protocol/session/noise/patterns.ts";
import { bytes, seeded } from "../../secrets/oracles/seeded.ts";
import { createPair, IN_USE, isDead, keyPair, meet, NONE, psk, settingsOf } from "./pair.ts";

const BROKEN = "broken invariant";

describe.each(IN_USE)("%s", (name) => {
  test("any payloads arrive, and any records in both directions, past renewals of the key", () => {
    const records = fc.array(fc.tuple(fc.boolean(), bytes(0, 80)), { maxLength: 30 });
    const property = fc.property(bytes(0, 200), records, (payload, sent) => {
      const { initiator, responder } = createPair(name, { rekeyEvery: 4 }, { rekeyEvery: 4 });
      const first = initiator.write(payload) ?? NONE;
      expect(responder.read(first)?.toHex()).toBe(payload.toHex());
      const second = responder.write(payload) ?? NONE;
      expect(initiator.read(second)?.toHex()).toBe(payload.toHex());
      const [host, device] = [initiator.finish(), responder.finish()];
      expect(host.hash.toHex()).toBe(device.hash.toHex());
      for (const [isForth, plaintext] of sent) {
        const [from, to] = isForth ? [host, device] : [device, host];
        const sealed = from.send.seal(plaintext);
        expect(sealed.length).toBe(plaintext.length + 16);
        expect(to.receive.open(sealed)?.toHex()).toBe(plaintext.toHex());
      }
    });
    fc.assert(property, seeded(30));
  });

  test("turns: each side knows its own, and writing out of turn is our own mistake", () => {
    const { initiator, responder } = createPair(name);
    expect([initiator.isOurTurn(), responder.isOurTurn()]).toEqual([true, false]);
    expect(() => responder.write(NONE)).toThrow(BROKEN);
    expect(() => initiator.finish()).toThrow(BROKEN);
    responder.read(initiator.write(NONE) ?? NONE);
    expect([initiator.isOurTurn(), responder.isOurTurn()]).toEqual([false, true]);
    expect(() => initiator.write(NONE)).toThrow(BROKEN);
    initiator.read(responder.write(NONE) ?? NONE);
    for (const side of [initiator, responder]) {
      expect([side.isOurTurn(), side.isFinished()]).toEqual([false, true]);
      expect(() => side.write(NONE)).toThrow(BROKEN);
      side.finish();
      expect(() => side.finish()).toThrow(BROKEN);
      expect([side.isOurTurn(), side.isFinished()]).toEqual([false, true]);
      expect(side.read(NONE)).toBeUndefined();
    }
    const isIk = name === "IK";
    expect(initiator.remoteStatic() === undefined).toBe(!isIk);
    expect(responder.remoteStatic()?.toHex()).toBe(
      isIk ? keyPair(21).publicKey.toHex() : undefined,
    );
  });

  test("a message has at most 65,535 bytes, and may have all of them", () => {
    const overhead = { NN: 32, NNpsk0: 48, IK: 96 }[name];
    const most = new Uint8Array(65_535 - overhead).fill(7);
    const { initiator, responder } = createPair(name);
    const message = initiator.write(most) ?? NONE;
    expect(message.length).toBe(65_535);
    expect(responder.read(message)?.length).toBe(most.length);
    const beyond = new Uint8Array(most.length + 1);
    expect(() => createPair(name).initiator.write(beyond)).toThrow(BROKEN);
  });

  test("one ephemeral key is asked for on each side, when it is sent", () => {
    let asked = 0;
    const ephemeral = (): ReturnType<typeof keyPair> => {
      asked += 1;
      return keyPair(30 + asked);
    };
    const pair = createPair(name, { ephemeral }, { ephemeral });
    expect(asked).toBe(0);
    expect(meet(pair, (message) => message)).toBe(true);
    expect(asked).toBe(2);
  });

  test("two handshakes with other ephemeral keys share no hash and no record", () => {
    const ended = [41, 42].map((number) => {
      const pair = createPair(name, { ephemeral: () => keyPair(number) });
      pair.responder.read(pair.initiator.write(NONE) ?? NONE);
      pair.initiator.read(pair.responder.write(NONE) ?? NONE);
      return { host: pair.initiator.finish(), device: pair.responder.finish() };
    });
    expect(new Set(ended.map(({ host }) => host.hash.toHex())).size).toBe(2);
    const sealed = ended[0]?.host.send.seal(NONE) ?? NONE;
    expect(ended[1]?.device.receive.open(sealed)).toBeUndefined();
  });

  test("a record sent back to its sender does not open", () => {
    const { initiator, responder } = createPair(name);
    responder.read(initiator.write(NONE) ?? NONE);
    initiator.read(responder.write(NONE) ?? NONE);
    const { send, receive } = initiator.finish();
    expect(receive.open(send.seal(NONE))).toBeUndefined();
  });

  test("a wiped handshake is dead", () => {
    const { initiator, responder } = createPair(name);
    responder.read(initiator.write(NONE) ?? NONE);
    initiator.wipe();
    responder.wipe();
    expect([isDead(initiator), isDead(responder)]).toEqual([true, true]);
    expect(() => initiator.finish()).toThrow(BROKEN);
  });

  test("payloads are copies: the buffers they came in may be reused", () => {
    const { initiator, responder } = createPair(name);
    const message = initiator.write(Uint8Array.of(5, 6)) ?? NONE;
    const payload = responder.read(message);
    message.fill(0xaa);
    expect(payload?.toHex()).toBe("0506");
    const answer = responder.write(NONE) ?? NONE;
    expect(initiator.read(answer)?.length).toBe(0);
  });
});

describe("our own mistakes", () => {
  test("keys that the pattern lacks or does not mix", () => {
    const [key, other] = [keyPair(50), keyPair(51).publicKey];
    const wrong = [
      { ...settingsOf("NN", true), localStatic: key },
      { ...settingsOf("NN", true), remoteStatic: other },
      { ...settingsOf("NN", true), psks: [psk(1)] },
      { ...settingsOf("NNpsk0", true), psks: [] },
      { ...settingsOf("NNpsk0", true), psks: undefined },
      { ...settingsOf("NNpsk0", true), psks: [new Uint8Array(31)] },
      { ...settingsOf("IK", true), localStatic: undefined },
      { ...settingsOf("IK", true), remoteStatic: undefined },
      { ...settingsOf("IK", true), remoteStatic: new Uint8Array(33) },
      { ...settingsOf("IK", false), remoteStatic: other },
    ];
    for (const settings of wrong) expect(() => createHandshake(settings)).toThrow(BROKEN);
  });
});

describe("patterns", () => {
  test("the modifier of pre-shared keys, at both ends (section 9.4)", () => {
    expect(withPsks(PATTERNS.XX, 0, 1, 3)).toEqual({
      name: "XXpsk0+psk1+psk3",
      messages: [
        ["psk", "e", "psk"],
        ["e", "ee", "s", "es"],
        ["s", "se", "psk"],
      ],
    });
  });

  test("a one-way pattern has no way back", () => {
    const [sender, receiver] = [true, false].map((initiator) =>
      createHandshake({
        pattern: PATTERNS.N,
        initiator,
        prologue: NONE,
        suite: noiseSuite,
        ephemeral: () => keyPair(60),
        ...(initiator ? { remoteStatic: keyPair(61).publicKey } : { localStatic: keyPair(61) }),
        rekeyEvery: 4096,
      }),
    );
    receiver?.read(sender?.write(NONE) ?? NONE);
    const [from, to] = [sender?.finish(), receiver?.finish()];
    expect(to?.receive.open(from?.send.seal(Uint8Array.of(1)) ?? NONE)?.toHex()).toBe("01");
    expect(() => to?.send.seal(NONE)).toThrow(BROKEN);
    expect(from?.receive.open(new Uint8Array(16))).toBeUndefined();
  });
});

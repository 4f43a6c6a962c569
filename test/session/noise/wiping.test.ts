/** What a handshake leaves behind in the buffers it used: only its two ciphers' keys. */
import { describe, expect, test } from "bun:test";
import { noiseSuite } from "../../../host/driver/noise-suite.ts";
import { createHandshake } from "../../../protocol/session/noise/handshake.ts";
import type { KeyAgreement, NoiseSuite } from "../../../protocol/session/noise/suite.ts";
import { IN_USE, type InUse, keyPair, NONE, settingsOf } from "./pair.ts";

/** A suite that keeps every buffer a secret went through; the engine must zero them. */
const createWatch = (): {
  readonly suite: NoiseSuite;
  readonly agreement: (pair: KeyAgreement) => KeyAgreement;
  readonly left: () => readonly string[];
} => {
  const seen = new Set<Uint8Array>();
  const publicKeys = new Set<string>();
  const keep = (buffer: Uint8Array): Uint8Array => {
    seen.add(buffer);
    return buffer;
  };
  return {
    suite: {
      ...noiseSuite,
      sha256: (data) => noiseSuite.sha256(keep(data)),
      hmacSha256: (key, data) => keep(noiseSuite.hmacSha256(keep(key), keep(data))),
      seal: (key, nonce, plaintext, data) => {
        const sealed = noiseSuite.seal(keep(key), nonce, plaintext, data);
        // what a renewal of the key encrypts becomes the key
        return nonce.at(-1) === 0xff ? keep(sealed) : sealed;
      },
      open: (key, nonce, sealed, data) => noiseSuite.open(keep(key), nonce, sealed, data),
    },
    agreement: (pair) => {
      publicKeys.add(pair.publicKey.toHex());
      return {
        publicKey: pair.publicKey,
        agree: (peer) => {
          const shared = pair.agree(peer);
          return shared === undefined ? undefined : keep(shared);
        },
      };
    },
    left: () =>
      [...seen]
        .filter((buffer) => buffer.some((byte) => byte !== 0))
        .map((buffer) => buffer.toHex())
        .filter((hex) => !publicKeys.has(hex)),
  };
};

type Watch = ReturnType<typeof createWatch>;

const watched = (name: InUse, watch: Watch, initiator: boolean) => {
  const settings = settingsOf(name, initiator);
  const { localStatic } = settings;
  return createHandshake({
    ...settings,
    suite: watch.suite,
    ephemeral: () => watch.agreement(keyPair(initiator ? 11 : 12)),
    localStatic: localStatic === undefined ? undefined : watch.agreement(localStatic),
    rekeyEvery: 2,
  });
};

describe.each(IN_USE)("%s", (name) => {
  test("after the end two keys are left on each side, and none once these are wiped", () => {
    const watch = createWatch();
    const [initiator, responder] = [watched(name, watch, true), watched(name, watch, false)];
    responder.read(initiator.write(NONE) ?? NONE);
    initiator.read(responder.write(NONE) ?? NONE);
    const [host, device] = [initiator.finish(), responder.finish()];
    expect(watch.left().length).toBe(4);
    expect(new Set(watch.left()).size).toBe(2);
    for (let count = 0; count < 5; count += 1) {
      device.receive.open(host.send.seal(NONE));
      host.receive.open(device.send.seal(NONE));
    }
    expect(watch.left().length).toBe(4);
    for (const { send, receive } of [host, device]) {
      send.wipe();
      receive.wipe();
    }
    expect(watch.left()).toEqual([]);
  });

  test("nothing is left of a handshake that is wiped or refused in the middle", () => {
    const watch = createWatch();
    const [initiator, responder] = [watched(name, watch, true), watched(name, watch, false)];
    responder.read(initiator.write(NONE) ?? NONE);
    responder.write(NONE);
    responder.wipe();
    const forged = new Uint8Array([...keyPair(12).publicKey, ...new Uint8Array(16)]);
    expect(initiator.read(forged)).toBeUndefined();
    expect(watch.left()).toEqual([]);
  });
});

describe("keys that are handed in", () => {
  test("a pre-shared key is copied: the caller's is neither changed nor needed any more", () => {
    const psk = new Uint8Array(32).fill(9);
    const initiator = createHandshake({ ...settingsOf("NNpsk0", true), psks: [psk] });
    expect(psk.toHex()).toBe("09".repeat(32));
    psk.fill(0);
    const responder = createHandshake(settingsOf("NNpsk0", false));
    expect(responder.read(initiator.write(NONE) ?? NONE)?.length).toBe(0);
  });

  test("the copy is zeroed with a handshake that never came to use it", () => {
    const copy = new Uint8Array(32).fill(9);
    const psk = Object.assign(new Uint8Array(32), { slice: () => copy });
    createHandshake({ ...settingsOf("NNpsk0", true), psks: [psk] }).wipe();
    expect(copy.toHex()).toBe("00".repeat(32));
  });

  test("the peer's static key is copied", () => {
    const { publicKey } = keyPair(22);
    const initiator = createHandshake({ ...settingsOf("IK", true), remoteStatic: publicKey });
    publicKey.fill(0);
    const responder = createHandshake(settingsOf("IK", false));
    expect(responder.read(initiator.write(NONE) ?? NONE)?.length).toBe(0);
    expect(initiator.remoteStatic()?.toHex()).toBe(keyPair(22).publicKey.toHex());
  });
});

/** The keys of a seed: which there are, that the seed and they can be forgotten, and whose. */
import { describe, expect, test } from "bun:test";
import { createHmac, hkdfSync } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import type { Handle } from "../../../firmware/hal.ts";
import { wipeKeys } from "../../../firmware/keys.ts";
import { systemRng } from "../../secrets/oracles/system-rng.ts";
import { READY_SECRETS, watchSecrets } from "../watched-secrets.ts";
import { deviceKeys, giveKeys } from "./pairing-room.ts";

const watched = () => watchSecrets(systemRng(), () => undefined);

const hkdf = (seed: Uint8Array, label: string): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", seed, new Uint8Array(0), label, 32));

describe("keysOf", () => {
  test("keeps three keys and not the seed; wipeKeys leaves the boot's audit key", () => {
    const secrets = watched();
    const seed = secrets.importSeed(new Uint8Array(32).fill(1));
    const { keys, auditKey } = giveKeys(secrets, seed);
    expect(secrets.live()).toEqual(READY_SECRETS);
    expect(() => secrets.master(seed)).toThrow();
    const uses: readonly (() => unknown)[] = [
      () => secrets.publicNode(keys.master),
      () => secrets.agree(keys.link.secret, keys.link.publicKey),
      () => secrets.mac(keys.pairing, new Uint8Array(1)),
    ];
    for (const use of uses) use();
    wipeKeys(secrets, keys);
    expect(secrets.live()).toEqual(["node"]);
    expect(secrets.publicNode(auditKey.node).publicKey).toEqual(auditKey.publicKey);
    for (const use of uses) expect(use).toThrow();
  });

  test("wipes each handle once", () => {
    const secrets = watched();
    const { keys } = giveKeys(secrets, secrets.importSeed(new Uint8Array(32).fill(1)));
    const wiped: Handle[] = [];
    wipeKeys({ ...secrets, wipe: (handle) => void wiped.push(handle) }, keys);
    expect(wiped).toEqual([keys.master, keys.link.secret, keys.pairing]);
  });

  test("the link key is X25519 over HKDF(seed, link), by another implementation", () => {
    const { secrets, seed, keys } = deviceKeys();
    const secret = hkdf(seed, "link");
    expect(keys.link.publicKey).toEqual(x25519.getPublicKey(secret));
    const peer = x25519.keygen();
    const shared = secrets.agree(keys.link.secret, peer.publicKey);
    expect(shared).toEqual({ ok: true, value: x25519.getSharedSecret(secret, peer.publicKey) });
  });

  test("the pairing key is HKDF(seed, mayfly pair 1), by another implementation", () => {
    const { secrets, seed, keys } = deviceKeys();
    const message = new TextEncoder().encode("a message");
    const mac = createHmac("sha256", hkdf(seed, "mayfly pair 1")).update(message).digest();
    expect(secrets.mac(keys.pairing, message).toHex()).toBe(mac.toString("hex"));
  });

  test("boards with one seed have one link key, other seeds another", () => {
    const keys = ["a seed", "a seed", "another"].map((label) => deviceKeys(label).keys);
    const [one, same, other] = keys.map(({ link }) => link.publicKey.toHex());
    expect(one).toBe(same);
    expect(one).not.toBe(other);
  });
});

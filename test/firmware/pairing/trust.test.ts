/** Who is believed: hosts that are listed, hosts that were paired, and all the others. */
import { describe, expect, test } from "bun:test";
import { createHmac, hkdfSync } from "node:crypto";
import { createCredentials } from "../../../firmware/pairing/credential.ts";
import { acceptClaim, isPairable, NOBODY, type Trust } from "../../../firmware/trust.ts";
import { encodeCbor } from "../../../protocol/cbor/cbor.ts";
import type { SessionClaim } from "../../../protocol/session/pairing.ts";
import { type Role, ROLES } from "../../../protocol/session/role.ts";
import { deviceKeys, identityOf } from "./pairing-room.ts";

const HOST = new Uint8Array(32).fill(3);
const OTHER = new Uint8Array(32).fill(4);
const PAIRABLE: readonly Role[] = ["vault", "auditor"];

const never = (): never => {
  throw new Error("a credential was looked at");
};

/** Credentials of a board with that seed. */
const credentialsOf = (label: string, insecure: boolean) => {
  const { secrets, keys } = deviceKeys(label);
  return createCredentials({ identity: identityOf(insecure), secrets }, keys);
};

const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** The same key with its highest bit set: X25519 does not see the difference. */
const secondName = (key: Uint8Array): Uint8Array => flip(key, 255);

describe("a listed host", () => {
  const trust: Trust = { ...NOBODY, hosts: [{ key: HOST, roles: ["operator", "control"] }] };

  test.each([...ROLES])("as %s has the role if it is listed with it", (role) => {
    const isListed = role === "operator" || role === "control";
    expect(acceptClaim(trust, HOST, { role }, never)).toBe(isListed);
  });

  test("is known by its key, and by no other name of it", () => {
    expect(acceptClaim(trust, OTHER, { role: "operator" }, never)).toBe(false);
    const bent = [...HOST.keys()].map((byte) => flip(HOST, byte * 8));
    for (const key of [...bent, secondName(HOST), HOST.slice(1), new Uint8Array(0)]) {
      expect(acceptClaim(trust, key, { role: "operator" }, never)).toBe(false);
    }
  });

  test("may be listed twice", () => {
    const twice = { ...trust, hosts: [...trust.hosts, { key: HOST, roles: ["vault"] as const }] };
    expect(acceptClaim(twice, HOST, { role: "vault" }, never)).toBe(true);
  });

  test("that is revoked has no role, whatever it holds", () => {
    const revoked = { ...trust, revoked: [OTHER, HOST] };
    const credential = new Uint8Array(32);
    for (const role of ROLES) {
      expect(acceptClaim(revoked, HOST, { role, credential }, () => true)).toBe(false);
      expect(acceptClaim(revoked, secondName(HOST), { role, credential }, () => true)).toBe(false);
    }
  });

  test("nobody is trusted by default", () => {
    for (const role of ROLES) expect(acceptClaim(NOBODY, HOST, { role }, never)).toBe(false);
  });
});

describe("a credential", () => {
  const { give, check } = credentialsOf("a seed", false);
  const credential = give(NOBODY.generation, "vault", HOST);
  const claim = { role: "vault", credential } as const;
  const accepts = (trust: Trust, key: Uint8Array, said: SessionClaim) =>
    acceptClaim(trust, key, said, check);

  test("is the MAC that SPEC describes, by another implementation", () => {
    const { seed, keys } = deviceKeys();
    const key = hkdfSync("sha256", seed, new Uint8Array(0), "mayfly pair 1", 32);
    const message = encodeCbor(["mayfly pair 1", keys.fingerprint, 1, "vault", HOST]);
    const mac = createHmac("sha256", new Uint8Array(key)).update(message).digest();
    expect(credential.toHex()).toBe(mac.toString("hex"));
  });

  test("gives its host its role", () => {
    expect(accepts(NOBODY, HOST, claim)).toBe(true);
    expect(accepts(NOBODY, HOST, { role: "vault" })).toBe(false);
  });

  test("outlives the device's power", () => {
    const again = credentialsOf("a seed", false);
    expect(acceptClaim(NOBODY, HOST, claim, again.check)).toBe(true);
  });

  test("is refused with any bit bent, cut short or extended", () => {
    for (let bit = 0; bit < 256; bit += 1) {
      expect(accepts(NOBODY, HOST, { role: "vault", credential: flip(credential, bit) })).toBe(
        false,
      );
    }
    const lengths = [credential.slice(1), credential.slice(0, 31), new Uint8Array(0)];
    for (const bytes of [...lengths, Uint8Array.of(...credential, 0), new Uint8Array(32)]) {
      expect(accepts(NOBODY, HOST, { role: "vault", credential: bytes })).toBe(false);
    }
  });

  test("is refused to another host, in another role, in another generation", () => {
    expect(accepts(NOBODY, OTHER, claim)).toBe(false);
    for (const role of ROLES.filter((one) => one !== "vault")) {
      expect(accepts(NOBODY, HOST, { role, credential })).toBe(false);
    }
    for (const generation of [0, 2, 2 ** 40]) {
      expect(accepts({ ...NOBODY, generation }, HOST, claim)).toBe(false);
    }
  });

  test("of another seed is refused", () => {
    const other = credentialsOf("another seed", false).give(1, "vault", HOST);
    expect(accepts(NOBODY, HOST, { role: "vault", credential: other })).toBe(false);
  });

  test("of a revoked host is refused", () => {
    expect(accepts({ ...NOBODY, revoked: [HOST] }, HOST, claim)).toBe(false);
    expect(accepts({ ...NOBODY, revoked: [OTHER] }, HOST, claim)).toBe(true);
  });

  test("is not needed where the trust lists the host, and spoils nothing there", () => {
    const trust: Trust = { ...NOBODY, hosts: [{ key: HOST, roles: ["vault"] }] };
    const bent = { role: "vault", credential: flip(credential, 0) } as const;
    expect(acceptClaim(trust, HOST, bent, never)).toBe(true);
  });

  test.each([...ROLES])("for %s holds where pairing gives the role", (role) => {
    for (const insecure of [true, false]) {
      const board = credentialsOf("a seed", insecure);
      const said = { role, credential: board.give(1, role, HOST) };
      const isGiven = insecure || PAIRABLE.includes(role);
      expect(acceptClaim(NOBODY, HOST, said, board.check)).toBe(isGiven);
      expect(isPairable(role, identityOf(insecure))).toBe(isGiven);
    }
  });
});

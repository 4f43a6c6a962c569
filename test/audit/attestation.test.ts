/** Attestations of devices, honest ones and every one that does not hold, by its reason. */
import { describe, expect, test } from "bun:test";
import { type AskedAttestation, askAttestation, checkAttestation } from "../../host/audit/index.ts";
import type { Client } from "../../host/driver/index.ts";
import { ATTESTATION_DOMAIN, CERTIFICATE_DOMAIN } from "../../protocol/attestation.ts";
import { decodeSign1, encodeSign1, openSign1, sign1Message } from "../../protocol/cose/sign1.ts";
import { type Bench, createBench } from "../firmware/bench-device.ts";
import { unwrap } from "../firmware/outcomes.ts";
import { DEVICE_SEED } from "../firmware/ready-device.ts";

const NONCE = new Uint8Array(32).fill(9);

/** A ready device, and what it attests when it is asked. */
const asked = async (seed = DEVICE_SEED) => {
  const bench = createBench({ seed });
  const client = await bench.connect();
  const attested = unwrap(await askAttestation(client, { nonce: NONCE }));
  const status = unwrap(await client.getStatus({}));
  return { bench, client, attested, status };
};

const heldOf = ({ checked }: AskedAttestation) => unwrap(checked);
const why = (checked: AskedAttestation["checked"]): unknown =>
  checked.ok ? "holds" : checked.details?.["why"];

const again = async (bench: Bench, client: Client): Promise<Client> => {
  await client.close();
  await bench.pass(2000);
  return bench.connect();
};

describe("an attestation", () => {
  test("holds in its own session, for its nonce, from this boot of this device", async () => {
    const { client, attested, status } = await asked();
    const { attestation, certificate } = heldOf(attested);
    expect(attestation).toMatchObject({ device: "A", phase: "ready", nonce: NONCE });
    expect(attestation.manifest).toBeUndefined();
    expect(attestation.bootId).toEqual(status.bootId);
    expect(certificate.fingerprint).toEqual(status.fingerprint ?? new Uint8Array(0));
    await client.close();
  });

  test("counts what the device did", async () => {
    const { client, attested } = await asked();
    const before = heldOf(attested).attestation.counters;
    unwrap(await client.getXpub({ path: [] }));
    await client.getXpub({ path: [2 ** 31, 2 ** 31] });
    const later = heldOf(unwrap(await askAttestation(client)));
    const { counters } = later.attestation;
    expect(counters.calls).toBeGreaterThan(before.calls + 1);
    expect([counters.charges, counters.chargedSats]).toEqual([0, 0]);
    await client.close();
  });

  test("has a key of its own at each boot, certified by one of the seed", async () => {
    const one = await asked();
    const other = await asked();
    const [first, second] = [heldOf(one.attested), heldOf(other.attested)];
    expect(second.certificate.auditKey).not.toEqual(first.certificate.auditKey);
    expect(second.certificate.certifier).toEqual(first.certificate.certifier);
    const stranger = await asked(new Uint8Array(32).fill(2));
    const third = heldOf(stranger.attested);
    expect(third.certificate.certifier).not.toEqual(first.certificate.certifier);
    for (const { client } of [one, other, stranger]) await client.close();
  });
});

const { bench, client, attested, status } = await asked();

describe("what does not hold", () => {
  const { reply } = attested;
  const { attestation, certificate } = heldOf(attested);
  const request = { session: attestation.session, nonce: NONCE };
  const check = (
    changes: Partial<typeof reply>,
    asking: Partial<typeof request> = {},
    device: Partial<Parameters<typeof checkAttestation>[2]> = {},
  ): unknown =>
    why(
      checkAttestation(
        { ...reply, ...changes },
        { ...request, ...asking },
        { ...status, ...device },
      ),
    );

  test("nothing, as long as nobody changes anything", () => {
    expect(check({})).toBe("holds");
    expect(check({}, {}, { certifier: certificate.certifier })).toBe("holds");
  });

  test("a statement of another session, shown by a host between", async () => {
    const next = await again(bench, client);
    const later = unwrap(await askAttestation(next, { nonce: NONCE }));
    expect(why(later.checked)).toBe("holds");
    expect(check(later.reply)).toBe("statement of another session");
    await next.close();
  });

  test("another nonce, boot, device, version, firmware, manifest, seed", () => {
    expect(check({}, { nonce: new Uint8Array(1) })).toBe("statement for another nonce");
    expect(check({}, {}, { bootId: new Uint8Array(16) })).toBe("certificate of another boot");
    expect(check({}, {}, { name: "B" })).toBe("statement of another device");
    expect(check({}, {}, { version: "9" })).toBe("statement of another version");
    expect(check({}, {}, { manifestHash: new Uint8Array(32) })).toBe(
      "statement under another manifest",
    );
    const firmwareDigest = new Uint8Array(32);
    expect(check({}, {}, { firmwareDigest })).toBe("certificate of other firmware");
    expect(check({}, {}, { fingerprint: new Uint8Array(4) })).toBe("certificate of another seed");
    expect(check({}, {}, { certifier: certificate.auditKey })).toBe(
      "certificate of another certifying key",
    );
  });

  test("a statement under the certificate of another boot", async () => {
    const other = await asked();
    expect(check({ statement: other.attested.reply.statement })).toBe("statement does not verify");
    expect(check({ certificate: other.attested.reply.certificate })).toBe(
      "statement does not verify",
    );
    await other.client.close();
  });

  test("any bit that is another", () => {
    for (const name of ["statement", "certificate"] as const) {
      const bytes = reply[name];
      for (let at = 0; at < bytes.length; at += 1) {
        const bent = bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 8)));
        expect(check({ [name]: bent })).not.toBe("holds");
      }
    }
  });
});

describe("COSE_Sign1 (RFC 9052), ES256K (RFC 8812)", () => {
  const payload = Uint8Array.of(0xa0);
  const signature = new Uint8Array(64).fill(7);

  test("golden bytes of the message and of what is signed", () => {
    expect(encodeSign1({ payload, signature }).toHex()).toBe(
      `8444a101382ea041a05840${"07".repeat(64)}`,
    );
    expect(sign1Message(payload, "d").toHex()).toBe("846a5369676e61747572653144a101382e416441a0");
  });

  test("is read in the one form, and verified under the one domain", () => {
    const message = encodeSign1({ payload, signature });
    expect(decodeSign1(message)).toEqual({ payload, signature });
    const holds = (domain: string) => (_signature: Uint8Array, signed: Uint8Array) =>
      signed.toHex() === sign1Message(payload, domain).toHex();
    expect(openSign1(message, CERTIFICATE_DOMAIN, holds(CERTIFICATE_DOMAIN))).toEqual(payload);
    expect(openSign1(message, CERTIFICATE_DOMAIN, holds(ATTESTATION_DOMAIN))).toBeUndefined();
    for (const other of [
      "d28444a101382ea041a0",
      "8443a10126a041a0",
      "8444a101382ea10000",
      "80",
      "ff",
    ]) {
      expect(decodeSign1(Uint8Array.fromHex(`${other}5840${"07".repeat(64)}`))).toBeUndefined();
    }
    expect(decodeSign1(message.slice(0, -1))).toBeUndefined();
  });
});

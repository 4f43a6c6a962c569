/** What a share must say, and what a device asks before it makes or takes anything. */
import { describe, expect, test } from "bun:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { askAttestation } from "../../../host/audit/index.ts";
import { approve, parseQuote, signTime } from "../../../host/custody/index.ts";
import { type Client, noiseSuite, openClient } from "../../../host/driver/index.ts";
import { manifestHash } from "../../../host/manifest/index.ts";
import { type ErrorName, fail, ok } from "../../../protocol/errors.ts";
import type { Manifest } from "../../../protocol/manifest/manifest.ts";
import { signedBytes } from "../../../protocol/manifest/signed.ts";
import type { Role } from "../../../protocol/session/role.ts";
import type { ShareContext } from "../../../protocol/share.ts";
import { after, signedBy } from "../../manifest/lineages.ts";
import { confirmed } from "../../custody/confirming.ts";
import { agreementKeyOf, bytesOf, NAMES, signingKeyOf } from "../../manifest/people.ts";
import { type Bench, createBench, settle } from "../bench-device.ts";
import { makeSeed } from "../custodians.ts";
import { errorOf, unwrap } from "../outcomes.ts";
import { SEALED_SECRETS } from "../watched-secrets.ts";
import { approvals, type Box, custodianKeyOf, draftFor, fileOf, hold, offer } from "./ceremony.ts";
import { trickedShares } from "./tricked.ts";

const ceremony = await hold();
const { draft, first, lineage } = ceremony;
const second = after(first, { generation: 2 });
const [box] = ceremony.boxes;

/** A good signature with a nonce of the signer's choice: who has the key can make many. */
const signatureWith = (hash: Uint8Array, name: string, nonce: bigint) => {
  const { privateKey, publicKey: signer } = signingKeyOf(name);
  const { scalar } = ed25519.utils.getExtendedPublicKey(privateKey);
  const point = ed25519.Point.BASE.multiply(nonce).toBytes();
  const digest = sha512(Uint8Array.of(...point, ...signer, ...signedBytes(hash)));
  const order = ed25519.Point.Fn.ORDER;
  const sum = (nonce + (bytesToNumberLE(digest) % order) * scalar) % order;
  const half = numberToBytesLE(sum, 32);
  return { signer, signature: Uint8Array.of(...point, ...half) };
};

/** The box after a power cut, on a new connection. The one before would come back by itself. */
let connected = box?.client;
const fresh = async (): Promise<Box> => {
  if (box === undefined) throw new Error("a box");
  await connected?.close();
  box.bench.reboot("power");
  connected = await box.bench.connect();
  return { ...box, client: connected };
};

/** A client of a host with this name's key, in a role. */
const dialAs = async (bench: Bench, name: string, role: Role) => {
  const hostKey = noiseSuite.keyPair(bytesOf(name));
  const deviceOf = () => {
    const deviceKey = bench.linkKey();
    return ok(deviceKey === undefined ? undefined : { deviceKey, grants: [{ role }] });
  };
  const open = () => {
    const line = bench.attach();
    return Promise.resolve(line === undefined ? fail("port_busy") : ok(line));
  };
  return openClient({ open, identity: { hostKey, deviceOf }, reconnectMs: 0 });
};

describe("a share", () => {
  test.each<readonly [string, Partial<ShareContext>, ErrorName]>([
    [
      "signed by somebody else, as it says",
      { signer: signingKeyOf("Dan").publicKey },
      "share_signature_invalid",
    ],
    ["for another custodian", { custodian: bytesOf("another") }, "share_signature_invalid"],
    ["of another key", { keyId: "B" }, "device_unlisted"],
    ["of no key", { keyId: "Z" }, "key_unknown"],
    ["for another version", { manifest: manifestHash(second) }, "share_misaddressed"],
    ["of another lineage", { genesis: bytesOf("another") }, "lineage_foreign"],
  ])("%s", async (_what, lies, error) => {
    const one = await fresh();
    await offer(one.client, lineage);
    const shares = await trickedShares(one, one.client, lineage, lies);
    expect(errorOf(await one.client.submitShares({ shares }))).toBe(error);
  });

  test.each([
    ["a threshold of its own", { memberThreshold: 2 }],
    ["a group that is not there", { groupIndex: 1, groupCount: 2 }],
    ["a cipher that takes hours", { iterationExponent: 15 }],
    ["a seat beyond the last", { memberIndex: 5 }],
  ] as const)("with %s", async (_what, lie) => {
    const one = await fresh();
    await offer(one.client, lineage);
    const { header } = fileOf(one, "Ada").context;
    const lies = { header: { ...header, ...lie } };
    const [share] = await trickedShares(one, one.client, lineage, lies);
    if (share === undefined) throw new Error("a share");
    expect(errorOf(await one.client.submitShares({ shares: [share] }))).toBe("share_malformed");
  });

  test("for a version that another has followed since", async () => {
    const one = await fresh();
    await offer(one.client, lineage);
    const shares = await approvals(one, one.client, lineage);
    await offer(one.client, [signedBy(second)]);
    expect(errorOf(await one.client.submitShares({ shares }))).toBe("share_misaddressed");
  });

  test("without a manifest, on a board that is not an emulator", async () => {
    const emulator = createBench({ name: "A" });
    const { custodians } = await makeSeed(await emulator.connect(), 2, 3);
    const bench = createBench({ name: "A", isSecure: true });
    const client = await bench.connect();
    const quote = unwrap(parseQuote(unwrap(await client.getQuote({})).quote));
    const [one] = custodians;
    if (one === undefined) throw new Error("a custodian");
    const share = unwrap(await approve(await confirmed(quote), one.file, one.key));
    expect(errorOf(await client.submitShares({ shares: [share] }))).toBe("manifest_missing");
    await client.close();
  });
});

describe("an offer", () => {
  test("of another manifest wipes the shares that are held", async () => {
    const one = await fresh();
    await offer(one.client, lineage);
    const shares = await approvals(one, one.client, lineage);
    unwrap(await one.client.submitShares({ shares: shares.slice(0, 2) }));
    expect(one.bench.live()).toEqual(["agreement", "node", "share", "share"]);
    await offer(one.client, [signedBy(first)]);
    expect(one.bench.live()).toEqual(["agreement", "node", "share", "share"]);
    await offer(one.client, [signedBy(second)]);
    expect([one.bench.phase(), one.bench.live()]).toEqual(["sealed", [...SEALED_SECRETS]]);
  });

  test("that one person signed as often as the quorum asks for", async () => {
    const one = await fresh();
    const hash = manifestHash(draft);
    const { signer, signature } = signatureWith(hash, "Ada", 1n);
    const others = [2n, 3n].map((nonce) => signatureWith(hash, "Ada", nonce));
    const signatures = [{ signer, signature }, ...others];
    expect(new Set(signatures.map((all) => all.signature.toHex())).size).toBe(3);
    const { manifest } = signedBy(draft);
    expect(errorOf(await one.client.offerManifest({ manifest, signatures }))).toBe(
      "signatures_missing",
    );
  });

  test("of a version that does not allow the firmware: no share is taken", async () => {
    const one = await fresh();
    const next = after(first, { firmware: [bytesOf("another release")] });
    const all = [...lineage, signedBy(next)];
    await offer(one.client, all);
    const shares = await trickedShares(one, one.client, all);
    expect(errorOf(await one.client.submitShares({ shares }))).toBe("firmware_not_listed");
  });
});

describe("a key", () => {
  test("is made under a draft only", async () => {
    const one = await fresh();
    expect(errorOf(await one.client.makeKey({ keyId: "A" }))).toBe("manifest_missing");
    await offer(one.client, lineage);
    expect(errorOf(await one.client.makeKey({ keyId: "A" }))).toBe("manifest_missing");
  });

  test("is not made with a group that one person satisfies", async () => {
    const bench = createBench({ name: "A", isSecure: true });
    const client = await bench.connect();
    const keys = draftFor(bench).keys.map((key) => ({
      ...key,
      groups: key.groups.map((group) => ({ ...group, threshold: 1 })),
    }));
    await offer(client, [signedBy(draftFor(bench, { keys }))]);
    expect(errorOf(await client.makeKey({ keyId: "A" }))).toBe("threshold_invalid");
    expect(bench.live()).toEqual([...SEALED_SECRETS]);
    await client.close();
  });

  test("is not made under a draft that came while the person was reading", async () => {
    const bench = createBench({ name: "A", isSecure: true, approve: "ask" });
    const client = await bench.connect();
    const other = draftFor(bench, { generation: 4 });
    await offer(client, [signedBy(draftFor(bench))]);
    const asked = client.makeKey({ keyId: "A" });
    await settle();
    const screen = bench.screens.at(-1);
    expect(screen?.kind).toBe("manifest");
    const shown = screen?.lines.slice(-4).join("");
    expect(shown).toBe(manifestHash(draftFor(bench)).toHex());
    await offer(client, [signedBy(other)]);
    bench.press("yes");
    expect(errorOf(await asked)).toBe("wrong_phase");
    expect([bench.phase(), bench.live()]).toEqual(["sealed", [...SEALED_SECRETS]]);
    await client.close();
  });

  test("takes the dice of people and of the host in", async () => {
    const one = await fresh();
    await offer(one.client, lineage.slice(0, 1));
    const entropy = new Uint8Array(1024).fill(4);
    const { shares } = unwrap(await one.client.makeKey({ keyId: "A", entropy }));
    expect(shares).toHaveLength(NAMES.length);
  });
});

describe("hosts", () => {
  const xpub = async (bench: Bench, name: string, role: Role): Promise<string> => {
    await bench.pass(2000); // a device greets twice a second at most
    const client = unwrap(await dialAs(bench, name, role));
    const reply = await client.getXpub({ path: [48 + 2 ** 31] });
    await client.close();
    return reply.ok ? "served" : reply.error;
  };
  const ready = async (manifest: Manifest): Promise<Bench> => {
    const one = await fresh();
    const all = [...lineage, signedBy(manifest)];
    await offer(one.client, all);
    const shares = await approvals(one, one.client, all);
    expect(unwrap(await one.client.submitShares({ shares })).phase).toBe("ready");
    await one.client.close();
    return one.bench;
  };

  test("are those of the manifest, in its roles, and no others", async () => {
    const bench = await ready(second);
    expect(await xpub(bench, "vault", "vault")).toBe("served");
    expect(await xpub(bench, "desk", "operator")).toBe("served");
    expect(await xpub(bench, "vault", "operator")).toBe("session_refused");
    expect(await xpub(bench, "mallory", "vault")).toBe("session_refused");
    // The bench's own host was in the trust that the board was started with.
    await bench.pass(2000);
    const client: Client = await bench.connect();
    expect(errorOf(await client.getXpub({ path: [] }))).toBe("session_refused");
    await client.close();
  });

  test("that a later version revokes are served no more", async () => {
    const vault = agreementKeyOf("vault");
    const hosts = first.hosts.filter(({ name }) => name !== "vault");
    const bench = await ready(after(first, { hosts, revoked: [vault] }));
    expect(await xpub(bench, "vault", "vault")).toBe("session_refused");
    expect(await xpub(bench, "desk", "auditor")).toBe("served");
  });
});

test("the people of the manifest say what time it is, and nobody else", async () => {
  const one = await fresh();
  await offer(one.client, lineage);
  const shares = await approvals(one, one.client, lineage);
  unwrap(await one.client.submitShares({ shares }));
  await one.client.close();
  await one.bench.pass(2000);
  const host = unwrap(await dialAs(one.bench, "desk", "auditor"));
  const { nonce } = unwrap(await host.getTimeNonce({}));
  const { bootId } = unwrap(await host.getStatus({}));
  const say = async (name: string) =>
    errorOf(await host.setTime(signTime({ bootId, nonce }, signingKeyOf(name), 1_800_000_000_000)));
  expect([await say("Dan"), await say("Mallory")]).toEqual(["not refused", "time_signer_unknown"]);
  await host.close();
});

test("an attestation names the manifest, and its certifying key is the manifest's", async () => {
  const one = await fresh();
  await offer(one.client, lineage);
  const shares = await approvals(one, one.client, lineage);
  unwrap(await one.client.submitShares({ shares }));
  await one.client.close();
  await one.bench.pass(2000);
  const host = unwrap(await dialAs(one.bench, "desk", "auditor"));
  const known = { certifier: one.made.auditKey, manifestHash: manifestHash(first) };
  const { checked } = unwrap(await askAttestation(host, { known }));
  expect(unwrap(checked).attestation.manifest).toEqual(manifestHash(first));
  const swapped = { ...known, certifier: one.made.publicKey };
  expect(errorOf(unwrap(await askAttestation(host, { known: swapped })).checked)).toBe(
    "attestation_invalid",
  );
  await host.close();
});

test("a custodian who knows another genesis gives nothing, though all else fits", async () => {
  const one = await fresh();
  await offer(one.client, lineage);
  const quote = unwrap(parseQuote(unwrap(await one.client.getQuote({ keyId: "A" })).quote));
  const known = { genesis: bytesOf("another"), hash: manifestHash(first), manifest: first };
  const given = await approve(
    await confirmed(quote),
    fileOf(one, "Ada"),
    custodianKeyOf("Ada"),
    known,
  );
  expect(errorOf(given)).toBe("lineage_foreign");
});

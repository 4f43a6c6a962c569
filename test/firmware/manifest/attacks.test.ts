/** Attacks on who is trusted, each refused by its name, and nothing left behind. */
import { describe, expect, test } from "bun:test";
import type { MadeKey } from "../../../protocol/manifest/manifest.ts";
import type { SignedManifest } from "../../../protocol/manifest/signed.ts";
import { after, signedBy } from "../../manifest/lineages.ts";
import { agreementKeyOf, bytesOf } from "../../manifest/people.ts";
import { createBench } from "../bench-device.ts";
import { errorOf, unwrap } from "../outcomes.ts";
import { SEALED_SECRETS } from "../watched-secrets.ts";
import { boxOf, coupOf, rebooting } from "./attacked.ts";
import { approvals, type Box, type Ceremony, firstOf, hold, makeBox, offer } from "./ceremony.ts";
import { trickedShares } from "./tricked.ts";

/** Offers a lineage and says how the offer of its last version ended. */
const lastOffer = async (box: Box, lineage: readonly SignedManifest[]): Promise<string> => {
  await offer(box.client, lineage.slice(0, -1));
  const [last] = lineage.slice(-1);
  if (last === undefined) throw new Error("a version");
  return errorOf(await box.client.offerManifest(last));
};

/** Shares that custodians were tricked into, submitted under a lineage: how that ended. */
const submitTricked = async (box: Box, lineage: readonly SignedManifest[]): Promise<string> => {
  await offer(box.client, lineage);
  const shares = await trickedShares(box, box.client, lineage);
  return errorOf(await box.client.submitShares({ shares }));
};

/** Version 1 with something else said of key A, signed by the true quorum that was deceived. */
const liedFirst = (
  { draft, boxes }: Ceremony,
  lie: Partial<MadeKey>,
): readonly SignedManifest[] => {
  const made = boxes.map(
    ({ id, made: own }) => [id, id === "A" ? { ...own, ...lie } : own] as const,
  );
  return [signedBy(draft), signedBy(firstOf(draft, new Map(made)))];
};

const ceremony = await hold();
const afterReboot = rebooting(ceremony);

describe("a device at its cable", () => {
  const { first, lineage } = ceremony;
  const second = after(first, { generation: 2 });

  test("another manifest over the same keys: the seed does not know its genesis", async () => {
    const box = await afterReboot(boxOf(ceremony));
    expect(await submitTricked(box, coupOf(ceremony))).toBe("root_tag_mismatch");
    expect([box.bench.phase(), box.bench.live()]).toEqual(["sealed", [...SEALED_SECRETS]]);
  });

  test("honest shares do not open another lineage's manifest", async () => {
    const box = await afterReboot(boxOf(ceremony));
    await offer(box.client, lineage);
    const shares = await approvals(box, box.client, lineage);
    await offer(box.client, coupOf(ceremony));
    expect(errorOf(await box.client.submitShares({ shares }))).toBe("lineage_foreign");
  });

  test("a gap, a fork, too few signatures, a foreign one, a host added by the host", async () => {
    const box = await afterReboot(boxOf(ceremony));
    const third = after(second);
    expect(await lastOffer(box, [...lineage, signedBy(third)])).toBe("lineage_gap");
    const fork = { ...second, predecessor: bytesOf("elsewhere") };
    expect(await lastOffer(box, [...lineage, signedBy(fork)])).toBe("lineage_fork");
    const few = signedBy(second, ["Ada", "Ben"]);
    expect(await lastOffer(box, [...lineage, few])).toBe("signatures_missing");
    const foreign = signedBy(second, ["Ada", "Ben", "Cleo", "Mallory"]);
    expect(await lastOffer(box, [...lineage, foreign])).toBe("signature_foreign");
    const key = agreementKeyOf("mallory");
    const hosts = [...second.hosts, { name: "mallory", key, roles: ["operator"] as const }];
    const { manifest } = signedBy({ ...second, hosts });
    const added = { manifest, signatures: signedBy(second).signatures };
    expect(await lastOffer(box, [...lineage, added])).toBe("manifest_signature_invalid");
  });

  test("an older version: one custodian has seen the newer", async () => {
    const box = await afterReboot(boxOf(ceremony));
    await offer(box.client, lineage);
    const older = await trickedShares(box, box.client, lineage, { seenVersion: 2 });
    const shares = [
      ...(await approvals(box, box.client, lineage, ["Ada", "Ben"])),
      ...older.slice(2),
    ];
    expect(errorOf(await box.client.submitShares({ shares }))).toBe("manifest_outdated");
    expect(box.bench.phase()).toBe("sealed");
  });

  test("what genesis has fixed, altered later by a deceived quorum", async () => {
    const box = await afterReboot(boxOf(ceremony));
    const emulator = first.keys.map(({ made, ...key }) =>
      made === undefined ? key : { ...key, made: { ...made, linkKey: agreementKeyOf("host's") } },
    );
    const fewer = first.keys.map((key) => ({
      ...key,
      groups: key.groups.map((group) => ({ ...group, threshold: 2 })),
    }));
    for (const changes of [{ keys: emulator }, { keys: fewer }, { network: "testnet" as const }]) {
      const altered = [...lineage, signedBy(after(first, changes))];
      expect(await lastOffer(box, altered)).toBe("genesis_altered");
    }
    const ended = [...lineage, signedBy(second), signedBy(after(second, { generation: 1 }))];
    expect(await lastOffer(box, ended)).toBe("genesis_altered");
  });

  test("a manifest for another network than the device's", async () => {
    const box = await afterReboot(boxOf(ceremony));
    const elsewhere = signedBy({ ...ceremony.draft, network: "mainnet" });
    expect(await box.client.offerManifest(elsewhere)).toMatchObject({
      error: "manifest_wrong",
      details: { pointer: "/network" },
    });
  });

  test("a root tag of another seed", async () => {
    const box = await afterReboot(boxOf(ceremony));
    const lied = liedFirst(ceremony, { rootTag: bytesOf("another seed's") });
    expect(await submitTricked(box, lied)).toBe("root_tag_mismatch");
    expect(box.bench.live()).toEqual([...SEALED_SECRETS]);
  });

  test.each(["linkKey", "auditKey", "publicKey"] as const)(
    "a device's %s swapped",
    async (name) => {
      const box = await afterReboot(boxOf(ceremony));
      const swapped = {
        linkKey: { linkKey: agreementKeyOf("mallory") },
        auditKey: { auditKey: boxOf(ceremony, "B").made.publicKey },
        publicKey: { publicKey: boxOf(ceremony, "C").made.auditKey },
      }[name];
      expect(await submitTricked(box, liedFirst(ceremony, swapped))).toBe("device_key_mismatch");
      expect(box.bench.live()).toEqual([...SEALED_SECRETS]);
    },
  );

  test("a group added to the draft between its signing and genesis", async () => {
    const groups = [{ name: "more", threshold: 2, members: ["Ada", "Ben"] }];
    const keys = ceremony.draft.keys.map((key) => ({ ...key, groups: [...key.groups, ...groups] }));
    const { manifest } = signedBy({ ...ceremony.draft, keys });
    const altered = { manifest, signatures: signedBy(ceremony.draft).signatures };
    const bench = createBench({ name: "A", isSecure: true });
    const client = await bench.connect();
    expect(errorOf(await client.offerManifest(altered))).toBe("manifest_signature_invalid");
    expect(errorOf(await client.makeKey({ keyId: "A" }))).toBe("manifest_missing");
    await client.close();
  });

  test("a quote of an earlier boot, and shares for it", async () => {
    const box = await afterReboot(boxOf(ceremony));
    await offer(box.client, lineage);
    const shares = await approvals(box, box.client, lineage);
    const later = await afterReboot(box);
    await offer(later.client, lineage);
    expect(errorOf(await later.client.submitShares({ shares }))).toBe("share_misaddressed");
  });

  test("a share that another custodian signed, or nobody", async () => {
    const box = await afterReboot(boxOf(ceremony));
    await offer(box.client, lineage);
    const [ada, ben] = await approvals(box, box.client, lineage);
    if (ada?.signature === undefined || ben?.signature === undefined) throw new Error("shares");
    const { signature: _none, ...unsigned } = ada;
    const borrowed = { ...ada, signature: ben.signature };
    for (const one of [unsigned, borrowed]) {
      const refused = errorOf(await box.client.submitShares({ shares: [one] }));
      expect(refused).toBe("share_signature_invalid");
    }
  });

  test("a value that is not the one committed to: it is named and costs no other", async () => {
    const box = await afterReboot(boxOf(ceremony));
    await offer(box.client, lineage);
    const wrong = await trickedShares(box, box.client, lineage, {}, () =>
      new Uint8Array(32).fill(7),
    );
    const honest = await approvals(box, box.client, lineage);
    const mixed = [...honest.slice(0, 2), ...wrong.slice(2)];
    const refused = await box.client.submitShares({ shares: mixed });
    expect(refused).toMatchObject({ error: "commitment_mismatch", details: { share: 2 } });
    expect(unwrap(await box.client.submitShares({ shares: honest })).phase).toBe("ready");
  });

  test("firmware that is not allowed, a key of another box, an unknown key", async () => {
    const draft = { ...ceremony.draft, firmware: [bytesOf("another release")] };
    const bench = createBench({ name: "A", isSecure: true });
    const client = await bench.connect();
    await offer(client, [signedBy(draft)]);
    expect(errorOf(await client.makeKey({ keyId: "A" }))).toBe("firmware_not_listed");
    await offer(client, [signedBy(ceremony.draft)]);
    expect(errorOf(await client.makeKey({ keyId: "B" }))).toBe("device_unlisted");
    expect(errorOf(await client.getQuote({ keyId: "Z" }))).toBe("key_unknown");
    await client.close();
  });

  test("at genesis: version 1 over the values of an emulator of the host's", async () => {
    const theirs = await makeBox("A", ceremony.draft);
    const ours = await makeBox("A", ceremony.draft);
    const made = new Map(ceremony.boxes.map((one) => [one.id, one.made]));
    const forged = firstOf(ceremony.draft, made.set("A", theirs.made));
    const forgedLineage = [signedBy(ceremony.draft), signedBy(forged)];
    await offer(ours.client, forgedLineage);
    const shares = await trickedShares(
      { ...theirs, bench: ours.bench },
      ours.client,
      forgedLineage,
    );
    expect(errorOf(await ours.client.submitShares({ shares }))).toBe("device_key_mismatch");
    expect(ours.bench.live()).toEqual([...SEALED_SECRETS]);
    for (const one of [theirs, ours]) await one.client.close();
  });
});

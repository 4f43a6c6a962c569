/** The road under a manifest: genesis, version 1, ready; a power cut, and ready again. */
import { describe, expect, test } from "bun:test";
import { manifestHash } from "../../../host/manifest/index.ts";
import { HDKey } from "@scure/bip32";
import { after, signedBy } from "../../manifest/lineages.ts";
import { NAMES } from "../../manifest/people.ts";
import { unwrap } from "../outcomes.ts";
import { READY_SECRETS, SEALED_SECRETS } from "../watched-secrets.ts";
import { approvals, hold, offer } from "./ceremony.ts";

describe("under a manifest", () => {
  test("a box makes its key, is ready under version 1, and after a power cut again", async () => {
    const ceremony = await hold();
    const [box] = ceremony.boxes;
    if (box === undefined) throw new Error("a box");
    expect([box.bench.phase(), box.shares.length]).toEqual(["provisioning", 5]);
    for (const names of [NAMES.slice(0, 3), NAMES.slice(2)]) {
      const client = names[0] === "Ada" ? box.client : await box.bench.connect();
      await offer(client, ceremony.lineage);
      const shares = await approvals(box, client, ceremony.lineage, names);
      const first = unwrap(await client.submitShares({ shares: shares.slice(0, 1) }));
      expect([first.have, first.need, first.phase]).toEqual([1, 3, "provisioning"]);
      const done = unwrap(await client.submitShares({ shares: shares.slice(1) }));
      expect([done.have, done.need, done.phase]).toEqual([3, 3, "ready"]);
      const { manifest, fingerprint } = unwrap(await client.getStatus({}));
      expect(manifest).toEqual({ hash: manifestHash(ceremony.first), version: 1, keyId: "A" });
      const named = new HDKey({ publicKey: box.made.publicKey, chainCode: new Uint8Array(32) });
      expect(fingerprint).toEqual(
        Uint8Array.from(Buffer.from(named.fingerprint.toString(16).padStart(8, "0"), "hex")),
      );
      await client.close();
      box.bench.reboot("power");
      expect(box.bench.phase()).toBe("sealed");
    }
  });

  test("the next version takes over, whoever of the quorum signed it", async () => {
    const ceremony = await hold();
    const [, box] = ceremony.boxes;
    if (box === undefined) throw new Error("a box");
    const second = after(ceremony.first, { generation: 2 });
    const lineage = [...ceremony.lineage, signedBy(second, ["Ben", "Dan", "Eve"])];
    await offer(box.client, lineage);
    const shares = await approvals(box, box.client, lineage);
    expect(unwrap(await box.client.submitShares({ shares })).phase).toBe("ready");
    expect(unwrap(await box.client.getStatus({})).manifest?.version).toBe(2);
    await box.client.close();
  });

  test("no handle is left but the keys'", async () => {
    const ceremony = await hold();
    const [box] = ceremony.boxes;
    if (box === undefined) throw new Error("a box");
    expect(box.bench.live()).toEqual([...SEALED_SECRETS]);
    await offer(box.client, ceremony.lineage);
    const shares = await approvals(box, box.client, ceremony.lineage);
    unwrap(await box.client.submitShares({ shares }));
    expect(box.bench.live()).toEqual([...READY_SECRETS]);
    await box.client.close();
  });
});

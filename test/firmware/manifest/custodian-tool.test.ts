/** What a custodian's tool gives no share to, whatever a host offers it. */
import { describe, expect, test } from "bun:test";
import { approve, type KnownLineage, parseQuote } from "../../../host/custody/index.ts";
import { manifestHash } from "../../../host/manifest/index.ts";
import type { Manifest } from "../../../protocol/manifest/manifest.ts";
import { confirmed } from "../../custody/confirming.ts";
import { after } from "../../manifest/lineages.ts";
import { bytesOf } from "../../manifest/people.ts";
import { errorOf, unwrap } from "../outcomes.ts";
import { boxOf, coupOf, rebooting } from "./attacked.ts";
import { custodianKeyOf, fileOf, hold, offer } from "./ceremony.ts";

const ceremony = await hold();
const afterReboot = rebooting(ceremony);

describe("a custodian's tool", () => {
  let box = boxOf(ceremony, "C");
  const quoteOf = async () =>
    unwrap(parseQuote(unwrap(await box.client.getQuote({ keyId: "C" })).quote));
  const known = (manifest: Manifest): KnownLineage => ({
    genesis: manifestHash(ceremony.draft),
    hash: manifestHash(manifest),
    manifest,
  });
  const ask = async (lineage: KnownLineage | undefined) =>
    errorOf(
      await approve(
        await confirmed(await quoteOf()),
        fileOf(box, "Ada"),
        custodianKeyOf("Ada"),
        lineage,
      ),
    );

  test("gives no share to a host that offers a manifest of its own", async () => {
    // After its genesis the box keeps its words for the people who have to type them.
    await offer(box.client, coupOf(ceremony));
    expect(await box.client.getQuote({ keyId: "C" })).toMatchObject({ error: "manifest_missing" });
    expect(await box.client.getQuote({})).toMatchObject({ error: "manifest_missing" });
    box = await afterReboot(box);
    await offer(box.client, coupOf(ceremony));
    expect(await ask(known(ceremony.first))).toBe("lineage_foreign");
    const coup = { ...known(ceremony.first), genesis: bytesOf("their genesis") };
    expect(await ask(coup)).toBe("lineage_foreign");
  });

  test("gives none for an older version than it has seen, nor without any manifest", async () => {
    await offer(box.client, ceremony.lineage);
    expect(await ask(known(after(ceremony.first)))).toBe("manifest_outdated");
    expect(await ask(undefined)).toBe("manifest_missing");
  });

  test("gives none to other firmware, for another's seat, of another value", async () => {
    await offer(box.client, ceremony.lineage);
    const quote = await confirmed(await quoteOf());
    const honest = known(ceremony.first);
    const give = async (name: string, lineage: KnownLineage) =>
      errorOf(await approve(quote, fileOf(box, "Ada"), custodianKeyOf(name), lineage));
    const listed = { ...ceremony.first, firmware: [bytesOf("other firmware")] };
    expect(await give("Ada", { ...honest, manifest: listed })).toBe("firmware_not_listed");
    expect(await give("Ben", honest)).toBe("signing_key_unlisted");
    const keys = ceremony.first.keys.map(({ made, ...key }) =>
      made ? { ...key, made: { ...made, commitments: made.commitments.toReversed() } } : key,
    );
    const other = { ...honest, manifest: { ...ceremony.first, keys } };
    expect(await give("Ada", other)).toBe("commitment_mismatch");
    expect(await give("Ada", honest)).toBe("not refused");
  });

  test("gives none for another box, or another key", async () => {
    const other = boxOf(ceremony, "B");
    await offer(other.client, ceremony.lineage);
    const quote = unwrap(parseQuote(unwrap(await other.client.getQuote({ keyId: "B" })).quote));
    const lineage = known(ceremony.first);
    const key = custodianKeyOf("Ada");
    expect(errorOf(await approve(await confirmed(quote), fileOf(box, "Ada"), key, lineage))).toBe(
      "share_misaddressed",
    );
    const renamed = { ...quote, device: "C" };
    expect(errorOf(await approve(await confirmed(renamed), fileOf(box, "Ada"), key, lineage))).toBe(
      "quote_malformed",
    );
  });
});

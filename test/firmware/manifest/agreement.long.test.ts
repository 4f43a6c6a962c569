/** Device and tools on lineages of chance, in a thousand runs. */
import { expect, test } from "bun:test";
import { agreeOnLineages } from "./agreement.ts";

test("device and tools give one verdict on every lineage", () => {
  // Each verdict is reached, or the agreement would say little.
  expect([...agreeOnLineages(1000)]).toEqual(
    expect.arrayContaining([
      "taken",
      "manifest_wrong",
      "lineage_gap",
      "lineage_fork",
      "signatures_missing",
      "signature_foreign",
      "genesis_altered",
    ]),
  );
}, 300_000);

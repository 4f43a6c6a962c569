/** A seed that an insecure board brings along, and the manifest that comes with it. */
import { assert } from "../../protocol/errors.ts";
import type { SignedManifest } from "../../protocol/manifest/signed.ts";
import type { AuditKey } from "../audit/audit-key.ts";
import type { Keys } from "../device.ts";
import type { Context } from "../dispatch.ts";
import type { Handle } from "../hal.ts";
import { keysOf } from "../keys.ts";
import { extendLineage, type Lineage } from "../manifest/lineage.ts";
import { believe } from "./belief.ts";

/** A seed that did not come by shares. */
export interface BroughtSeed {
  readonly seed: Handle<"seed">;
  /** Of the manifest's key; without a lineage it is nobody's. */
  readonly keyId?: string;
  /** From the draft on: believed by the same rules as one that people bring. */
  readonly lineage?: readonly SignedManifest[];
}

/** The keys of a seed that was brought along. A manifest that does not hold is our own mistake. */
export const broughtKeys = (
  context: Pick<Context, "hal" | "network" | "bootId">,
  auditKey: AuditKey,
  { seed, keyId, lineage = [] }: BroughtSeed,
): Keys => {
  const { hal, bootId } = context;
  if (lineage.length === 0) return keysOf(hal, seed, { auditKey, bootId }).keys;
  let known: Lineage | undefined;
  for (const version of lineage) {
    const more = extendLineage(hal.crypto, known, version);
    assert(more.ok, "the lineage of a seed that is brought along holds");
    known = more.value;
  }
  const key = known?.newest.keys.find(({ id }) => id === keyId);
  assert(known !== undefined && key !== undefined, "the lineage lists the key of the seed");
  const keys = believe(context, auditKey, known, key, seed);
  assert(keys.ok, "the seed vouches for the lineage that it is brought along with");
  return keys.value;
};

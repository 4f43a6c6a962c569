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

/**
 * The keys of a seed that was brought along. A lineage that does not hold is our own mistake; what
 * it lists, such as wallets, may be that of whoever brings it.
 */
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
  if (keys.ok) return keys.value;
  // By its name: the manifest has an order of its own.
  const wallet = known.newest.wallets[Number(keys.details?.["wallet"])];
  const which = wallet === undefined ? "" : ` (wallet ${JSON.stringify(wallet.name)})`;
  throw new Error(`no seed vouches for what is brought along with it: ${keys.error}${which}`);
};

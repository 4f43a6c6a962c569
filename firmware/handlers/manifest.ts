/** Taking a manifest in, version by version. Nothing is believed of it yet. */
import { fail, ok } from "../../protocol/errors.ts";
import { isSame } from "../bitcoin/index.ts";
import type { Handlers } from "../dispatch.ts";
import { extendLineage } from "../manifest/lineage.ts";

/**
 * A draft begins a lineage, any other version continues the one that was offered; the same version
 * once more changes nothing. A set of shares that is held belongs to the manifest before, and is
 * wiped.
 */
export const offerManifest: Handlers["offerManifest"] = (context, signed) => {
  const { hal, device, advance } = context;
  const now = device();
  if (now.phase !== "sealed" && now.phase !== "provisioning") return fail("wrong_phase");
  const hash = hal.crypto.sha256().update(signed.manifest).digest();
  const offered = now.lineage;
  if (offered !== undefined && isSame(hash, offered.hash)) {
    return ok({ hash, version: offered.newest.version });
  }
  const begun = extendLineage(hal.crypto, undefined, signed);
  const isLater = !begun.ok && begun.error === "lineage_gap";
  const lineage = isLater ? extendLineage(hal.crypto, offered, signed) : begun;
  if (!lineage.ok) return lineage;
  if (now.phase === "provisioning" && now.shares.length > 0) {
    for (const { share } of now.shares) hal.secrets.wipe(share.value);
    advance({ kind: "set-wiped" });
  }
  advance({ kind: "lineage-offered", lineage: lineage.value });
  return ok({ hash, version: lineage.value.newest.version });
};

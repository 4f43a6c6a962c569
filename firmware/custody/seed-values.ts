/** What a seed says of itself: the values that a manifest holds of its key, all of them public. */
import { SEED_LABELS, type MadeKey } from "../../protocol/manifest/manifest.ts";
import { LINK_LABEL } from "../../protocol/session/pairing.ts";
import type { Handle, Secrets } from "../hal.ts";

/** All but the commitments, which are of the shares. */
export type SeedValues = Omit<MadeKey, "commitments">;

/** Derives them; `genesis` is the hash of the draft. The seed stays, all else is wiped. */
export const seedValues = (
  secrets: Secrets,
  seed: Handle<"seed">,
  genesis: Uint8Array,
): SeedValues => {
  const master = secrets.master(seed);
  const audit = secrets.deriveNode(seed, SEED_LABELS.audit);
  const link = secrets.deriveAgreement(seed, LINK_LABEL);
  const root = secrets.deriveSymmetric(seed, SEED_LABELS.root);
  const values = {
    publicKey: secrets.publicNode(master).publicKey,
    linkKey: link.publicKey,
    auditKey: secrets.publicNode(audit).publicKey,
    rootTag: secrets.mac(root, genesis),
  };
  for (const handle of [master, audit, link.secret, root]) secrets.wipe(handle);
  return values;
};

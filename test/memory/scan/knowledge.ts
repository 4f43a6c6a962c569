/** What the searcher knows of a device's secrets: all that it must not find. */
import { SEED_LABELS } from "../../../protocol/manifest/manifest.ts";
import { LINK_LABEL, PAIRING_LABEL } from "../../../protocol/session/pairing.ts";
import { type Catalogue, createCatalogue } from "../catalogue.ts";
import { derivedSecrets } from "../derived.ts";
import type { NamedSecret } from "../forms.ts";
import type { KnownSignature } from "../nonces.ts";
import { ACCOUNT_PATH, type KnownSeed } from "./device.ts";

/**
 * The account's extended public key is given out, so its chain code is public, and with it chain
 * code and tweak of every address below (BIP-32, "Public parent key → public child key").
 */
const isPublic = ({ name, kind }: NamedSecret): boolean =>
  (kind === "chain code" && name.startsWith(ACCOUNT_PATH)) ||
  (kind === "tweak" && name.startsWith(`${ACCOUNT_PATH}/`));

/** Everything secret that a device had: of its seed, its shares, its keys and its signatures. */
export const catalogueOf = (
  { seed, identifier, values, sealing, control }: KnownSeed,
  signatures: readonly KnownSignature[],
): Catalogue => {
  const shares = values.map((value, i) => ({ name: `share ${i}`, value }));
  const known = derivedSecrets({
    seed,
    shareSets: [{ identifier, iterationExponent: 0, extendable: true, shares }],
    labels: [
      { label: SEED_LABELS.audit, use: "node" },
      { label: SEED_LABELS.root, use: "symmetric" },
      { label: LINK_LABEL, use: "agreement" },
      { label: PAIRING_LABEL, use: "symmetric" },
    ],
    paths: [ACCOUNT_PATH, ...new Set(signatures.map(({ signer }) => signer))],
    signatures,
  });
  return createCatalogue([
    ...known.filter((secret) => !isPublic(secret)),
    ...sealing,
    { name: "control", kind: "control", bytes: control },
  ]);
};

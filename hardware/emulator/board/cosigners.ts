/**
 * The other signers of an emulator's wallets, as its own manifest lists them: a device takes part
 * in a wallet only where the manifest says who made each of its keys. All that is known of them is
 * the keys in the wallets' policies; the rest follows from those, and is nobody's. The device
 * believes it. The people's tools would not: they ask for each master key, which nobody knows here.
 */
import { createBase58check } from "@scure/base";
import type { Manifest, ManifestKey } from "../../../protocol/manifest/manifest.ts";
import { LIMITS } from "../../../protocol/limits.ts";
import { createCrypto } from "../../secrets/index.ts";
import { sha256 } from "./own-people.ts";

const base58check = createBase58check(sha256);

/** BIP-32: a compressed public key ends what an xpub holds. */
const PUBLIC_KEY_BYTES = 33;
/** SEC 1, section 2.3.3: the first byte of a point says which of two it is. */
const OTHER_POINT = 0x01;

/** As devices write it: the fingerprint in lower case, `'` for hardened (BIP-380). */
const canonical = (key: string): string =>
  key.replace(/^\[[^\]]*\]/, (origin) => origin.toLowerCase().replaceAll("h", "'"));

const fingerprintIn = (key: string): string => key.slice(1, 9);

const publicKeyIn = (key: string): Uint8Array =>
  base58check.decode(key.slice(key.indexOf("]") + 1)).slice(-PUBLIC_KEY_BYTES);

/** A point that has no other use: a point's mirror is one. */
const mirrored = (point: Uint8Array): Uint8Array =>
  Uint8Array.from(point, (byte, i) => (i === 0 ? byte ^ OTHER_POINT : byte));

/** Keys of the wallets that are not among these, by their masters' fingerprints. */
const foreignKeys = (
  wallets: Manifest["wallets"],
  own: readonly string[],
): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, readonly string[]>();
  // A key without origin is nobody's.
  const all = wallets.flatMap(({ keys }) => keys).filter((key) => key.startsWith("["));
  for (const key of new Set(all.map(canonical))) {
    const master = fingerprintIn(key);
    if (!own.includes(key)) found.set(master, [...(found.get(master) ?? []), key]);
  }
  return found;
};

/** The draft's and the next version's entries of the keys that others hold. */
export const cosignersOf = (
  wallets: Manifest["wallets"],
  own: readonly string[],
  seats: Pick<ManifestKey, "groupThreshold" | "groups">,
): readonly ManifestKey[] => {
  const { keyAgreement } = createCrypto();
  const count = seats.groups.reduce((sum, { members }) => sum + members.length, 0);
  return [...foreignKeys(wallets, own)].map(([master, accounts]): ManifestKey => {
    if (accounts.length > LIMITS.keyAccounts) {
      throw new Error(`wallets: at most ${LIMITS.keyAccounts} keys of one master, ${master}`);
    }
    const publicKey = publicKeyIn(accounts[0] ?? "");
    const of = (what: string) => sha256(`mayfly emulator: ${what} of `, publicKey);
    return {
      id: `cosigner ${master}`,
      device: `cosigner ${master}`,
      site: "elsewhere",
      groupThreshold: seats.groupThreshold,
      groups: seats.groups,
      made: {
        publicKey,
        linkKey: keyAgreement(of("link")).publicKey,
        auditKey: mirrored(publicKey),
        rootTag: of("root"),
        commitments: Array.from({ length: count }, (_, i) => of(`share ${i}`)),
        accounts,
      },
    };
  });
};

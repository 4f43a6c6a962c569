/** An extended public key as a device returned it, held against the path it was asked for. */
import { HDKey } from "@scure/bip32";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

/** Version bytes of extended keys (BIP-32, "Serialization format"): mainnet's and all others'. */
const VERSIONS = [
  { private: 0x0488ade4, public: 0x0488b21e },
  { private: 0x04358394, public: 0x043587cf },
] as const;

const readNode = (text: string): HDKey | undefined => {
  for (const versions of VERSIONS) {
    try {
      return HDKey.fromExtendedKey(text, versions);
    } catch {
      // the other network's, or no extended key at all
    }
  }
  return undefined;
};

/** What a node tells of where it stands; `undefined` where that is at the end of the path. */
const problemOf = (
  node: HDKey | undefined,
  path: readonly number[],
  fingerprint: Uint8Array,
): string | undefined => {
  if (node === undefined) return "no extended key";
  if (node.privateKey !== null) return "a private key";
  if (node.depth !== path.length) return "another depth";
  if (node.index !== (path.at(-1) ?? 0)) return "another child number";
  const master = Buffer.from(fingerprint).readUInt32BE();
  if (path.length === 0 && node.fingerprint !== master) return "another fingerprint";
  if (path.length === 1 && node.parentFingerprint !== master) return "another parent";
  return undefined;
};

/**
 * The text itself, where it is an extended public key of a known network that can stand at `path`
 * below the master key of that fingerprint (4 bytes). `malformed_reply` for any other; details
 * carry `why`.
 */
export const checkReturnedKey = (
  text: string,
  path: readonly number[],
  fingerprint: Uint8Array,
): Outcome<string, "malformed_reply"> => {
  const why = problemOf(readNode(text), path, fingerprint);
  return why === undefined ? ok(text) : fail("malformed_reply", { why });
};

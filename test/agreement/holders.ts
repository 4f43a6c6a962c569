/** Holders of keys: a seed, an account below it, and what a wallet policy writes of them. */
import { HDKey } from "@scure/bip32";

/** Versions of extended keys on test networks. */
const VERSIONS = { private: 0x04358394, public: 0x043587cf };
const HARDENED = 0x80000000;

/** BIP-341's point of which nobody knows a secret key, compressed. */
const NUMS = "0250929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0";

/** Who holds a key of a wallet. */
export interface Holder {
  /** 32 bytes; none for the key that nobody holds. */
  readonly seed?: Uint8Array;
  /** The master key's, as a big-endian number. */
  readonly fingerprint: number;
  /** Child numbers from the master key to the account. */
  readonly origin: readonly number[];
  /** As a policy writes it. */
  readonly keyText: string;
  /** The key at a place below the account, remembered. */
  readonly child: (branch: number, index: number) => HDKey;
}

const remembering = (account: HDKey): Holder["child"] => {
  const branches = new Map<number, HDKey>();
  const places = new Map<string, HDKey>();
  const branchOf = (branch: number): HDKey => {
    const known = branches.get(branch) ?? account.deriveChild(branch);
    branches.set(branch, known);
    return known;
  };
  return (branch, index) => {
    const name = `${branch}/${index}`;
    const known = places.get(name) ?? branchOf(branch).deriveChild(index);
    places.set(name, known);
    return known;
  };
};

const pathText = (path: readonly number[]): string =>
  path.map((step) => (step >= HARDENED ? `/${step - HARDENED}'` : `/${step}`)).join("");

/** The holder of a seed, with the account at a path. */
export const createHolder = (seed: Uint8Array, origin: readonly number[]): Holder => {
  const master = HDKey.fromMasterSeed(seed, VERSIONS);
  const account = origin.reduce((node, step) => node.deriveChild(step), master);
  const name = master.fingerprint.toString(16).padStart(8, "0");
  return {
    seed,
    fingerprint: master.fingerprint,
    origin,
    keyText: `[${name}${pathText(origin)}]${account.publicExtendedKey}`,
    child: remembering(account),
  };
};

/** The key that nobody holds, with a chain code of its own for each wallet. */
export const createUnspendable = (chainCode: Uint8Array): Holder => {
  const publicKey = Uint8Array.fromHex(NUMS);
  const node = new HDKey({ versions: VERSIONS, chainCode, publicKey });
  return {
    fingerprint: node.fingerprint,
    origin: [],
    keyText: node.publicExtendedKey,
    child: remembering(node),
  };
};

/** A path of hardened steps. */
export const hardened = (...steps: readonly number[]): readonly number[] =>
  steps.map((step) => step + HARDENED);

/**
 * The one kind of wallet that is checked: `wsh(sortedmulti(K,[fingerprint/path]xpub/<0;1>/*,...))`
 * with its checksum. Sources: BIP-380 (keys, checksum), BIP-383 (sortedmulti), BIP-389 (multipath),
 * BIP-67 (the keys' order), BIP-141 (P2WSH). Derivation is @scure/bip32's.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";
import { HDKey } from "@scure/bip32";
import type { NetworkName, WalletPath } from "../../withdrawal.ts";
import { attempt } from "../attempt.ts";
import { CONTROL_LIMITS } from "../limits.ts";
import { extendedKeyVersions } from "../network.ts";
import { verifyChecksum } from "./checksum.ts";
import { got, type Reading, unread } from "./reading.ts";

interface AccountKey {
  readonly fingerprint: string;
  readonly branches: readonly [HDKey, HDKey];
}

/** A wallet: how many signatures it takes, and its keys in the descriptor's order. */
export interface Wallet {
  readonly threshold: number;
  readonly keys: readonly AccountKey[];
}

/** A key of an address: 33 bytes, compressed, and the fingerprint of the master key behind it. */
export interface AddressKey {
  readonly publicKey: Uint8Array;
  readonly fingerprint: string;
}

/** What a wallet has at one path; the keys stand in the script's order. */
export interface WalletScript {
  readonly scriptHex: string;
  readonly witnessScript: Uint8Array;
  readonly keys: readonly AddressKey[];
}

const WSH_SORTEDMULTI = /^wsh\(sortedmulti\(([1-9]\d?),([^()]+)\)\)$/;
const KEY =
  /^\[([0-9a-fA-F]{8})((?:\/\d{1,10}[hH']?)*)\]([1-9A-HJ-NP-Za-km-z]{111,112})\/<0;1>\/\*$/;
const PATH = /^([01])\/(0|[1-9]\d{0,9})$/;
const HARDENED_OFFSET = 2 ** 31;
const OP_SMALL = 0x50;
const OP_CHECKMULTISIG = 0xae;
const PUSH_32 = 0x20;
const PUSH_33 = 0x21;

const stepsOf = (origin: string): readonly number[] =>
  origin
    .split("/")
    .slice(1)
    .map((step) => Number.parseInt(step, 10));

const parseKey = (text: string, network: NetworkName): AccountKey | undefined => {
  const [, fingerprint, origin, xpub] = KEY.exec(text) ?? [];
  if (fingerprint === undefined || origin === undefined || xpub === undefined) return undefined;
  const steps = stepsOf(origin);
  if (steps.some((step) => step >= HARDENED_OFFSET)) return undefined;
  return attempt(() => {
    const key = HDKey.fromExtendedKey(xpub, extendedKeyVersions(network));
    // A private key has no place here, and an origin of another length belongs to another key.
    if (key.privateKey !== null || key.depth !== steps.length) throw new RangeError("wrong key");
    const branches = [key.deriveChild(0), key.deriveChild(1)] as const;
    return { fingerprint: fingerprint.toLowerCase(), branches };
  });
};

const publicKeyOf = (key: HDKey): Uint8Array => {
  if (key.publicKey === null) throw new RangeError("a key without its public key");
  return key.publicKey;
};

const repeatsKey = (keys: readonly AccountKey[]): boolean =>
  new Set(keys.map(({ branches }) => bytesToHex(publicKeyOf(branches[0])))).size < keys.length;

/** Reads a descriptor: checksum, form, and every key for the network. */
export const parseDescriptor = (text: string, network: NetworkName): Reading<Wallet> => {
  if (text.length > CONTROL_LIMITS.descriptorLength) return unread("The descriptor is too long.");
  const descriptor = verifyChecksum(text);
  if (descriptor === undefined) return unread("The descriptor's checksum is missing or wrong.");
  const [, count, list] = WSH_SORTEDMULTI.exec(descriptor) ?? [];
  if (count === undefined || list === undefined) {
    return unread("The descriptor is not wsh(sortedmulti(...)).");
  }
  const texts = list.split(",");
  const keys = texts.flatMap((key) => parseKey(key, network) ?? []);
  if (keys.length < texts.length) {
    return unread(`A key is not [fingerprint/path]xpub/<0;1>/* with an xpub of ${network}.`);
  }
  const threshold = Number(count);
  if (keys.length > CONTROL_LIMITS.descriptorKeys || threshold > keys.length) {
    return unread("The descriptor's threshold does not fit its keys.");
  }
  return repeatsKey(keys) ? unread("The descriptor has a key twice.") : got({ threshold, keys });
};

/** Reads `branch/index`, such as `0/5`; `undefined` where the text is no path of a wallet. */
export const parsePath = (text: string): WalletPath | undefined => {
  const [, branch, digits] = PATH.exec(text) ?? [];
  const index = Number(digits);
  if (branch === undefined || !(index < HARDENED_OFFSET)) return undefined;
  return { branch: branch === "0" ? 0 : 1, index };
};

// Lexicographic order of the compressed keys (BIP-67), for which hex order stands.
const byPublicKey = (left: AddressKey, right: AddressKey): number =>
  bytesToHex(left.publicKey) < bytesToHex(right.publicKey) ? -1 : 1;

/** The wallet's script at a path; `undefined` in the case, of odds 2^-127, that no key is there. */
export const deriveScript = (wallet: Wallet, path: WalletPath): WalletScript | undefined =>
  attempt(() => {
    const keys = wallet.keys
      .map(({ fingerprint, branches }) => {
        const publicKey = publicKeyOf(branches[path.branch].deriveChild(path.index));
        return { publicKey, fingerprint };
      })
      .toSorted(byPublicKey);
    const witnessScript = concatBytes(
      Uint8Array.of(OP_SMALL + wallet.threshold),
      ...keys.flatMap(({ publicKey }) => [Uint8Array.of(PUSH_33), publicKey]),
      Uint8Array.of(OP_SMALL + keys.length, OP_CHECKMULTISIG),
    );
    const program = concatBytes(Uint8Array.of(0, PUSH_32), sha256(witnessScript));
    return { scriptHex: bytesToHex(program), witnessScript, keys };
  });

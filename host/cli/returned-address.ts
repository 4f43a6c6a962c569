/** An address as a device returned it, held against the script it returned with it. */
import { bech32, bech32m, createBase58check } from "@scure/base";
import { sha256 } from "@noble/hashes/sha2.js";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

/** A script that has an address: the bytes around its payload, and how the payload is written. */
interface Form {
  readonly before: readonly number[];
  readonly length: number;
  readonly after: readonly number[];
  /** One text for each network that has its own. */
  readonly write: (payload: Uint8Array) => readonly string[];
}

/** Human-readable parts (BIP-173): mainnet, testnet and signet, regtest. */
const PREFIXES = ["bc", "tb", "bcrt"] as const;
const base58check = createBase58check(sha256);

/** A witness program: bech32 for version 0, bech32m from 1 on (BIP-350). */
const segwit =
  (version: number): Form["write"] =>
  (program) => {
    const { encode, toWords } = version === 0 ? bech32 : bech32m;
    return PREFIXES.map((prefix) => encode(prefix, [version, ...toWords(program)]));
  };

/** A hash behind its version byte, of mainnet or of the test networks. */
const base58 =
  (...versions: readonly number[]): Form["write"] =>
  (hash) =>
    versions.map((version) => base58check.encode(Uint8Array.of(version, ...hash)));

/** P2WPKH, P2WSH, P2TR, P2PKH, P2SH. */
const FORMS: readonly Form[] = [
  { before: [0x00, 0x14], length: 20, after: [], write: segwit(0) },
  { before: [0x00, 0x20], length: 32, after: [], write: segwit(0) },
  { before: [0x51, 0x20], length: 32, after: [], write: segwit(1) },
  { before: [0x76, 0xa9, 0x14], length: 20, after: [0x88, 0xac], write: base58(0x00, 0x6f) },
  { before: [0xa9, 0x14], length: 20, after: [0x87], write: base58(0x05, 0xc4) },
];

const fits = (script: Uint8Array, { before, length, after }: Form): boolean => {
  const end = before.length + length;
  return (
    script.length === end + after.length &&
    before.every((byte, i) => script[i] === byte) &&
    after.every((byte, i) => script[end + i] === byte)
  );
};

/** The script's address on each network. */
const addressesOf = (script: Uint8Array): readonly string[] => {
  const form = FORMS.find((one) => fits(script, one));
  if (form === undefined) return [];
  const start = form.before.length;
  return form.write(script.subarray(start, start + form.length));
};

/**
 * The text itself, where it is the script's address on some network: the host is not told which.
 * `malformed_reply` for any other.
 */
export const checkReturnedAddress = (
  address: string,
  scriptPubKey: Uint8Array,
): Outcome<string, "malformed_reply"> =>
  addressesOf(scriptPubKey).includes(address)
    ? ok(address)
    : fail("malformed_reply", { why: "the address is not the script's" });

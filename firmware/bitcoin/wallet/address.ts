/** What a person reads for an output script: its address, or the script itself. */
import type { Crypto } from "../../hal.ts";
import { encodeBase58Check } from "../encoding/base58.ts";
import { encodeSegwitAddress } from "../encoding/bech32.ts";
import { concatBytes, sha256 } from "../encoding/bytes.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import { NETWORKS, type NetworkName } from "../network.ts";

/** What an address depends on besides the script. */
export interface AddressContext {
  readonly crypto: Crypto;
  readonly network: NetworkName;
}

/** A script with the payload left out: the bytes before it, its length, and the bytes after it. */
interface Pattern {
  readonly before: readonly number[];
  readonly length: number;
  readonly after: readonly number[];
  readonly encode: (payload: Uint8Array, context: AddressContext) => string;
}

const segwit =
  (version: number): Pattern["encode"] =>
  (program, { network }) =>
    encodeSegwitAddress(NETWORKS[network].hrp, version, program);

const base58 =
  (kind: "publicKeyHash" | "scriptHash"): Pattern["encode"] =>
  (hash, { crypto, network }) =>
    encodeBase58Check(concatBytes(Uint8Array.of(NETWORKS[network][kind]), hash), crypto);

/** P2WPKH, P2WSH, P2TR, P2PKH, P2SH. */
const PATTERNS: readonly Pattern[] = [
  { before: [0x00, 0x14], length: 20, after: [], encode: segwit(0) },
  { before: [0x00, 0x20], length: 32, after: [], encode: segwit(0) },
  { before: [0x51, 0x20], length: 32, after: [], encode: segwit(1) },
  { before: [0x76, 0xa9, 0x14], length: 20, after: [0x88, 0xac], encode: base58("publicKeyHash") },
  { before: [0xa9, 0x14], length: 20, after: [0x87], encode: base58("scriptHash") },
];

const payloadOf = (script: Uint8Array, pattern: Pattern): Uint8Array | undefined => {
  const end = pattern.before.length + pattern.length;
  const matches =
    script.length === end + pattern.after.length &&
    pattern.before.every((byte, at) => script[at] === byte) &&
    pattern.after.every((byte, at) => script[end + at] === byte);
  return matches ? script.subarray(pattern.before.length, end) : undefined;
};

/** A script in full up to a limit, else its length and its SHA-256: never a part of it. */
const describeScript = (script: Uint8Array, crypto: Crypto): string => {
  if (script.length === 0) return "script empty";
  if (script.length <= BITCOIN_LIMITS.shownScriptBytes) return `script ${script.toHex()}`;
  return `script ${script.length} bytes SHA-256 ${sha256(crypto, script).toHex()}`;
};

/**
 * The address of an output script on a network (BIP-173, BIP-350, base58check); for a script
 * without one `script` and its hexadecimal, or where it is long its length and SHA-256.
 */
export const describeOutput = (script: Uint8Array, context: AddressContext): string => {
  for (const pattern of PATTERNS) {
    const payload = payloadOf(script, pattern);
    if (payload !== undefined) return pattern.encode(payload, context);
  }
  return describeScript(script, context.crypto);
};

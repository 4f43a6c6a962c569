/** An address as a device returned it, held against the script it returned with it. */
import { bech32 } from "@scure/base";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

/** Human-readable parts (BIP-173): mainnet, testnet and signet, regtest. */
const PREFIXES = ["bc", "tb", "bcrt"] as const;
/** `OP_0` and a push of 32 bytes: P2WSH, the only kind that wallets here have (BIP-141). */
const P2WSH = [0x00, 0x20] as const;
const P2WSH_LENGTH = 34;

/** The script's address on each network. */
const addressesOf = (script: Uint8Array): readonly string[] => {
  const isP2wsh = script.length === P2WSH_LENGTH && P2WSH.every((byte, i) => script[i] === byte);
  if (!isP2wsh) return [];
  const words = [0, ...bech32.toWords(script.subarray(P2WSH.length))];
  return PREFIXES.map((prefix) => bech32.encode(prefix, words));
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

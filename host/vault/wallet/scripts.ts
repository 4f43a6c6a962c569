/** Output scripts of every kind of wallet, and the scripts that spend them, on bitcoinjs-lib. */

import { type Network, type Payment, payments } from "bitcoinjs-lib";
import { assert } from "../../../protocol/errors.ts";
import { compareBytes } from "./bytes.ts";
import { type TaprootOutput, taprootOutput } from "./taproot.ts";
import type { KeyScript, Template } from "./template.ts";

/** The scripts of one address. */
export interface AddressScripts {
  readonly address: string;
  /** What an output carries. */
  readonly scriptPubKey: Uint8Array;
  /** What a P2SH output hashes. */
  readonly redeemScript?: Uint8Array;
  /** `k <keys> n OP_CHECKMULTISIG`: what a P2WSH output, bare or inside of P2SH, hashes. */
  readonly witnessScript?: Uint8Array;
  /** Of P2TR only. */
  readonly taproot?: TaprootOutput;
}

const outputOf = ({ address, output }: Payment) => {
  assert(address !== undefined && output !== undefined, "keys make a script and an address");
  return { address, scriptPubKey: output };
};

const scriptOf = ({ output }: Payment): Uint8Array => {
  assert(output !== undefined, "keys make a script");
  return output;
};

const multisig = (
  { name, threshold, expressions }: KeyScript,
  publicKeys: readonly Uint8Array[],
  network: Network,
): Payment => {
  const written = expressions.flatMap((position) => publicKeys[position] ?? []);
  const pubkeys = name === "sortedmulti" ? written.toSorted(compareBytes) : written;
  return payments.p2ms({ m: threshold, pubkeys, network });
};

const singleKey = (
  kind: "pkh" | "wpkh" | "sh-wpkh",
  pubkey: Uint8Array | undefined,
  network: Network,
): AddressScripts => {
  assert(pubkey !== undefined, "a template has a key");
  if (kind === "pkh") return outputOf(payments.p2pkh({ pubkey, network }));
  const witness = payments.p2wpkh({ pubkey, network });
  if (kind === "wpkh") return outputOf(witness);
  return {
    ...outputOf(payments.p2sh({ redeem: witness, network })),
    redeemScript: scriptOf(witness),
  };
};

const multiKey = (
  kind: "sh" | "wsh" | "sh-wsh",
  inner: Payment,
  network: Network,
): AddressScripts => {
  if (kind === "sh") {
    const outer = payments.p2sh({ redeem: inner, network });
    return { ...outputOf(outer), redeemScript: scriptOf(inner) };
  }
  const witness = payments.p2wsh({ redeem: inner, network });
  const witnessScript = scriptOf(inner);
  if (kind === "wsh") return { ...outputOf(witness), witnessScript };
  const outer = payments.p2sh({ redeem: witness, network });
  return { ...outputOf(outer), redeemScript: scriptOf(witness), witnessScript };
};

/**
 * Makes the scripts of one address.
 *
 * @param publicKeys 33 bytes each, one for each of the template's expressions
 */
export const addressScripts = (
  { script }: Template,
  publicKeys: readonly Uint8Array[],
  network: Network,
): AddressScripts => {
  switch (script.kind) {
    case "pkh":
    case "wpkh":
    case "sh-wpkh":
      return singleKey(script.kind, publicKeys[0], network);
    case "sh":
    case "wsh":
    case "sh-wsh":
      return multiKey(script.kind, multisig(script.script, publicKeys, network), network);
    case "tr": {
      const taproot = taprootOutput(script.tree, publicKeys);
      const { outputKey: pubkey } = taproot;
      return { ...outputOf(payments.p2tr({ pubkey, network })), taproot };
    }
  }
};

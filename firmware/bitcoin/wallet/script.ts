/** The scripts of a `wsh(sortedmulti(...))` wallet, and where they stand in its two branches. */
import { assert, fail, ok, type Outcome } from "../../../protocol/errors.ts";
import type { Crypto, PublicNode } from "../../hal.ts";
import { describeOutput } from "./address.ts";
import { compareBytes, concatBytes, sha256 } from "../encoding/bytes.ts";
import { deriveChild, deriveChildKey } from "./extended-key.ts";
import { BITCOIN_LIMITS } from "../limits.ts";
import type { NetworkName } from "../network.ts";
import type { WalletPolicy } from "./wallet-policy.ts";

/** 0 receives, 1 takes change (BIP-388, `/**`). */
export type Branch = 0 | 1;

/** What stands at one place of a wallet. */
export interface DerivedScript {
  readonly witnessScript: Uint8Array;
  readonly scriptPubKey: Uint8Array;
  /** 33 bytes each, in the order of the wallet's keys (not in the script's). */
  readonly publicKeys: readonly Uint8Array[];
}

/** Derives the scripts of one wallet. */
export interface Deriver {
  /** An output script's address on the wallet's network. */
  readonly addressOf: (scriptPubKey: Uint8Array) => string;
  /** `index_out_of_range`: not an integer from 0 below 2^31. */
  readonly derive: (branch: Branch, index: number) => Outcome<DerivedScript, "index_out_of_range">;
}

const OP_0 = 0x00;
const OP_1_MINUS_ONE = 0x50;
const OP_CHECKMULTISIG = 0xae;
const PUSH_33 = Uint8Array.of(33);
const PUSH_32 = 32;

/** `k <keys> n OP_CHECKMULTISIG` with the keys in the order of BIP-67; 1 <= k <= n <= 15. */
export const sortedMultisigScript = (
  threshold: number,
  publicKeys: readonly Uint8Array[],
): Uint8Array =>
  concatBytes(
    Uint8Array.of(OP_1_MINUS_ONE + threshold),
    ...publicKeys.toSorted(compareBytes).flatMap((key) => [PUSH_33, key]),
    Uint8Array.of(OP_1_MINUS_ONE + publicKeys.length, OP_CHECKMULTISIG),
  );

/** The output script that commits to a witness script (BIP-141, P2WSH): 34 bytes. */
export const witnessScriptHash = (witnessScript: Uint8Array, crypto: Crypto): Uint8Array =>
  concatBytes(Uint8Array.of(OP_0, PUSH_32), sha256(crypto, witnessScript));

const branchNodes = (policy: WalletPolicy, branch: Branch, crypto: Crypto): PublicNode[] =>
  policy.keys.map((key) => {
    const node = deriveChild(key.node, branch, crypto);
    assert(node.ok, "a branch node exists: its absence has a chance of 2^-127");
    return node.value;
  });

/** Remembers what a function gave for a place; at its limit it forgets the oldest. */
const rememberPlaces = (derive: Deriver["derive"]): Deriver["derive"] => {
  const places = new Map<string, ReturnType<Deriver["derive"]>>();
  return (branch, index) => {
    const name = `${branch}/${index}`;
    const known = places.get(name);
    if (known !== undefined) return known;
    const [oldest] = places.keys();
    if (oldest !== undefined && places.size >= BITCOIN_LIMITS.rememberedPlaces) {
      places.delete(oldest);
    }
    const derived = derive(branch, index);
    places.set(name, derived);
    return derived;
  };
};

/**
 * A deriver that keeps the wallet's branch nodes (two for each key) once they were needed, and the
 * last places that it derived.
 */
export const createDeriver = (
  policy: WalletPolicy,
  network: NetworkName,
  crypto: Crypto,
): Deriver => {
  const branches: (readonly PublicNode[])[] = [];
  const nodesOf = (branch: Branch): readonly PublicNode[] => {
    const nodes = branches[branch] ?? branchNodes(policy, branch, crypto);
    branches[branch] = nodes;
    return nodes;
  };
  const derive: Deriver["derive"] = (branch, index) => {
    const publicKeys: Uint8Array[] = [];
    for (const node of nodesOf(branch)) {
      const key = deriveChildKey(node, index, crypto);
      if (!key.ok) return fail(key.error);
      publicKeys.push(key.value);
    }
    const witnessScript = sortedMultisigScript(policy.threshold, publicKeys);
    return ok({
      witnessScript,
      scriptPubKey: witnessScriptHash(witnessScript, crypto),
      publicKeys,
    });
  };
  return {
    derive: rememberPlaces(derive),
    addressOf: (script) => describeOutput(script, { crypto, network }),
  };
};

/** What stands at one place of a wallet, with its address. */
export interface DerivedAddress extends DerivedScript {
  readonly address: string;
}

/** Derives a wallet's address; `index_out_of_range` as `Deriver.derive`. */
export const deriveAddress = (
  deriver: Deriver,
  branch: Branch,
  index: number,
): Outcome<DerivedAddress, "index_out_of_range"> => {
  const derived = deriver.derive(branch, index);
  if (!derived.ok) return derived;
  return ok({ ...derived.value, address: deriver.addressOf(derived.value.scriptPubKey) });
};

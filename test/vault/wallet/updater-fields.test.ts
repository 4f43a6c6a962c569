/** BIP-174 and BIP-371: what a PSBT says of a wallet's inputs and outputs. */
import { describe, expect, test } from "bun:test";
import { inputFields, openWallet, outputFields } from "../../../host/vault/index.ts";
import { unspendableKey } from "../random-wallets.ts";
import { at, randomSigners, unwrap } from "../three-keys.ts";

const signers = randomSigners(4);
const PREVIOUS = new Uint8Array(60).fill(9);
const addressOf = (template: string, keys: readonly string[]) =>
  unwrap(openWallet({ name: "Fields", template, keys }, "regtest")).address({
    branch: 1,
    index: 7,
  });
const keysOf = (count: number): readonly string[] => signers.slice(0, count).map(({ key }) => key);

describe("an input carries", () => {
  test.each([
    ["pkh(@0/**)", 1, ["bip32Derivation", "nonWitnessUtxo"]],
    ["wpkh(@0/**)", 1, ["bip32Derivation", "nonWitnessUtxo", "witnessUtxo"]],
    ["sh(wpkh(@0/**))", 1, ["bip32Derivation", "nonWitnessUtxo", "redeemScript", "witnessUtxo"]],
    ["sh(multi(1,@0/**,@1/**))", 2, ["bip32Derivation", "nonWitnessUtxo", "redeemScript"]],
    [
      "wsh(multi(1,@0/**,@1/**))",
      2,
      ["bip32Derivation", "nonWitnessUtxo", "witnessScript", "witnessUtxo"],
    ],
    [
      "sh(wsh(multi(1,@0/**,@1/**)))",
      2,
      ["bip32Derivation", "nonWitnessUtxo", "redeemScript", "witnessScript", "witnessUtxo"],
    ],
    ["tr(@0/**)", 1, ["tapBip32Derivation", "tapInternalKey", "witnessUtxo"]],
    [
      "tr(@0/**,pk(@1/**))",
      2,
      ["tapBip32Derivation", "tapInternalKey", "tapLeafScript", "tapMerkleRoot", "witnessUtxo"],
    ],
  ] as const)("of %s", (template, count, names) => {
    const address = addressOf(template, keysOf(count));
    const fields = inputFields(address, PREVIOUS, 5_000);
    expect(Object.keys(fields).toSorted()).toEqual([...names]);
    const { redeemScript, witnessScript, scriptPubKey } = address;
    expect(fields.redeemScript).toEqual(redeemScript);
    expect(fields.witnessScript).toEqual(witnessScript);
    if (fields.witnessUtxo !== undefined)
      expect(fields.witnessUtxo).toEqual({ script: scriptPubKey, value: 5_000n });
    if (fields.nonWitnessUtxo !== undefined) expect(fields.nonWitnessUtxo).toEqual(PREVIOUS);
    const own = new Set(Object.keys(outputFields(address)));
    for (const name of ["nonWitnessUtxo", "witnessUtxo", "tapLeafScript", "tapMerkleRoot"])
      expect(own.has(name)).toBeFalse();
    expect(own.has("tapTree")).toBe(template.includes("pk(@1"));
  });
});

test("each key stands with its path and, in a taproot, with the leaves it is in", () => {
  const template = "tr(@0/**,{multi_a(1,@1/**,@2/**),{pk(@1/<2;3>/*),pk(@3/<7;5>/*)}})";
  const keys = [unspendableKey(new Uint8Array(32)), ...keysOf(3)];
  const address = addressOf(template, keys);
  const { taproot, publicKeys } = address;
  const [first, second, third] = (taproot?.leaves ?? []).map(({ hash }) => hash.toHex());
  const derivations = inputFields(address, PREVIOUS, 1).tapBip32Derivation ?? [];
  expect(derivations).toEqual(outputFields(address).tapBip32Derivation ?? []);
  expect(derivations.map(({ leafHashes }) => leafHashes.map((hash) => hash.toHex()))).toEqual([
    [],
    [first ?? "none"],
    [first ?? "none"],
    [second ?? "none"],
    [third ?? "none"],
  ]);
  const account = "m/48'/1'/0'/2'";
  const paths = ["m/1/7", `${account}/1/7`, `${account}/1/7`, `${account}/3/7`, `${account}/5/7`];
  expect(derivations.map(({ path }) => path)).toEqual(paths);
  for (const [place, { pubkey, masterFingerprint }] of derivations.entries()) {
    const { publicKey, fingerprint, key, path } = at(publicKeys, place);
    expect(pubkey.toHex()).toBe(publicKey.toHex().slice(2));
    expect(masterFingerprint.toHex()).toBe(fingerprint);
    if (key > 0) {
      const { master } = at(signers, key - 1);
      expect(master.derivePath(path).publicKey.toHex()).toBe(publicKey.toHex());
    }
  }
  const { tapTree } = outputFields(address);
  expect(tapTree?.leaves.map(({ depth }) => depth)).toEqual([1, 2, 2]);
  expect(taproot?.internalKey).toEqual(derivations[0]?.pubkey);
});

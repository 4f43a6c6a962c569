/** How each kind of wallet makes its scripts of its keys. */
import { assert } from "../../../../protocol/errors.ts";
import type { Crypto } from "../../../hal.ts";
import { hash160 } from "../extended-key.ts";
import type { KeyGroup, Template } from "../template/template.ts";
import type { ScriptBuilder } from "./derived-script.ts";
import { multisigScript } from "./multisig.ts";
import {
  keyHashScript,
  scriptHashScript,
  witnessKeyHashScript,
  witnessScriptHashScript,
} from "./output-scripts.ts";
import { taprootBuilder } from "./taproot.ts";

/** Scripts of one key, by its HASH160. */
const singleBuilder =
  (
    crypto: Crypto,
    scripts: (hash: Uint8Array) => Omit<NonNullable<ReturnType<ScriptBuilder>>, "publicKeys">,
  ): ScriptBuilder =>
  (publicKeys) => {
    const [key] = publicKeys;
    return key && { ...scripts(hash160(key, crypto)), publicKeys };
  };

const keyHash = (hash: Uint8Array) => {
  const script = keyHashScript(hash);
  return { scriptPubKey: script, scriptCode: script };
};

const witnessKeyHash = (hash: Uint8Array) => ({
  scriptPubKey: witnessKeyHashScript(hash),
  scriptCode: keyHashScript(hash),
});

const nestedKeyHash = (hash: Uint8Array, crypto: Crypto) => {
  const redeemScript = witnessKeyHashScript(hash);
  const scriptPubKey = scriptHashScript(redeemScript, crypto);
  return { scriptPubKey, redeemScript, scriptCode: keyHashScript(hash) };
};

const groupOf = ({ group }: Template): KeyGroup => {
  assert(group !== undefined, "a template of a script hash has a multisig");
  return group;
};

const scriptHash =
  (group: KeyGroup, crypto: Crypto): ScriptBuilder =>
  (publicKeys) => {
    const redeemScript = multisigScript(group, publicKeys);
    const scriptPubKey = scriptHashScript(redeemScript, crypto);
    return { scriptPubKey, redeemScript, scriptCode: redeemScript, publicKeys };
  };

const witnessScriptHash =
  (group: KeyGroup, crypto: Crypto): ScriptBuilder =>
  (publicKeys) => {
    const witnessScript = multisigScript(group, publicKeys);
    const scriptPubKey = witnessScriptHashScript(witnessScript, crypto);
    return { scriptPubKey, witnessScript, scriptCode: witnessScript, publicKeys };
  };

const nestedScriptHash =
  (group: KeyGroup, crypto: Crypto): ScriptBuilder =>
  (publicKeys) => {
    const witnessScript = multisigScript(group, publicKeys);
    const redeemScript = witnessScriptHashScript(witnessScript, crypto);
    const scriptPubKey = scriptHashScript(redeemScript, crypto);
    return { scriptPubKey, redeemScript, witnessScript, scriptCode: witnessScript, publicKeys };
  };

/** Builds the scripts of a template from the public keys of its expressions, in their order. */
export const createScriptBuilder = (template: Template, crypto: Crypto): ScriptBuilder => {
  switch (template.kind) {
    case "pkh":
      return singleBuilder(crypto, keyHash);
    case "wpkh":
      return singleBuilder(crypto, witnessKeyHash);
    case "sh-wpkh":
      return singleBuilder(crypto, (hash) => nestedKeyHash(hash, crypto));
    case "sh":
      return scriptHash(groupOf(template), crypto);
    case "wsh":
      return witnessScriptHash(groupOf(template), crypto);
    case "sh-wsh":
      return nestedScriptHash(groupOf(template), crypto);
    case "tr":
      return taprootBuilder(template, crypto);
  }
};

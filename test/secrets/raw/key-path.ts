/** BIP-341's signatures of the key path, "Test vectors": raw keys, no auxiliary randomness. */
import { expect } from "bun:test";
import { schnorr } from "@noble/curves/secp256k1.js";
import { tweakedKey } from "../oracles/taproot.ts";
import { field, listOf, readVectors, textField } from "../oracles/vectors.ts";
import type { RawEngine } from "./raw-engine.ts";

/** Secret key, tweak, digest, signature; hexadecimal. */
export type KeyPathInput = readonly [key: string, tweak: string, digest: string, made: string];

/** Inputs 0 and 1 of the transaction. */
export const KEY_PATH: readonly KeyPathInput[] = [
  [
    "6b973d88838f27366ed61c9ad6367663045cb456e28335c109e30717ae0c6baa",
    "b86e7be8f39bab32a6f2c0443abbc210f0edac0e2c53d501b36b64437d9c6c70",
    "2514a6272f85cfa0f45eb907fcb0d121b808ed37c6ea160a5a9046ed5526d555",
    "ed7c1647cb97379e76892be0cacff57ec4a7102aa24296ca39af7541246d8ff14d38958d4cc1e2e478e4d4a764bbfd835b16d4e314b72937b29833060b87276c",
  ],
  [
    "1e4da49f6aaf4e5cd175fe08a32bb5cb4863d963921255f33d3bc31e1343907f",
    "cbd8679ba636c1110ea247542cfbd964131a6be84f873f7f3b62a777528ed001",
    "325a644af47e8a5a2591cda0ab0723978537318f10e6a63d4eed783b96a71a4d",
    "052aedffc554b41f52b521071793a6b88d6dbca9dba94cf34c83696de0c1ec35ca9c5ed4ab28059bd606a4f3a657eec0bb96661d42921b5f50a95ad33675b54f",
  ],
];

/** All inputs of the published transaction that the key path spends. */
export const publishedKeyPath = async (): Promise<readonly KeyPathInput[]> => {
  const [spending] = listOf(field(await readVectors("bip341-wallet.json"), "keyPathSpending"));
  return listOf(field(spending, "inputSpending")).map((input): KeyPathInput => {
    const [given, between] = [field(input, "given"), field(input, "intermediary")];
    const [witness = ""] = listOf(field(field(input, "expected"), "witness")).map(String);
    return [
      textField(given, "internalPrivkey"),
      textField(between, "tweak"),
      textField(between, "sigHash"),
      // Without the byte that names the kind of digest.
      witness.slice(0, 128),
    ];
  });
};

/** Asserts that an engine makes it. */
export const signsKeyPath = (raw: RawEngine, input: KeyPathInput): void => {
  const [key = ZERO, tweak = ZERO, digest = ZERO] = input.map((text) => Uint8Array.fromHex(text));
  const publicKey = schnorr.getPublicKey(tweakedKey(key, tweak));
  const signature = raw.signSchnorr(key, digest, { auxiliary: ZERO, publicKey, tweak });
  expect(signature.toHex()).toBe(input[3]);
};

const ZERO = new Uint8Array(32);

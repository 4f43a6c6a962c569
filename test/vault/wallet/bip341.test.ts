/** BIP-341, "Test vectors", `scriptPubKey`: those whose leaves are all `pk`. */
import { describe, expect, test } from "bun:test";
import { networks } from "bitcoinjs-lib";
import { addressScripts } from "../../../host/vault/wallet/scripts.ts";
import { readTemplate } from "../../../host/vault/wallet/template.ts";
import {
  field,
  hasNoVectors,
  listOf,
  readVectors,
  textField,
  textOf,
} from "../../secrets/oracles/vectors.ts";
import { unwrap } from "../three-keys.ts";

/** A vector as far as a wallet can make it: all in hex but the address. */
interface Vector {
  readonly template: string;
  /** X-only, the internal key first. */
  readonly keys: readonly string[];
  readonly leafHashes: readonly string[];
  readonly merkleRoot: string | undefined;
  readonly tweak: string;
  readonly outputKey: string;
  readonly address: string;
  readonly controlBlocks: readonly string[];
}

const expectVector = (vector: Vector): void => {
  const publicKeys = vector.keys.map((key) => Uint8Array.fromHex(`02${key}`));
  const template = unwrap(readTemplate(vector.template));
  const { address, scriptPubKey, taproot } = addressScripts(template, publicKeys, networks.bitcoin);
  expect({
    address,
    script: scriptPubKey.toHex(),
    leafHashes: taproot?.leaves.map(({ hash }) => hash.toHex()),
    controlBlocks: taproot?.leaves.map(({ controlBlock }) => controlBlock.toHex()),
    merkleRoot: taproot?.merkleRoot?.toHex(),
    tweak: taproot?.tweak.toHex(),
    outputKey: taproot?.outputKey.toHex(),
  }).toEqual({
    address: vector.address,
    script: `5120${vector.outputKey}`,
    leafHashes: [...vector.leafHashes],
    controlBlocks: [...vector.controlBlocks],
    merkleRoot: vector.merkleRoot,
    tweak: vector.tweak,
    outputKey: vector.outputKey,
  });
};

const ONE_LEAF = "93478e9488f956df2396be2ce6c5cced75f900dfa18e7dabd2428aae78451820";
const THREE_LEAVES = "e0dfe2300b0dd746a3f8674dfd4525623639042569d829c7f0eed9602d263e6f";

/** Two of the published ones. */
const OWN: readonly Vector[] = [
  {
    template: "tr(@0/**,pk(@1/**))",
    keys: [ONE_LEAF, "b617298552a72ade070667e86ca63b8f5789a9fe8731ef91202a91c9f3459007"],
    leafHashes: ["c525714a7f49c28aedbbba78c005931a81c234b2f6c99a73e4d06082adc8bf2b"],
    merkleRoot: "c525714a7f49c28aedbbba78c005931a81c234b2f6c99a73e4d06082adc8bf2b",
    tweak: "6af9e28dbf9d6aaf027696e2598a5b3d056f5fd2355a7fd5a37a0e5008132d30",
    outputKey: "e4d810fd50586274face62b8a807eb9719cef49c04177cc6b76a9a4251d5450e",
    address: "bc1punvppl2stp38f7kwv2u2spltjuvuaayuqsthe34hd2dyy5w4g58qqfuag5",
    controlBlocks: [`c0${ONE_LEAF}`],
  },
  {
    template: "tr(@0/**,{pk(@1/**),{pk(@2/**),pk(@3/**)}})",
    keys: [
      THREE_LEAVES,
      "72ea6adcf1d371dea8fba1035a09f3d24ed5a059799bae114084130ee5898e69",
      "2352d137f2f3ab38d1eaa976758873377fa5ebb817372c71e2c542313d4abda8",
      "7337c0dd4253cb86f2c43a2351aadd82cccb12a172cd120452b9bb8324f2186a",
    ],
    leafHashes: [
      "2645a02e0aac1fe69d69755733a9b7621b694bb5b5cde2bbfc94066ed62b9817",
      "ba982a91d4fc552163cb1c0da03676102d5b7a014304c01f0c77b2b8e888de1c",
      "9e31407bffa15fefbf5090b149d53959ecdf3f62b1246780238c24501d5ceaf6",
    ],
    merkleRoot: "ccbd66c6f7e8fdab47b3a486f59d28262be857f30d4773f2d5ea47f7761ce0e2",
    tweak: "b57bfa183d28eeb6ad688ddaabb265b4a41fbf68e5fed2c72c74de70d5a786f4",
    outputKey: "91b64d5324723a985170e4dc5a0f84c041804f2cd12660fa5dec09fc21783605",
    address: "bc1pjxmy65eywgafs5tsunw95ruycpqcqnev6ynxp7jaasylcgtcxczs6n332e",
    controlBlocks: [
      `c0${THREE_LEAVES}ffe578e9ea769027e4f5a3de40732f75a88a6353a09d767ddeb66accef85e553`,
      `c0${THREE_LEAVES}9e31407bffa15fefbf5090b149d53959ecdf3f62b1246780238c24501d5ceaf62645a02e0aac1fe69d69755733a9b7621b694bb5b5cde2bbfc94066ed62b9817`,
      `c0${THREE_LEAVES}ba982a91d4fc552163cb1c0da03676102d5b7a014304c01f0c77b2b8e888de1c2645a02e0aac1fe69d69755733a9b7621b694bb5b5cde2bbfc94066ed62b9817`,
    ],
  },
];

const PK = /^20([0-9a-f]{64})ac$/;

/** The template of a published tree and its keys; `undefined` where a leaf is something else. */
const templateOf = (tree: unknown, keys: string[]): string | undefined => {
  if (Array.isArray(tree)) {
    const parts = listOf(tree).map((part) => templateOf(part, keys));
    return parts.includes(undefined) ? undefined : `{${parts.join(",")}}`;
  }
  const [, key] = PK.exec(textField(tree, "script")) ?? [];
  if (key === undefined || field(tree, "leafVersion") !== 0xc0) return undefined;
  keys.push(key);
  return `pk(@${keys.length - 1}/**)`;
};

/** None where a leaf is something else than `pk`. */
const publishedVector = (entry: unknown): readonly Vector[] => {
  const [given, made, expected] = ["given", "intermediary", "expected"].map((name) =>
    field(entry, name),
  );
  const keys = [textField(given, "internalPubkey")];
  const scriptTree = field(given, "scriptTree");
  const tree = scriptTree === null ? "" : templateOf(scriptTree, keys);
  if (tree === undefined) return [];
  const hasTree = tree !== "";
  const texts = (value: unknown) => listOf(value).map(textOf);
  return [
    {
      template: hasTree ? `tr(@0/**,${tree})` : "tr(@0/**)",
      keys,
      leafHashes: hasTree ? texts(field(made, "leafHashes")) : [],
      merkleRoot: hasTree ? textField(made, "merkleRoot") : undefined,
      tweak: textField(made, "tweak"),
      outputKey: textField(made, "tweakedPubkey"),
      address: textField(expected, "bip350Address"),
      controlBlocks: hasTree ? texts(field(expected, "scriptPathControlBlocks")) : [],
    },
  ];
};

describe("BIP-341", () => {
  test.each(OWN)("$template: $address", (vector) => {
    expectVector(vector);
  });

  test.skipIf(hasNoVectors)("the published ones (MAYFLY_VECTORS)", async () => {
    const entries = listOf(field(await readVectors("bip341-wallet.json"), "scriptPubKey"));
    const vectors = entries.flatMap(publishedVector);
    expect([entries.length, vectors.length]).toEqual([7, 5]);
    for (const vector of vectors) expectVector(vector);
  });
});

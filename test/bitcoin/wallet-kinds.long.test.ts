/** Every kind of wallet, held to bitcoinjs-lib and @scure/btc-signer; BIP-341's own vectors. */
import { describe, expect, test } from "bun:test";
import * as ecc from "@bitcoinerlab/secp256k1";
import fc from "fast-check";
import {
  createDeriver,
  deriveAddress,
  describeOutput,
  parseWalletPolicy,
} from "../../firmware/bitcoin/index.ts";
import { createTaproot } from "../../firmware/bitcoin/wallet/scripts/taproot.ts";
import { witnessProgramScript } from "../../firmware/bitcoin/wallet/scripts/output-scripts.ts";
import {
  bytesField,
  field,
  hasNoVectors,
  listOf,
  readVectors,
  textField,
} from "../secrets/oracles/vectors.ts";
import { elementOf, seeded, unwrap } from "./expect-value.ts";
import { crypto } from "./wallet-fixture.ts";
import type { OtherPlace, WalletKind } from "./other-scripts.ts";
import { KINDS, keysOfKind } from "./wallet-kinds.ts";

const NONE = new Uint8Array(0);
const hexOf = (bytes: Uint8Array | undefined): string => bytes?.toHex() ?? "none";

const derive = (kind: WalletKind, texts: readonly string[], branch: 0 | 1, index: number) => {
  const text = { name: "Any", template: kind.template, keys: texts };
  const policy = unwrap(parseWalletPolicy(text, "regtest", crypto));
  return {
    policy,
    place: unwrap(deriveAddress(createDeriver(policy, "regtest", crypto), branch, index)),
  };
};

type Place = ReturnType<typeof derive>["place"];

const expectSame = (ours: Place, theirs: OtherPlace): void => {
  expect(ours.address).toBe(theirs.address);
  expect(hexOf(ours.scriptPubKey)).toBe(hexOf(theirs.scriptPubKey));
  expect(hexOf(ours.redeemScript)).toBe(hexOf(theirs.redeemScript));
  expect(hexOf(ours.witnessScript)).toBe(hexOf(theirs.witnessScript));
};

/** What a digest before taproot commits to (BIP-143, and the legacy one). */
const scriptCodeOf = ({ kind }: { readonly kind: string }, place: Place, hash: string): string => {
  if (kind === "tr") return "";
  if (kind === "wpkh" || kind === "sh-wpkh") return `76a914${hash}88ac`;
  return hexOf(place.witnessScript ?? place.redeemScript ?? place.scriptPubKey);
};

describe("a place of a wallet is bitcoinjs-lib's and @scure/btc-signer's", () => {
  const branches = fc.constantFrom(0 as const, 1 as const);
  const indexes = fc.oneof(fc.nat(50), fc.nat(2 ** 31 - 1));
  const seeds = fc.integer({ min: 1, max: 200 });

  for (const kind of KINDS) {
    test(kind.template.slice(0, 70), () => {
      const claim = (seed: number, branch: 0 | 1, index: number) => {
        const { texts, at } = keysOfKind(kind, seed);
        const { policy, place } = derive(kind, texts, branch, index);
        const keys = at(branch, index);
        expect(place.publicKeys.map(hexOf)).toEqual(keys.map(hexOf));
        expect(policy.template).toBe(kind.template);
        expectSame(place, kind.bitcoinjs(keys));
        expectSame(place, kind.scure(keys));
        const hash = crypto.ripemd160(crypto.sha256().update(elementOf(keys, 0)).digest());
        expect(hexOf(place.scriptCode)).toBe(scriptCodeOf(policy, place, hexOf(hash)));
        expect(place.taproot === undefined).toBe(policy.kind !== "tr");
      };
      fc.assert(
        fc.property(seeds, branches, indexes, claim),
        seeded(`${kind.template.slice(0, 30)} places`, kind.keys > 4 ? 4 : 25),
      );
    });
  }

  test("and taproot's insides: leaves in the template's order, root, tweak, both keys", () => {
    for (const kind of KINDS.filter(({ template }) => template.startsWith("tr("))) {
      const { texts, at } = keysOfKind(kind, 77);
      const { taproot, publicKeys } = derive(kind, texts, 1, 5).place;
      const keys = at(1, 5);
      const theirs = kind.bitcoinjs(keys);
      if (taproot === undefined) throw new Error("no taproot");
      expect(taproot.leaves.map(({ script }) => hexOf(script))).toEqual(
        (theirs.leaves ?? []).map(hexOf),
      );
      expect(hexOf(taproot.merkleRoot)).toBe(hexOf(theirs.merkleRoot ?? new Uint8Array()));
      expect(hexOf(kind.scure(keys).merkleRoot ?? new Uint8Array())).toBe(
        hexOf(taproot.merkleRoot),
      );
      expect(hexOf(taproot.internalKey)).toBe(hexOf(publicKeys[0]?.slice(1)));
      const tweaked = ecc.xOnlyPointAddTweak(taproot.internalKey, taproot.tweak);
      expect(hexOf(tweaked?.xOnlyPubkey)).toBe(hexOf(taproot.outputKey));
      const used = taproot.leaves.flatMap(({ expressions }) => expressions);
      expect(used).toEqual(kind.expressions.slice(1).map((_, i) => i + 1));
    }
  });
});

describe("BIP-341", () => {
  const taproot = createTaproot(crypto);

  test("an output without scripts, and one with two leaves", () => {
    const key = "d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d";
    const output = taproot.output(Uint8Array.fromHex(`03${key}`), NONE);
    expect(hexOf(output?.outputKey)).toBe(
      "53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343",
    );
    const [one, other] = [
      taproot.leafHash(
        Uint8Array.fromHex("2044b178d64c32c4a05cc4f4d1407268f764c940d20ce97abfd44db5c3592b72fdac"),
      ),
      taproot.leafHash(Uint8Array.fromHex("07546170726f6f74")),
    ];
    const root = "ab179431c28d3b68fb798957faf5497d69c883c6fb1e1cd9f81483d87bac90cc";
    expect(hexOf(taproot.branchHash(one, other))).toBe(root);
    expect(hexOf(taproot.branchHash(other, one))).toBe(root);
  });

  /** Hashes a vector's tree; a leaf of a version of the future is taken as it is known. */
  const hashTree = (tree: unknown, known: readonly unknown[], hashes: unknown[]): Uint8Array => {
    if (Array.isArray(tree)) {
      const [left, right] = tree.map((one: unknown) => hashTree(one, known, hashes));
      return taproot.branchHash(left ?? NONE, right ?? NONE);
    }
    const id = Number(field(tree, "id"));
    const isOurs = field(tree, "leafVersion") === 0xc0;
    const hash = isOurs
      ? taproot.leafHash(bytesField(tree, "script"))
      : Uint8Array.fromHex(String(known[id]));
    hashes[id] = hexOf(hash);
    return hash;
  };

  const expectRoot = (tree: unknown, steps: unknown): Uint8Array => {
    if (tree === null) return NONE;
    const known = listOf(field(steps, "leafHashes"));
    const hashes: unknown[] = [];
    const root = hashTree(tree, known, hashes);
    expect(hashes).toEqual([...known]);
    expect(hexOf(root)).toBe(textField(steps, "merkleRoot"));
    return root;
  };

  test.skipIf(hasNoVectors)("output scripts (needs MAYFLY_VECTORS)", async () => {
    const vectors = listOf(field(await readVectors("bip341-wallet.json"), "scriptPubKey"));
    expect(vectors.length).toBe(7);
    for (const vector of vectors) {
      const [given, steps] = [field(vector, "given"), field(vector, "intermediary")];
      const expected = field(vector, "expected");
      const root = expectRoot(field(given, "scriptTree"), steps);
      const internal = Uint8Array.of(2, ...bytesField(given, "internalPubkey"));
      const output = taproot.output(internal, root);
      const script = witnessProgramScript(0x51, output?.outputKey ?? NONE);
      expect(hexOf(output?.tweak)).toBe(textField(steps, "tweak"));
      expect(hexOf(output?.outputKey)).toBe(textField(steps, "tweakedPubkey"));
      expect(hexOf(script)).toBe(textField(expected, "scriptPubKey"));
      const address = describeOutput(script, { crypto, network: "mainnet" });
      expect(address).toBe(textField(expected, "bip350Address"));
    }
  });
});

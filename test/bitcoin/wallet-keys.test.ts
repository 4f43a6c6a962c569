/** Keys of wallets, their descriptors, and what wallets allow. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  BITCOIN_LIMITS,
  descriptorChecksum,
  descriptors,
  parseWalletPolicy,
  registrationLines,
  walletId,
} from "../../firmware/bitcoin/index.ts";
import { descriptorChecksum as checksumOfControl } from "../../host/control/index.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { type Allowance, ALLOWANCES } from "../../protocol/wallet-policy.ts";
import { elementOf, errorOf, seeded, unwrap } from "./expect-value.ts";
import type { WalletKind } from "./other-scripts.ts";
import { bip32, cosignerOf, crypto, HOT } from "./wallet-fixture.ts";
import { KINDS, keysOfKind, nobodys } from "./wallet-kinds.ts";

const policyOf = (template: string, keys: readonly string[], allows?: readonly Allowance[]) =>
  parseWalletPolicy(
    { name: "Any", template, keys, ...(allows === undefined ? {} : { allows }) },
    "regtest",
    crypto,
  );

/** Keys of holders 1, 2, 3 … */
const holders = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => cosignerOf(i + 1).keyText);

describe("a key that nobody holds", () => {
  const [own, bob, carol] = [...holders(3)];
  const closed = nobodys().toBase58();
  const TREE = "tr(@0/**,multi_a(1,@1/**,@2/**))";
  const refused = (template: string, ...keys: readonly (string | undefined)[]) =>
    errorOf(policyOf(template, keys.map(String)));

  test("closes taproot's key path, under any chain code, and the screen says so", () => {
    const policy = unwrap(policyOf(TREE, [closed, String(own), String(bob)]));
    expect(policy.keys.map(({ isNobodys }) => isNobodys)).toEqual([true, false, false]);
    expect(registrationLines(policy)).toEqual([
      TREE,
      "Key path: nobody",
      `@0 ${closed}`,
      `@1 ${own}`,
      `@2 ${bob}`,
    ]);
    const other = nobodys(new Uint8Array(32).fill(9)).toBase58();
    const another = unwrap(policyOf(TREE, [other, String(own), String(bob)]));
    expect(walletId(another, crypto)).not.toEqual(walletId(policy, crypto));
  });

  test("and the screen says who else may spend alone", () => {
    const policy = unwrap(policyOf(TREE, [String(carol), String(own), String(bob)]));
    expect(registrationLines(policy)[1]).toBe("Key path: @0 alone");
    const single = unwrap(policyOf("tr(@0/**)", [String(own)]));
    expect(registrationLines(single)).toEqual(["tr(@0/**)", `@0 ${own}`]);
  });

  test("has no other place, and no origin", () => {
    const bare = cosignerOf(4).account.neutered().toBase58();
    expect(refused("tr(@0/**)", closed)).toBe("wallet_unsupported");
    expect(refused("wpkh(@0/**)", closed)).toBe("wallet_unsupported");
    expect(refused("tr(@0/**,pk(@1/**))", own, closed)).toBe("wallet_unsupported");
    expect(refused("wsh(sortedmulti(1,@0/**,@1/**))", own, closed)).toBe("wallet_unsupported");
    expect(refused("tr(@0/**,{pk(@1/**),pk(@0/<2;3>/*)})", closed, own)).toBe("wallet_unsupported");
    expect(refused(TREE, bare, own, bob)).toBe("wallet_unsupported");
    expect(refused(TREE, `[00000000/48']${closed}`, own, bob)).toBe("wallet_malformed");
    const odd = Uint8Array.from(nobodys().publicKey);
    odd[0] = 3;
    const mirrored = bip32.fromPublicKey(odd, new Uint8Array(32), nobodys().network).toBase58();
    expect(refused(TREE, mirrored, own, bob)).toBe("wallet_unsupported");
    expect(refused(TREE, `${closed.slice(0, -1)}1`, own, bob)).toBe("wallet_malformed");
  });
});

describe("descriptors", () => {
  const described = (kind: WalletKind, branch: 0 | 1): string => {
    const { texts } = keysOfKind(kind, 60);
    let place = 0;
    return kind.template.replaceAll(/@[0-9]+\/(?:\*\*|<[0-9]+;[0-9]+>\/\*)/g, () => {
      const [key, receive, change] = elementOf(kind.expressions, place);
      place += 1;
      const text = elementOf(texts, key).replaceAll("'", "h");
      return `${text}/${branch === 0 ? receive : change}/*`;
    });
  };

  test("of every kind are the template with real keys, and a checksum", () => {
    for (const kind of KINDS) {
      const policy = unwrap(policyOf(kind.template, keysOfKind(kind, 60).texts));
      const made = descriptors(policy);
      for (const branch of [0, 1] as const) {
        const text = described(kind, branch);
        expect(made[branch]).toBe(`${text}#${checksumOfControl(text)}`);
      }
    }
  });

  test("have the checksums that BIP-380's algorithm gives, of any text", () => {
    const characters = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZijklmnoxyzABCDEFGH ";
    const texts = fc.string({ unit: fc.constantFrom(...characters), maxLength: 300 });
    const claim = (text: string) => {
      expect<unknown>(descriptorChecksum(text)).toBe(checksumOfControl(text));
    };
    fc.assert(fc.property(texts, claim), seeded("descriptor checksums", 300));
  });

  test("fit the wire, the longest there can be", () => {
    const steps = "/2147483647'".repeat(BITCOIN_LIMITS.originElements);
    const keys = holders(15).map((key) => `[d34db33f${steps}]${key.slice(key.indexOf("]") + 1)}`);
    const list = Array.from({ length: 30 }, (_, i) => `@${i % 15}/${i < 15 ? "**" : "<2;3>/*"}`);
    const [one, other] = [list.slice(1, 15), list.slice(15)];
    const template = `tr(${elementOf(list, 0)},{multi_a(9,${one.join()}),multi_a(9,${other.join()})})`;
    const [receive, change] = descriptors(unwrap(policyOf(template, keys)));
    expect(Math.max(receive.length, change.length)).toBeLessThan(LIMITS.descriptor);
    expect(change.length).toBeGreaterThan(LIMITS.descriptor * 0.9);
  });
});

describe("allowances", () => {
  const KEY = holders(1);
  const idOf = (allows?: readonly Allowance[]) =>
    walletId(unwrap(policyOf("wpkh(@0/**)", KEY, allows)), crypto).toHex();

  test("make another wallet, whatever their order; none leaves the id as it was", () => {
    expect(idOf(["fee-high", "amounts-unproved"])).toBe(idOf(["amounts-unproved", "fee-high"]));
    expect(idOf([])).toBe(idOf());
    const ids = [idOf(), ...ALLOWANCES.map((one) => idOf([one])), idOf(ALLOWANCES)];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("without any the id is frozen", () => {
    expect(HOT.registered.id.toHex()).toBe(
      "73bfc6960e0aed1ec131434c1c1b02249908b54136208bf3e7f6f7fc616383c7",
    );
    const [name, template, text] = ["Any", "wpkh(@0/**)", elementOf(KEY, 0)];
    const parts = ["mayfly wallet 1", name, template, text].map((one) => {
      const bytes = new TextEncoder().encode(one);
      return [bytes.length >>> 8, bytes.length & 255, ...bytes];
    });
    const hash = crypto.sha256().update(Uint8Array.from(parts.flat())).digest();
    expect(idOf()).toBe(hash.toHex());
  });

  test("are sorted, and each is a line that a person reads", () => {
    const policy = unwrap(policyOf("wpkh(@0/**)", KEY, [...ALLOWANCES, "fee-high"]));
    expect(policy.allows).toEqual(ALLOWANCES.toSorted());
    expect(registrationLines(policy).slice(2)).toEqual([
      "Amounts may be unproved",
      "Fees may be high",
      "Inputs may be others'",
      "May sign SIGHASH_ANYONECANPAY",
      "May sign SIGHASH_NONE",
      "May sign SIGHASH_SINGLE",
    ]);
  });
});

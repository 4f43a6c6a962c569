/** Templates of BIP-388: what is read, in which form it is kept, and what is refused. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseWalletPolicy } from "../../firmware/bitcoin/index.ts";
import { formatTemplate } from "../../firmware/bitcoin/wallet/template/format-template.ts";
import { parseTemplate } from "../../firmware/bitcoin/wallet/template/parse-template.ts";
import { elementOf, errorOf, seeded, unwrap } from "./expect-value.ts";
import { crypto } from "./wallet-fixture.ts";
import { KINDS, keysOfKind } from "./wallet-kinds.ts";

const pairs = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => `@${from + i}/**`).join(",");

describe("a template", () => {
  test("is told by its kind, threshold and key expressions", () => {
    const told = KINDS.map((kind) => {
      const { texts } = keysOfKind(kind, 30);
      const {
        kind: script,
        threshold,
        expressions,
      } = unwrap(
        parseWalletPolicy({ name: "Any", template: kind.template, keys: texts }, "regtest", crypto),
      );
      expect(expressions).toEqual(
        kind.expressions.map(([key, receive, change]) => ({ key, branches: [receive, change] })),
      );
      return `${script} ${threshold}`;
    });
    const multisigs = ["sh", "wsh", "sh-wsh"].flatMap((one) =>
      [2, 2, 11].map((m) => `${one} ${m}`),
    );
    const singles = ["pkh 1", "wpkh 1", "sh-wpkh 1", "tr 1"];
    expect(told).toEqual([...singles, ...multisigs, "tr 1", "tr 2", "tr 11", "tr 2"]);
  });

  test("is kept in canonical form: only branches 0 and 1 are /**", () => {
    const spelled = [
      ["wpkh(@0/<0;1>/*)", "wpkh(@0/**)"],
      ["wpkh(@0/<1;0>/*)", "wpkh(@0/<1;0>/*)"],
      ["tr(@0/<0;1>/*,{pk(@1/<0;1>/*),pk(@1/<2;3>/*)})", "tr(@0/**,{pk(@1/**),pk(@1/<2;3>/*)})"],
      ["sh(multi(1,@0/<0;1>/*,@1/<0;2147483647>/*))", "sh(multi(1,@0/**,@1/<0;2147483647>/*))"],
    ] as const;
    for (const [text, canonical] of spelled) {
      expect(formatTemplate(unwrap(parseTemplate(text)))).toBe(canonical);
      expect(formatTemplate(unwrap(parseTemplate(canonical)))).toBe(canonical);
    }
  });
});

const UNSUPPORTED = [
  ["one key in a multisig", "wsh(multi(1,@0/**))"],
  ["one key in a leaf's multisig", "tr(@0/**,multi_a(1,@1/**))"],
  ["16 keys in a multisig", `sh(sortedmulti(2,${pairs(16)}))`],
  ["16 keys in a leaf", `tr(@0/**,multi_a(2,${pairs(16, 1)}))`],
  ["a leaf's function outside a tree", "wsh(multi_a(1,@0/**,@1/**))"],
  ["a multisig of scripts in a leaf", "tr(@0/**,multi(1,@1/**,@2/**))"],
  ["a single key behind a script hash", "sh(pkh(@0/**))"],
  ["a witness within a witness", "wsh(wpkh(@0/**))"],
  ["taproot behind a script hash", "sh(tr(@0/**))"],
  ["a script of other words", "wsh(and_v(v:pk(@0/**),older(5)))"],
  ["a leaf of other words", "tr(@0/**,and_v(v:pk(@1/**),older(5)))"],
  ["hardened branches", "wpkh(@0/<0';1'>/*)"],
  ["three branches", "wpkh(@0/<0;1;2>/*)"],
  ["one branch", "wpkh(@0/0/*)"],
  ["no wildcard", "wpkh(@0/<0;1>)"],
  ["a hardened wildcard", "wpkh(@0/<0;1>/*')"],
  ["a branch of 2^31", "wpkh(@0/<0;2147483648>/*)"],
  ["a branch with a zero before", "wpkh(@0/<0;01>/*)"],
  ["a branch without a number", "wpkh(@0/<;1>/*)"],
  ["keys that begin with @1", "wpkh(@1/**)"],
  ["keys that leave one out", "sh(multi(1,@0/**,@2/**))"],
  ["a key twice in a multisig", "sh(multi(1,@0/**,@0/<2;3>/*))"],
  ["a key twice in a leaf", "tr(@0/**,multi_a(1,@1/**,@1/<2;3>/*))"],
  ["9 leaves", `tr(@0/**,${"{".repeat(8)}pk(@1/**)${",pk(@2/**)}".repeat(8)})`],
  ["forks without an end", `tr(@0/**,${"{".repeat(400)}pk(@1/**))`],
  ["31 key expressions", `tr(@0/**,{multi_a(1,${pairs(15, 1)}),multi_a(1,${pairs(15, 16)})})`],
  ["a tree of one", "tr(@0/**,{pk(@1/**)})"],
  ["a tree of three", "tr(@0/**,{pk(@1/**),pk(@2/**),pk(@3/**)})"],
  ["a second tree", "tr(@0/**,pk(@1/**),pk(@2/**))"],
  ["two keys", "wpkh(@0/**,@1/**)"],
  ["a space", "wpkh( @0/**)".replace(" ", "_")],
] as const;

const MALFORMED = [
  ["equal branches", "wpkh(@0/<1;1>/*)"],
  ["a key in two places with the same branches", "tr(@0/**,{pk(@1/**),pk(@1/**)})"],
  ["a key in two places with a branch in common", "tr(@0/**,pk(@0/<1;2>/*))"],
  ["a threshold of 0", "tr(@0/**,multi_a(0,@1/**,@2/**))"],
  ["a threshold above the keys", "tr(@0/**,sortedmulti_a(3,@1/**,@2/**))"],
  ["an open brace", "tr(@0/**,{pk(@1/**),pk(@2/**)"],
  ["a bracket too many", "wpkh(@0/**))"],
  ["no function", "@0/**"],
  ["no key", "wpkh()"],
  ["real keys", "wpkh(xpub)"],
  ["a space", "wpkh(@0/**) "],
  ["a line break", "wpkh(\n@0/**)"],
] as const;

describe("a template is refused", () => {
  for (const [claim, template] of UNSUPPORTED) {
    test(`${claim}: wallet_unsupported`, () => {
      expect(errorOf(parseTemplate(template))).toBe("wallet_unsupported");
    });
  }
  for (const [claim, template] of MALFORMED) {
    test(`${claim}: wallet_malformed`, () => {
      expect(errorOf(parseTemplate(template))).toBe("wallet_malformed");
    });
  }

  test("as soon as it is one more than the limits", () => {
    const chain = (leaves: number) => {
      const rest = Array.from({ length: leaves - 1 }, (_, i) => `,pk(@${i + 2}/**)}`);
      return `tr(@0/**,${"{".repeat(leaves - 1)}pk(@1/**)${rest.join("")})`;
    };
    expect([8, 9].map((leaves) => errorOf(parseTemplate(chain(leaves))))).toEqual([
      "not refused",
      "wallet_unsupported",
    ]);
    const wide = (count: number) =>
      `tr(@0/**,{multi_a(1,${pairs(14, 1)}),multi_a(1,${pairs(count - 15, 15)})})`;
    expect([30, 31].map((count) => errorOf(parseTemplate(wide(count))))).toEqual([
      "not refused",
      "wallet_unsupported",
    ]);
  });

  test("where it was cut or changed, it never throws, and what is read is canonical", () => {
    const characters = "wshtrpk(){}<>;,*/@0123multi_asorted";
    const claim = (at: number, place: number, character: string, isCut: boolean) => {
      const { template } = elementOf(KINDS, at % KINDS.length);
      const here = place % template.length;
      const text = template.slice(0, here) + character + template.slice(here + (isCut ? 1 : 0));
      const read = parseTemplate(text);
      if (!read.ok) return;
      const canonical = formatTemplate(read.value);
      expect(canonical).toBe(text.replaceAll("<0;1>/*", "**"));
      expect(parseTemplate(canonical)).toEqual(read);
    };
    const one = fc.constantFrom("", ...characters);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), one, fc.boolean(), claim),
      seeded("changed templates", 3_000),
    );
  });
});

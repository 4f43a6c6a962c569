/** Messages of every kind of wallet: signed as the device plans it, verified by the host's code. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  completeLegacy,
  completeMessage,
  type KeySignature,
  type NumberedLeaf,
  verifyMessage,
} from "../../../host/vault/message/index.ts";
import { planMessage, type MessageRequest } from "../../../firmware/bitcoin/index.ts";
import { elementOf, errorOf, seeded, unwrap } from "../expect-value.ts";
import { crypto } from "../wallet-fixture.ts";
import {
  messageWallet,
  type MessageWallet,
  signedMessage,
  signMessageAs,
  TEMPLATES,
} from "./message-wallets.ts";

const HELLO: MessageRequest = { branch: 0, index: 7, message: "Hello Wörld", format: "bip322" };

/** Keys of holders, in the order in which they are asked. */
const holdersOf = ({ holders }: MessageWallet): readonly number[] =>
  holders.flatMap((holder, key) => (holder === undefined ? [] : [key]));

/** Asks holders until their signatures are enough. */
const completeBy = (wallet: MessageWallet, request: MessageRequest, isFull = false) => {
  const given: KeySignature[] = [];
  let asked = 0;
  const leaves: NumberedLeaf[] = [];
  for (const key of holdersOf(wallet)) {
    const one = signMessageAs(wallet, key, request);
    given.push(...one.signatures);
    leaves.push(...one.plan.leaves);
    asked += 1;
    const signed = { ...signedMessage(request.message, one, given), leaves };
    const complete = completeMessage(signed, isFull);
    if (complete.ok) return { address: one.plan.address, text: complete.value, asked };
    expect(complete.error).toBe("signers_missing");
  }
  throw new Error("all holders are not enough");
};

const verdict = (message: string, address: string, text: string): string => {
  const verified = verifyMessage(message, address, text);
  return verified.ok ? verified.value.form : verified.error;
};

/** Kinds whose input has no script but a witness. */
const isSimple = (template: string): boolean => /^(?:wpkh|wsh|tr)\(/.test(template);

/** Holders that the first way to be complete takes. */
const NEEDED: ReadonlyMap<string, number> = new Map([
  ["sh(sortedmulti(2,@0/**,@1/**,@2/**))", 2],
  ["sh(wsh(multi(2,@0/**,@1/**,@2/**)))", 2],
  ["wsh(sortedmulti(2,@0/**,@1/**,@2/**))", 2],
  ["wsh(multi(3,@0/<4;5>/*,@1/**,@2/**))", 3],
  ["tr(@0/**,sortedmulti_a(2,@1/**,@2/**,@3/**))", 2],
]);

const FORMS = TEMPLATES.flatMap((template) =>
  [false, true].map((isFull) => ({
    template,
    isFull,
    form: isSimple(template.template) && !isFull ? "simple" : "full",
  })),
);

describe("BIP-322: what is signed as planned is verified by bitcoinjs-lib's digests", () => {
  for (const { template, isFull, form } of FORMS) {
    test(`${template.template}: ${form}`, () => {
      const { address, text, asked } = completeBy(messageWallet(template), HELLO, isFull);
      expect(verdict(HELLO.message, address, text)).toBe(form);
      expect(text.slice(0, 3)).toBe(form === "simple" ? "smp" : "ful");
      expect(asked).toBe(NEEDED.get(template.template) ?? 1);
      expect(verdict("Hello World", address, text)).toBe("signature_invalid");
    });
  }

  test("any message at any place, of every kind", () => {
    const claim = "messages of every kind";
    fc.assert(
      fc.property(
        fc.constantFrom(...TEMPLATES),
        fc.string({ unit: "binary", maxLength: 300 }).filter((text) => text.isWellFormed()),
        fc.constantFrom(0, 1),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (template, message, branch, index) => {
          const request = { ...HELLO, message, branch: branch === 0 ? 0 : 1, index } as const;
          const { address, text } = completeBy(messageWallet(template), request);
          expect(verdict(message, address, text)).not.toStartWith("signature");
        },
      ),
      seeded(claim, 15),
    );
  });

  test("by every leaf alone: the last one's holders are enough", () => {
    const wallet = messageWallet(elementOf(TEMPLATES, TEMPLATES.length - 1));
    const given = signMessageAs(wallet, 3, HELLO);
    expect(given.signatures.map(({ leaf }) => leaf)).toEqual([1, 2]);
    for (const signature of given.signatures) {
      const text = unwrap(completeMessage(signedMessage(HELLO.message, given, [signature]), false));
      expect(verdict(HELLO.message, given.plan.address, text)).toBe("simple");
    }
  });

  test("another's signature, or one over another message, is refused", () => {
    const wallet = messageWallet(elementOf(TEMPLATES, 7));
    const first = signMessageAs(wallet, 0, HELLO);
    const foreign = signMessageAs(wallet, 1, { ...HELLO, message: "Hello" });
    const complete = (...signatures: readonly KeySignature[]) =>
      errorOf(completeMessage(signedMessage(HELLO.message, first, signatures), false));
    expect(complete(...first.signatures, ...foreign.signatures)).toBe("signature_invalid");
    expect(complete(...first.signatures, ...first.signatures)).toBe("signers_missing");
    expect(complete()).toBe("signers_missing");
  });
});

describe("the legacy form", () => {
  const LEGACY: MessageRequest = { ...HELLO, format: "legacy" };
  const HEADERS: ReadonlyMap<string, readonly [number, number]> = new Map([
    ["pkh(@0/**)", [31, 34]],
    ["sh(wpkh(@0/**))", [35, 38]],
    ["wpkh(@0/**)", [39, 42]],
  ]);
  for (const template of TEMPLATES) {
    const headers = HEADERS.get(template.template);
    const claim = headers === undefined ? "refused" : "signed and verified";
    test(`${template.template}: ${claim}`, () => {
      const wallet = messageWallet(template);
      const [key = 0] = holdersOf(wallet);
      if (headers === undefined) {
        const plan = planMessage(wallet.registeredAs(key), LEGACY, crypto);
        expect(errorOf(plan)).toBe("message_unsupported");
        return;
      }
      const given = signMessageAs(wallet, key, LEGACY);
      const { plan, signatures } = given;
      const text = unwrap(completeLegacy(signedMessage(LEGACY.message, given, signatures)));
      const [header = 0] = Uint8Array.fromBase64(text);
      expect(header).toBeWithin(headers[0], headers[1] + 1);
      expect(verdict(LEGACY.message, plan.address, text)).toBe("legacy");
      expect(verdict(`${LEGACY.message}!`, plan.address, text)).toBe("signature_invalid");
    });
  }
});

describe("refused", () => {
  test("an index that there is not", () => {
    const wallet = messageWallet(elementOf(TEMPLATES, 1)).registeredAs(0);
    const request = { ...HELLO, index: 2 ** 31 };
    expect(errorOf(planMessage(wallet, request, crypto))).toBe("index_out_of_range");
  });
});

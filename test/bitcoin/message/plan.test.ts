/** Messages of every kind of wallet: signed as the device plans it, verified by the host's code. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  completeLegacy,
  completeMessage,
  verifyMessage,
} from "../../../host/vault/message/index.ts";
import { planMessage, type MessageRequest } from "../../../firmware/bitcoin/index.ts";
import { elementOf, errorOf, seeded, unwrap } from "../expect-value.ts";
import { crypto } from "../wallet-fixture.ts";
import {
  messageWallet,
  type MessageWallet,
  scriptsOf,
  signMessageAs,
  TEMPLATES,
} from "./message-wallets.ts";

const HELLO: MessageRequest = { branch: 0, index: 7, message: "Hello Wörld", format: "bip322" };

/** Keys of holders, in the order in which they are asked. */
const holdersOf = ({ holders }: MessageWallet): readonly number[] =>
  holders.flatMap((holder, key) => (holder === undefined ? [] : [key]));

/** Asks holders until their signatures are enough, by the first leaf that gets there. */
const completeBy = (wallet: MessageWallet, request: MessageRequest, isFull = false) => {
  const given: { readonly leaf?: number; readonly signature: Uint8Array }[] = [];
  let asked = 0;
  for (const key of holdersOf(wallet)) {
    const { plan, signatures } = signMessageAs(wallet, key, request);
    given.push(...signatures);
    asked += 1;
    for (const leaf of new Set(given.map((one) => one.leaf))) {
      const own = given.filter((one) => one.leaf === leaf).map(({ signature }) => signature);
      const scripts = scriptsOf(plan, leaf);
      const signed = { message: request.message, scripts, signatures: own };
      const complete = completeMessage(signed, isFull);
      if (complete.ok) return { address: plan.address, text: complete.value, asked };
      expect(complete.error).toBe("signers_missing");
    }
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
      seeded(claim, 40),
    );
  });

  test("by every leaf alone: the last one's holders are enough", () => {
    const wallet = messageWallet(elementOf(TEMPLATES, TEMPLATES.length - 1));
    const { plan, signatures } = signMessageAs(wallet, 3, HELLO);
    expect(signatures.map(({ leaf }) => leaf)).toEqual([1, 2]);
    for (const { leaf, signature } of signatures) {
      const scripts = scriptsOf(plan, leaf);
      const signed = { message: HELLO.message, scripts, signatures: [signature] };
      expect(verdict(HELLO.message, plan.address, unwrap(completeMessage(signed, false)))).toBe(
        "simple",
      );
    }
  });

  test("another's signature, or one over another message, is refused", () => {
    const wallet = messageWallet(elementOf(TEMPLATES, 7));
    const [first, second] = [0, 1].map((key) => signMessageAs(wallet, key, HELLO));
    const foreign = signMessageAs(wallet, 1, { ...HELLO, message: "Hello" });
    const signatures = [first, foreign].flatMap((one) => one?.signatures ?? []);
    const message = {
      message: HELLO.message,
      scripts: scriptsOf(elementOf([second], 0)?.plan ?? foreign.plan),
    };
    const mixed = completeMessage(
      { ...message, signatures: signatures.map((one) => one.signature) },
      false,
    );
    expect(errorOf(mixed)).toBe("signature_invalid");
    expect(errorOf(completeMessage({ ...message, signatures: [] }, false))).toBe("signers_missing");
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
    test(`${template.template}: ${headers === undefined ? "refused" : "signed and verified"}`, () => {
      const wallet = messageWallet(template);
      const [key = 0] = holdersOf(wallet);
      if (headers === undefined) {
        const plan = planMessage(wallet.registeredAs(key), LEGACY, crypto);
        expect(errorOf(plan)).toBe("message_unsupported");
        return;
      }
      const { plan, signatures } = signMessageAs(wallet, key, LEGACY);
      const signed = {
        message: LEGACY.message,
        scripts: scriptsOf(plan),
        signatures: signatures.map(({ signature }) => signature),
      };
      const text = unwrap(completeLegacy(signed));
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

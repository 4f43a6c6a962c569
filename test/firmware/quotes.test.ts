/** Quotes and their check words, on the device's display before anybody has the quote. */
import { describe, expect, test } from "bun:test";
import { DEVICE_LIMITS } from "../../firmware/limits.ts";
import { checkWords } from "../../firmware/words/check-words.ts";
import { createCrypto } from "../../hardware/secrets/crypto.ts";
import { checkWordsOf, ConfirmedQuote } from "../../host/custody/index.ts";
import type { Client } from "../../host/driver/index.ts";
import { WORD_LABELS } from "../../protocol/check-words.ts";
import { LIMITS } from "../../protocol/limits.ts";
import { type Bench, createBench } from "./bench-device.ts";
import { approveAll, makeSeed, quoteOf } from "./custodians.ts";
import { errorOf, unwrap } from "./outcomes.ts";

const crypto = createCrypto();
const nonce = (byte: number): { readonly nonce: Uint8Array } => ({
  nonce: new Uint8Array(8).fill(byte),
});

const withClient = async (work: (client: Client, bench: Bench) => Promise<void>): Promise<void> => {
  const bench = createBench();
  const client = await bench.connect();
  await work(client, bench);
  await client.close();
};

const shownWords = ({ screens }: Bench): readonly string[] => {
  const last = screens.at(-1);
  return last?.kind === "check-words" ? last.lines : [];
};

describe("check words", () => {
  // Made by Python: hashlib.scrypt(bytes(range(40)), salt=label, n=65536, r=8, p=1, dklen=9).
  test.each([
    ["quote", "birth mixed flower cliff narrow usual"],
    ["genesis", "disorder melody question path evil marine"],
  ] as const)("of a %s, by device, tools and Python", async (kind, words) => {
    const document = Uint8Array.from({ length: 40 }, (_, i) => i);
    const label = WORD_LABELS[kind];
    expect((await checkWords(crypto, label, document)).join(" ")).toBe(words);
    expect((await checkWordsOf(document, label)).join(" ")).toBe(words);
  });

  test("device and tools agree on documents of any length", async () => {
    for (const length of [0, 1, 300]) {
      const document = new Uint8Array(length).fill(length);
      const words = await checkWords(crypto, WORD_LABELS.quote, document);
      expect(words).toEqual([...(await checkWordsOf(document, WORD_LABELS.quote))]);
      expect(words.every((word) => /^[a-z]{3,8}$/.test(word))).toBe(true);
    }
  });

  test("typed: case, bars and four letters do not matter; a word more or less does", async () => {
    await withClient(async (client, bench) => {
      const { quote } = unwrap(await client.getQuote({}));
      const words = shownWords(bench);
      const said = async (typed: string) => errorOf(await ConfirmedQuote.of(quote, typed));
      expect(await said(` ${words.join(" | ").toUpperCase()}\n`)).toBe("not refused");
      expect(await said(words.map((word) => word.slice(0, 4)).join(","))).toBe("not refused");
      for (const typed of ["", words.slice(1).join(" "), [...words, "zoo"].join(" ")]) {
        expect(await said(typed)).toBe("check_words_wrong");
      }
      expect(await said(words.toReversed().join(" "))).toBe("check_words_wrong");
    });
  });
});

describe("a quote", () => {
  test("is shown by six words that stand alone, before it is given", async () => {
    await withClient(async (client, bench) => {
      const { quote, lifeMs } = unwrap(await client.getQuote({}));
      expect(shownWords(bench)).toHaveLength(6);
      expect(unwrap(await ConfirmedQuote.of(quote, shownWords(bench).join(" "))).quote.device).toBe(
        "A",
      );
      expect(lifeMs).toBe(LIMITS.quoteLifeMs);
    });
  });

  test("has other words for another nonce, and those of another are refused", async () => {
    await withClient(async (client, bench) => {
      const first = unwrap(await client.getQuote(nonce(1))).quote;
      const firstWords = shownWords(bench).join(" ");
      const second = unwrap(await client.getQuote(nonce(2))).quote;
      const secondWords = shownWords(bench).join(" ");
      expect(secondWords).not.toBe(firstWords);
      expect(errorOf(await ConfirmedQuote.of(first, secondWords))).toBe("check_words_wrong");
      expect(errorOf(await ConfirmedQuote.of(second, firstWords))).toBe("check_words_wrong");
    });
  });

  test("is the same for the same request, for half of its life", async () => {
    await withClient(async (client, bench) => {
      const first = unwrap(await client.getQuote(nonce(1)));
      await bench.pass(LIMITS.quoteLifeMs / 2 - 60_000);
      const again = unwrap(await client.getQuote(nonce(1)));
      expect(again.quote).toEqual(first.quote);
      expect(again.lifeMs).toBeLessThan(first.lifeMs);
      await bench.pass(120_000);
      const later = unwrap(await client.getQuote(nonce(1)));
      expect(later.quote).not.toEqual(first.quote);
    });
  });

  test("one at a time, a few at once, then one in each pause", async () => {
    await withClient(async (client, bench) => {
      const [one, other] = await Promise.all([
        client.getQuote(nonce(1)),
        client.getQuote(nonce(2)),
      ]);
      expect([errorOf(one), errorOf(other)]).toEqual(["not refused", "busy"]);
      for (let i = 3; i < DEVICE_LIMITS.quoteBurst + 2; i += 1)
        unwrap(await client.getQuote(nonce(i)));
      expect(errorOf(await client.getQuote(nonce(90)))).toBe("busy");
      expect(errorOf(await client.getQuote(nonce(DEVICE_LIMITS.quoteBurst + 1)))).toBe(
        "not refused",
      );
      await bench.pass(DEVICE_LIMITS.quotePauseMs);
      expect(errorOf(await client.getQuote(nonce(91)))).toBe("not refused");
      expect(errorOf(await client.getQuote(nonce(92)))).toBe("busy");
    });
  });

  test("keeps nobody waiting: a status is answered while its words are computed", async () => {
    await withClient(async (client) => {
      const order: string[] = [];
      const quoted = async (): Promise<void> => {
        unwrap(await client.getQuote({}));
        order.push("quote");
      };
      const asked = async (): Promise<void> => {
        for (let i = 0; i < 3; i += 1) {
          unwrap(await client.getStatus({}));
          order.push("status");
        }
      };
      await Promise.all([quoted(), asked()]);
      expect(order).toEqual(["status", "status", "status", "quote"]);
    });
  });

  test("leaves the display with the phase that it was for", async () => {
    await withClient(async (client, bench) => {
      const { custodians } = await makeSeed(client, 2, 3);
      const quote = await quoteOf(client);
      expect(shownWords(bench)).toHaveLength(6);
      const shares = await approveAll(quote, custodians);
      expect(unwrap(await client.submitShares({ shares })).phase).toBe("ready");
      expect(bench.screens.at(-1)).toEqual({ kind: "status", lines: ["A", "ready"] });
    });
  });
});

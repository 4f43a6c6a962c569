/** What is read of screens is what the firmware wrote on them. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { review } from "../../../firmware/bitcoin/index.ts";
import { messagePages } from "../../../firmware/bitcoin/message/screens.ts";
import { type Screen, screenFields } from "../../../hardware/emulator/index.ts";
import {
  type Draft,
  buildPsbt,
  STRANGER_ADDRESS,
  STRANGER_SCRIPT,
} from "../../bitcoin/psbt-fixture.ts";
import { unwrap } from "../../bitcoin/expect-value.ts";
import { CONTEXT, HOT, placeOf } from "../../bitcoin/wallet-fixture.ts";
import { questionOf, register, signerWith, WALLET_ID } from "./spending.ts";

const screenOf = (draft: Draft): Screen => {
  const psbt = buildPsbt(draft).toBuffer();
  const { screens } = unwrap(review(psbt, [HOT.registered], undefined, CONTEXT));
  return { kind: "transaction", lines: screens.flatMap(({ lines }) => lines) };
};

const coin = (amountSats: number) => ({ wallet: HOT, branch: 0, index: 5, amountSats }) as const;

describe("a transaction", () => {
  test("payments, outputs to the wallet, scripts, locks and far change", () => {
    const data = Uint8Array.fromHex(`6a20${"5a".repeat(32)}`);
    const screen = screenOf({
      coins: [coin(3_000_000), { ...coin(2_000_000), index: 6 }],
      outputs: [
        { script: STRANGER_SCRIPT, amountSats: 1_234_567 },
        { script: data, amountSats: 0 },
        { wallet: HOT, branch: 0, index: 9, amountSats: 700_000 },
        { wallet: HOT, branch: 1, index: 1500, amountSats: 2_000_000 },
      ],
      lockTime: 800_000,
    });
    expect(screen.lines).toContain("Not before block 800000");
    expect(screen.lines).toContain("Change to address 1/1500");
    const feeSats = 5_000_000 - 1_234_567 - 700_000 - 2_000_000;
    expect(screenFields(screen)).toEqual({
      wallet: "Hot wallet",
      inputs: 2,
      leavingSats: 1_234_567 + feeSats,
      feeSats,
      outputs: [
        { to: "others", amountSats: 1_234_567, address: STRANGER_ADDRESS },
        { to: "others", amountSats: 0, address: `script ${data.toHex()}` },
        { to: "this wallet", amountSats: 700_000, address: placeOf(HOT, 0, 9).address },
      ],
    });
  });

  test("a script that is too long to be shown keeps the words before its hash", () => {
    const data = Uint8Array.fromHex(`6a4d2c01${"5a".repeat(300)}`);
    const [output] =
      screenFields(
        screenOf({ coins: [coin(10_000)], outputs: [{ script: data, amountSats: 9000 }] }),
      ).outputs ?? [];
    expect(output?.address).toMatch(/^script 304 bytes SHA-256 [0-9a-f]{64}$/);
  });

  test("any number of payments of any amount", () => {
    const amounts = fc.array(fc.integer({ min: 546, max: 50_000_000 }), {
      minLength: 1,
      maxLength: 12,
    });
    const claim = (all: readonly number[]): void => {
      const sum = all.reduce((total, amount) => total + amount, 0);
      const outputs = all.map((amountSats) => ({ script: STRANGER_SCRIPT, amountSats }));
      const fields = screenFields(screenOf({ coins: [coin(sum + 100)], outputs }));
      expect(fields.outputs?.map(({ amountSats }) => amountSats)).toEqual([...all]);
      expect(fields).toMatchObject({ feeSats: 100, leavingSats: sum + 100, inputs: 1 });
    };
    fc.assert(fc.property(amounts, claim), { numRuns: 30 });
  });
});

describe("other screens", () => {
  test("an address: wallet, place and address", async () => {
    await using signer = await signerWith("auto");
    await register(signer);
    await signer.client.getAddress({
      walletId: WALLET_ID,
      isChange: true,
      index: 4,
      isShown: true,
    });
    expect(screenFields(questionOf(signer))).toEqual({
      wallet: "Hot wallet",
      branch: "change",
      index: 4,
      address: placeOf(HOT, 1, 4).address,
    });
  });

  test("a message: wallet, place, address, and its text as it was", async () => {
    await using signer = await signerWith("auto");
    await register(signer);
    const message = 'I am\nhere, "раypal" | \\n';
    const place = { walletId: WALLET_ID, isChange: false, index: 7 };
    await signer.client.signMessage({ ...place, message, format: "bip322" });
    expect(screenFields(questionOf(signer))).toEqual({
      wallet: "Hot wallet",
      branch: "receive",
      index: 7,
      address: placeOf(HOT, 0, 7).address,
      message,
    });
  });

  test("any text of a message is read back", () => {
    const texts = fc.string({ unit: "binary", maxLength: 200 }).filter((one) => one.isWellFormed());
    const claim = (text: string): void => {
      const lines = messagePages(text, text.length).flatMap((page) => page.lines);
      expect(screenFields({ kind: "message", lines }).message).toBe(text);
    };
    fc.assert(fc.property(texts, claim), { numRuns: 300 });
  });

  test("a wallet to register has its name, and a status nothing", async () => {
    await using signer = await signerWith("auto");
    await register(signer);
    expect(screenFields(questionOf(signer))).toEqual({ wallet: "Hot wallet" });
    expect(screenFields({ kind: "status", lines: ["Wallet: no", "ready"] })).toEqual({});
  });
});

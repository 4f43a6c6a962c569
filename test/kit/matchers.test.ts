/** The matchers for bun:test: when they hold, and what they say when they do not. */
import { describe, expect, test } from "bun:test";
import { createEmulator } from "../../hardware/emulator/index.ts";
import { fail, ok } from "../../protocol/errors.ts";
import { matchers } from "./index.ts";
import { register, signerWith, spend } from "../emulator/approval/spending.ts";

/** What a failing expectation says; fails where it does not fail. */
const saidBy = (expectation: () => void): string => {
  try {
    expectation();
  } catch (error) {
    // bun:test's own line comes first: expect(received).toShow(wanted)
    if (error instanceof Error) return error.message.replace(/^expect\(.*\n\n/, "");
    throw error;
  }
  throw new Error("it held");
};

test("importing them has made them known", () => {
  expect(Object.keys(matchers)).toEqual(["toShow", "toRefuseWith", "toHaveSigned"]);
});

describe("toShow", () => {
  test("what is shown or has been, over all boots", async () => {
    await using signer = await signerWith("auto");
    expect(signer).toShow({ kind: "status", text: "ready" });
    expect(signer).not.toShow({ kind: "message" });
    await register(signer);
    signer.powerCut();
    expect(signer).toShow({ kind: "message", line: { wallet: "Hot wallet" } });
    expect(signer).not.toShow({ kind: "message", line: { wallet: "Cold wallet" } });
  });

  test("says what was shown instead, and the seed", async () => {
    await using signer = await signerWith("auto");
    expect(saidBy(() => expect(signer).toShow({ kind: "transaction", text: /Pay/ }))).toBe(
      [
        "expected a signer to show transaction, text /Pay/",
        "but it has shown",
        "  status: A | sealed",
        "  status: A | ready",
        "MAYFLY_SEED=approval",
      ].join("\n"),
    );
    expect(saidBy(() => expect(signer).not.toShow({ kind: "status" }))).toContain(
      "expected a signer not to show status",
    );
  });

  test("what is no signer is a mistake, negated or not", () => {
    const says = "toShow looks at an emulator, and was given";
    expect(saidBy(() => expect({}).toShow({}))).toContain(says);
    expect(saidBy(() => expect({}).not.toShow({}))).toContain(says);
    expect(saidBy(() => expect(createEmulator()).toShow({}))).toContain(
      "a promise: await it first",
    );
  });
});

describe("toRefuseWith", () => {
  const refusal = fail("fee_high", { feeSats: 9, percent: 90 });

  test("by its name, and by those details that are named", () => {
    expect(refusal).toRefuseWith("fee_high");
    expect(refusal).toRefuseWith("fee_high", { feeSats: 9 });
    expect(refusal).toRefuseWith("fee_high", { feeSats: expect.any(Number) });
    expect(refusal).not.toRefuseWith("fee_high", { feeSats: 8 });
    expect(refusal).not.toRefuseWith("declined");
    expect(ok(1)).not.toRefuseWith("declined");
    expect([refusal]).toEqual([expect.toRefuseWith("fee_high")]);
  });

  test("says what came instead, and the seed of the signer that is named", async () => {
    await using signer = await signerWith("never");
    const asked = await register(signer);
    expect(asked).toRefuseWith("declined");
    expect(saidBy(() => expect(asked).toRefuseWith("wallet_unknown", {}, signer))).toBe(
      [
        "expected an outcome to be a refusal with wallet_unknown {}",
        "but it was refused with declined",
        "MAYFLY_SEED=approval",
      ].join("\n"),
    );
    const other = saidBy(() => expect(refusal).toRefuseWith("fee_high", { percent: 1 }));
    expect(other).toContain("but it was refused with fee_high {");
    expect(other).toContain("percent: 90");
    expect(saidBy(() => expect(ok(7)).toRefuseWith("declined"))).toContain("but it was done: 7");
    expect(saidBy(() => expect(register(signer)).toRefuseWith("declined"))).toContain("await it");
  });
});

describe("toHaveSigned", () => {
  test("counts signatures of wallets' keys over all boots, and says how many", async () => {
    await using signer = await signerWith("auto");
    expect(signer).toHaveSigned(0);
    await register(signer);
    await spend(signer, 1000);
    expect(signer).toHaveSigned(1);
    signer.powerCut();
    expect(await spend(signer, 1000)).toRefuseWith("wallet_unknown");
    await register(signer);
    await spend(signer, 2000);
    expect(signer).toHaveSigned(2);
    const says = saidBy(() => expect(signer).toHaveSigned(3));
    expect(says).toStartWith("expected a signer to have made 3 signatures\nbut it has made 2 sig");
    expect(says).toContain("transaction: Spend from | Wallet: Hot wallet");
    expect(says).toEndWith("MAYFLY_SEED=approval");
  });
});

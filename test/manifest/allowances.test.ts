/** What a manifest's wallets allow: encoded, shown, and refused where it means nothing. */
import { describe, expect, test } from "bun:test";
import {
  diffManifests,
  manifestHash,
  manifestProblems,
  manifestText,
  readJsonAs,
} from "../../host/manifest/index.ts";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { MANIFEST } from "../../protocol/manifest/manifest.ts";
import { manifestBytes } from "../../protocol/manifest/signed.ts";
import { type Allowance, ALLOWANCES, WALLET_POLICY } from "../../protocol/wallet-policy.ts";
import { FIRST } from "./lineages.ts";

describe("the allowances of a wallet", () => {
  test("allowances are a set, and a member more: without them nothing changes", () => {
    const [wallet] = FIRST.wallets;
    if (wallet === undefined) throw new Error("a wallet");
    const hashWith = (...allows: readonly Allowance[]) =>
      manifestHash({ ...FIRST, wallets: [{ ...wallet, allows }] }).toHex();
    expect(hashWith("fee-high", "sighash-none")).toBe(hashWith("sighash-none", "fee-high"));
    const one = { ...FIRST, wallets: [{ ...wallet, allows: ["fee-high"] as const }] };
    const hex = manifestBytes(one).toHex();
    // The wallet's map of three becomes one of four, and ends with 3: ["fee-high"].
    const member = "0381686665652d68696768";
    expect(hex).toContain(member);
    expect(hex.replace(member, "").replace("0881a400", "0881a300")).toBe(
      manifestBytes(FIRST).toHex(),
    );
    expect(decodeAs(MANIFEST, manifestBytes(one))?.wallets).toEqual(one.wallets);
    expect(diffManifests(FIRST, one)).toEqual([
      { place: "/wallets/Hot wallet/allows", after: ["fee-high"] },
    ]);
    expect(manifestText(one)).toContain("    allows fee-high");
  });

  const problemsWith = (...allows: readonly Allowance[]) =>
    manifestProblems({ ...FIRST, wallets: FIRST.wallets.map((one) => ({ ...one, allows })) }).map(
      ({ pointer, means }) => `${pointer} ${means}`,
    );

  test("stand once, and are left out where there are none", () => {
    expect(problemsWith(...ALLOWANCES)).toEqual([]);
    expect(problemsWith("fee-high", "fee-high")).toEqual([
      "/wallets/0/allows/1 This allowance stands twice.",
    ]);
    expect(problemsWith()).toEqual([
      "/wallets/0/allows A wallet that allows nothing leaves this out.",
    ]);
  });

  test("have names, and another is told by its place", () => {
    const json = { ...FIRST.wallets[0], allows: ["fee-high", "sighash-all"] };
    expect(readJsonAs(WALLET_POLICY, json)).toEqual({
      ok: false,
      problems: [{ pointer: "/allows/1", means: `This must be one of ${ALLOWANCES.join(", ")}.` }],
    });
  });
});

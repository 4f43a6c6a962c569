/** Files of `wallet register --policy` that name what no wallet allows. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ALLOWANCES } from "../../protocol/wallet-policy.ts";
import { expectJsonRefusal } from "./contract.ts";
import { runMayfly } from "./mayfly.ts";

const home = mkdtempSync(join(tmpdir(), "mayfly-policy-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const ALLOWS = [
  ["an allowance that nobody knows", ["sighash-all"]],
  ["an allowance twice", ["fee-high", "fee-high"]],
  ["no list", "fee-high"],
  ["null", null],
  ["numbers", [1]],
] as const;

test("a member that is misspelt: wallet_malformed, and which", async () => {
  const file = join(home, "misspelt.json");
  const policy = { name: "n", template: "wpkh(@0/**)", keys: ["k"], allow: ["fee-high"] };
  writeFileSync(file, JSON.stringify(policy));
  const words = ["wallet", "register", "--port", "A", "--policy", file, "--json"];
  const last = expectJsonRefusal(await runMayfly({ home }, ...words), "wallet_malformed", 1);
  expect(last).toHaveProperty("error.details.why", 'it has no member "allow"');
});

test("the help names every allowance", async () => {
  const { stdout } = await runMayfly({ home }, "wallet", "register", "--help");
  for (const allowance of ALLOWANCES) expect(stdout).toContain(allowance);
});

for (const [claim, allows] of ALLOWS) {
  test(`${claim}: wallet_malformed`, async () => {
    const file = join(home, `${claim}.json`);
    writeFileSync(
      file,
      JSON.stringify({ name: "n", template: "wpkh(@0/**)", keys: ["k"], allows }),
    );
    const words = ["wallet", "register", "--port", "A", "--policy", file, "--json"];
    const last = expectJsonRefusal(await runMayfly({ home }, ...words), "wallet_malformed", 1);
    expect(JSON.stringify(last)).toContain(claim);
  });
}

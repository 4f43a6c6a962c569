/** `mayfly demo` again: each signer unplugged, ended at every moment, many requests. */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectNothingLeft, runDemo, startDemo } from "./demo-run.ts";
import { hasNoPty } from "./emulating.ts";
import { cleanUp, lastOf, temporaryFolder } from "./mayfly.ts";
import { expectSpend } from "./transaction-check.ts";

afterAll(cleanUp);

describe.skipIf(hasNoPty)("pty: demo, at length", () => {
  for (const name of ["A", "C"]) {
    test(`--unplug ${name}: the other two sign`, async () => {
      const home = temporaryFolder();
      const run = await runDemo(home, "--unplug", name, "--json");
      expect(run.code).toBe(0);
      expectSpend(lastOf(run));
      expectNothingLeft(home);
    });
  }

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`${signal} at every moment: no process, no folder`, async () => {
      for (let delayMs = 0; delayMs < 3000; delayMs += 170) {
        const home = temporaryFolder();
        const child = startDemo(home);
        const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()];
        await Bun.sleep(delayMs);
        child.kill(signal);
        await child.exited;
        const [, stderr] = await Promise.all(texts);
        expect(stderr).toBe("");
        expectNothingLeft(home);
      }
    });
  }

  test("four hundred requests in one transaction", async () => {
    const home = temporaryFolder();
    const lines = Array.from({ length: 400 }, (_, i) =>
      JSON.stringify({
        id: `w-${i}`,
        user: `user-${i}`,
        address: "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
        amountSats: 1000 + i,
      }),
    );
    writeFileSync(join(home, "many.jsonl"), lines.join("\n"));
    const run = await runDemo(home, "--requests", join(home, "many.jsonl"), "--json");
    expect(run.code).toBe(0);
    expect(expectSpend(lastOf(run)).outputsLength).toBe(401);
  });
});

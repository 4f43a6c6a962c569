/** `mayfly demo` again: as people see it, ended at every moment, unplugged, many requests. */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectSentence } from "./contract.ts";
import { expectNothingLeft, runDemo, startDemo } from "./demo-run.ts";
import { hasNoPty } from "./emulating.ts";
import { cleanUp, lastOf, readEvent, temporaryFolder } from "./mayfly.ts";
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

  test("for people: a story on standard output, nothing on standard error", async () => {
    const home = temporaryFolder();
    const run = await runDemo(home);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    for (const word of ["Power cut", "Dan and Eve are away", "HOLD", "REFUSE", "signed", "txid"]) {
      expect(run.stdout).toContain(word);
    }
    expectNothingLeft(home);
  });

  test("Ctrl-C in the middle: no process, no folder", async () => {
    const home = temporaryFolder();
    const child = startDemo(home, "--json");
    let text = "";
    for await (const chunk of child.stdout) {
      text += Buffer.from(chunk).toString();
      if (text.includes("powercut")) child.kill("SIGINT");
    }
    expect(await child.exited).toBe(130);
    expect(await new Response(child.stderr).text()).toBe("");
    for (const line of text.trim().split("\n")) readEvent(line);
    expect(text).not.toContain('"done"');
    expectNothingLeft(home);
  });

  test("a reader that leaves: no trace of a stack, nothing left behind", async () => {
    const home = temporaryFolder();
    const child = startDemo(home);
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    expect(await child.exited).not.toBe(0);
    expect(await new Response(child.stderr).text()).toBe("");
    expectNothingLeft(home);
  });

  test("everything refused: people read why", async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, "none.jsonl"), "{");
    const run = await runDemo(home, "--requests", join(home, "none.jsonl"));
    expectSentence(run, "nothing_to_pay");
    expect(run.stdout).toContain("line 1");
    expectNothingLeft(home);
  });

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

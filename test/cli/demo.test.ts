/** `mayfly demo`: the main job, judged from its printed facts by code of the tests' own. */
import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hex } from "@scure/base";
import { CONTRACT, expectJsonRefusal, PREVOUT } from "./contract.ts";
import { expectNothingLeft, expectSignersGone, runDemo, verdictsOf } from "./demo-run.ts";
import { hasNoPty } from "./emulating.ts";
import { cleanUp, eventsOf, type JsonEvent, lastOf, temporaryFolder } from "./mayfly.ts";
import { expectSpend } from "./transaction-check.ts";

afterAll(cleanUp);

/** P2WPKH of somebody else on regtest, and its script. */
const ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
const SCRIPT = "0014751e76e8199196d454941c45d1b3a323f1433bd6";
const DENIED = "bcrt1q59pnpyxdtlxzk8vc43ejt52vc8fxntwe9dscxn";

const kindsOf = (events: readonly JsonEvent[], kind: string): readonly JsonEvent[] =>
  events.filter(({ event }) => event === kind);

const request = (id: string, address: string, amountSats: number): string =>
  JSON.stringify({ id, user: `user-${id}`, address, amountSats });

const write = (home: string, lines: readonly string[]): string => {
  const file = join(home, "requests.jsonl");
  writeFileSync(file, lines.join("\n"));
  return file;
};

describe.skipIf(hasNoPty)("pty: demo", () => {
  test.concurrent("no options: screened, power-cut, provisioned, signed, checked", async () => {
    const home = temporaryFolder();
    const run = await runDemo(home, "--json");
    expect(run.code).toBe(0);
    const events = eventsOf(run);
    expect(kindsOf(events, "powercut")).toEqual(
      ["A", "B", "C"].map((name) => ({ event: "powercut", name })),
    );
    expect(kindsOf(events, "provisioned")).toEqual(
      ["A", "B", "C"].map((name) => ({
        event: "provisioned",
        name,
        shares: 3,
        absent: ["Dan", "Eve"],
      })),
    );
    expect(kindsOf(events, "screened")).toHaveLength(20);
    expect(new Set(Object.values(verdictsOf(run)))).toEqual(new Set(["pass", "hold", "refuse"]));
    expect(kindsOf(events, "checked")).toMatchObject([{ ok: true }]);
    const done = lastOf(run);
    expect(done).toEqual({ ...CONTRACT.done, prevouts: [PREVOUT, PREVOUT, PREVOUT, PREVOUT] });
    expectSpend(done);
    expectSignersGone(done);
    expectNothingLeft(home);
  });

  test.concurrent("--unplug B: the other two sign", async () => {
    const home = temporaryFolder();
    const run = await runDemo(home, "--unplug", "B", "--json");
    expect(run.code).toBe(0);
    const lost = kindsOf(eventsOf(run), "unplugged");
    expect(lost).toEqual([
      { event: "unplugged", name: "B", pid: expect.any(Number), afterInput: 2 },
    ]);
    const done = lastOf(run);
    expectSpend(done);
    const { devices, signedBy } = done;
    if (!Array.isArray(devices) || !Array.isArray(signedBy)) throw new Error("the last line");
    const others = devices.filter(({ name }) => name !== "B").map(({ fingerprint }) => fingerprint);
    expect(new Set(signedBy)).toEqual(new Set(others));
    expectNothingLeft(home);
  });

  test.concurrent("--requests: what passes is paid, a broken line is named by number", async () => {
    const home = temporaryFolder();
    const file = write(home, [
      request("one", ADDRESS, 50_000),
      "not json",
      request("two", DENIED, 60_000),
      "",
      request("three", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", 60_000),
      request("four", ADDRESS, 70_001),
      '{"id":"five","user":"u"}',
    ]);
    const run = await runDemo(home, "--requests", file, "--json");
    expect(run.code).toBe(0);
    expect(verdictsOf(run)).toEqual({ one: "pass", two: "refuse", four: "pass" });
    const refused = kindsOf(eventsOf(run), "line-refused");
    expect(refused.map(({ line }) => line)).toEqual([2, 5, 7]);
    const transaction = expectSpend(lastOf(run));
    const paid = Array.from({ length: transaction.outputsLength }, (_, i) => {
      const { amount = 0n, script = new Uint8Array(0) } = transaction.getOutput(i);
      return `${hex.encode(script)} ${amount}`;
    });
    expect(paid).toContain(`${SCRIPT} 50000`);
    expect(paid).toContain(`${SCRIPT} 70001`);
    expect(paid).toHaveLength(3);
    expectNothingLeft(home);
  });

  test.concurrent("--requests: everything refused ends with nothing_to_pay", async () => {
    const home = temporaryFolder();
    const file = write(home, [request("two", DENIED, 60_000), "{"]);
    expectJsonRefusal(await runDemo(home, "--requests", file, "--json"), "nothing_to_pay");
    expectNothingLeft(home);
  });
});

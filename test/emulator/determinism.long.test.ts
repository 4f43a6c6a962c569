/**
 * One seed, one life: byte for byte in one process, and in another one that has just started.
 * This is what CI compares; nothing else has to.
 */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { sessionHash, standardSession } from "./standard-session.ts";

const hashElsewhere = async (engine: string, rngSeed: string): Promise<string> => {
  const program = join(import.meta.dir, "standard-session.ts");
  const child = Bun.spawn(["bun", program, engine, rngSeed], { stderr: "inherit" });
  const said = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return said.trim();
};

for (const engine of ["native", "portable"] as const) {
  describe.skipIf(engine === "native" && hasNoLibraries)(`${engine} engine`, () => {
    test("one seed: the same transcripts and screens, here and in another process", async () => {
      const here = await sessionHash({ secrets: engine, rngSeed: "1" });
      const [again, elsewhere] = await Promise.all([
        sessionHash({ secrets: engine, rngSeed: "1" }),
        hashElsewhere(engine, "1"),
      ]);
      expect(here).toMatch(/^[0-9a-f]{64}$/);
      expect(again).toBe(here);
      expect(elsewhere).toBe(here);
    }, 30_000);
  });
}

test("the session is what it says: each thing happened", async () => {
  const [fresh, signer] = await standardSession({ secrets: "portable", rngSeed: "1" });
  const happened = [fresh, signer].flatMap(({ transcript }) => transcript.items());
  const calls = happened.filter((item) => item.what === "call");
  const told = calls.map(({ name, answer }) => {
    const outcome = answer?.outcome;
    return `${name} ${outcome?.ok === false ? outcome.error : outcome?.ok}`;
  });
  expect(told).toEqual([
    "generateSeed true",
    "getStatus true",
    "startPairing true",
    "pair true",
    "getXpub true",
    "registerWallet true",
    "signPsbt true",
    "signMessage true",
    "getAddress wallet_unknown",
    "signPsbt true",
    "getStatus true",
  ]);
  const cable = signer.transcript.items().filter((item) => item.what === "cable");
  expect(cable.map(({ event }) => event)).toContain("unplugged");
  const [pulled] = cable.filter(({ event }) => event === "unplugged");
  const upload = calls.findLast(({ name }) => name === "signPsbt");
  expect(pulled?.atMs).toBeGreaterThanOrEqual(upload?.atMs ?? Infinity);
  expect(pulled?.atMs).toBeLessThan(upload?.answer?.atMs ?? 0);
});

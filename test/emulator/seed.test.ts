/** The seed of a failure: said when none was told, and good to have the same again. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "mayfly-seed-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KIT = JSON.stringify(join(import.meta.dir, "../../hardware/emulator/index.ts"));

/** Two emulators that say what they are; a failure after that. */
const FAILING = `
import { expect, test } from "bun:test";
import { createEmulator } from ${KIT};
test("fails", async () => {
  for (let i = 0; i < 2; i += 1) {
    const { client, rngSeed } = await createEmulator();
    const status = await client.getStatus({});
    console.log("life", rngSeed, status.ok && status.value.bootId.toHex());
    await client.close();
  }
  expect(1).toBe(2);
});`;

/** A program that ends badly, or well. */
const PROGRAM = `
import { createEmulator } from ${KIT};
await createEmulator();
process.exit(Number(process.argv.at(-1)));`;

const run = async (command: readonly string[], env: Readonly<Record<string, string>>) => {
  const { MAYFLY_SEED: _, ...rest } = process.env;
  const child = Bun.spawn([process.execPath, ...command], {
    cwd: folder,
    env: { ...rest, ...env },
    stdout: "pipe",
    stderr: "pipe",
    timeout: 20_000,
  });
  const [out, said] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said, lives: out.match(/^life .*$/gm) ?? [] };
};

const seedIn = (said: string): string | undefined => /MAYFLY_SEED=(\d+)/.exec(said)?.[1];

test("a failing test says its seed, and with it all its emulators come again", async () => {
  writeFileSync(join(folder, "failing.test.ts"), FAILING);
  const command = ["test", "./failing.test.ts"];
  const first = await run(command, {});
  expect(first.code).toBe(1);
  const seed = seedIn(first.said) ?? "";
  expect(first.lives).toHaveLength(2);
  expect(first.lives[0]).toStartWith(`life ${seed} `);
  expect(first.lives[1]).toStartWith(`life ${Number(seed) + 1} `);
  const again = await run(command, { MAYFLY_SEED: seed });
  expect(again.lives).toEqual(first.lives);
  expect(seedIn(again.said)).toBeUndefined();
});

test("a program says it where it ends badly, and only there", async () => {
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  expect(seedIn((await run(["program.ts", "1"], {})).said)).toMatch(/^\d+$/);
  expect((await run(["program.ts", "0"], {})).said).toBe("");
});

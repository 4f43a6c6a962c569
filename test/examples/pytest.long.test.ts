/** The example for pytest: a signer from Python, over a pseudo-terminal and over TCP. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { hasNoPty } from "../cli/emulating.ts";

const PYTHON = Bun.env["MAYFLY_PYTHON"] ?? "";
const TOP = join(import.meta.dir, "../..");
const PACKAGES = "cbor2, cobs, cryptography, mnemonic, noise, pytest, serial";

const hasNoPytest =
  Bun.which(PYTHON) === null ||
  !Bun.spawnSync([PYTHON, "-c", `import ${PACKAGES}`], { stderr: "ignore" }).success;

const PATIENCE_MS = 120_000;
/** Three tests, each over both ways in, and none left out. */
const PASSES = /^6 passed in /m;

test.skipIf(hasNoPty || hasNoPytest)(
  "pytest and pyserial: every test passes over each way in (needs MAYFLY_PYTHON with pytest)",
  async () => {
    const words = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];
    const run = Bun.spawn([PYTHON, ...words], {
      cwd: join(import.meta.dir, "pytest"),
      env: { ...Bun.env, MAYFLY: `${process.execPath} ${join(TOP, "host/cli/main.ts")}` },
      stdout: "pipe",
      stderr: "inherit",
    });
    const said = await new Response(run.stdout).text();
    expect(said).toMatch(PASSES);
    expect(await run.exited).toBe(0);
  },
  PATIENCE_MS,
);

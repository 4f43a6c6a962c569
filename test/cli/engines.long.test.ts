/** Which engine holds an emulator's keys, and what it says of itself. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasNoLibraries } from "../secrets/oracles/engines.ts";
import { expectContract, expectSentence } from "./contract.ts";
import { hasNoPty, startEmulating, until } from "./emulating.ts";
import { askMayfly, cleanUp, environmentOf, MAYFLY, runMayfly, temporaryFolder } from "./mayfly.ts";
import { cannotHide, runWithoutLibrary } from "./without-libraries.ts";

afterAll(cleanUp);

const ABANDON = `${"abandon ".repeat(11)}about`;
/** Long enough for a start on a busy machine; it measures nothing. */
const START_MS = 6000;

const statusOf = async (home: string) => {
  const status = await askMayfly({ home }, "status", "--port", "A");
  expectContract(status, "status");
  return status["secrets"];
};

describe.skipIf(hasNoPty)("pty: emulate --secrets", () => {
  test.concurrent("portable: says that nothing is volatile, and what is missing", async () => {
    const home = temporaryFolder();
    await startEmulating(home, "--secrets", "portable").listening();
    const secrets = await statusOf(home);
    expect(secrets).toMatchObject({ engine: "portable", volatile: false });
    expect(secrets).toMatchObject({ missing: ["locked pages", "optimiser off"] });
    const { stdout } = await runMayfly({ home }, "status", "--port", "A");
    expect(stdout).toContain("unprotected  locked pages");
  });

  test.concurrent.skipIf(hasNoLibraries)("native, unless told: volatile", async () => {
    const home = temporaryFolder();
    await startEmulating(home).listening();
    expect(await statusOf(home)).toMatchObject({ engine: "native", volatile: true });
    const { stdout } = await runMayfly({ home }, "status", "--port", "A");
    expect(stdout).toContain("protected    ");
    expect(stdout).toContain("locked pages");
  });

  test.concurrent.skipIf(hasNoLibraries)(
    "native with a seed that is brought along: the seed was in JavaScript, so not volatile",
    async () => {
      const home = temporaryFolder();
      await startEmulating(home, "--insecure-mnemonic", ABANDON).listening();
      const { secrets } = await askMayfly({ home }, "status", "--port", "A");
      expect(secrets).toMatchObject({ engine: "native", volatile: false });
    },
  );

  test.concurrent.skipIf(hasNoLibraries)(
    "nothing of the environment opens a debugger in a signer or loads more into it",
    async () => {
      const home = temporaryFolder();
      writeFileSync(join(home, "preload.ts"), "process.stderr.write('LOADED');");
      writeFileSync(join(home, "bunfig.toml"), 'preload = ["./preload.ts"]');
      const child = Bun.spawn([process.execPath, MAYFLY, "emulate", "--json"], {
        cwd: home,
        env: { ...environmentOf(home), BUN_INSPECT: "ws://127.0.0.1:0/x", LD_LIBRARY_PATH: home },
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
      });
      await until("a listing", () => existsSync(join(home, "run", "A")));
      const secrets = await statusOf(home);
      child.kill("SIGINT");
      const stderr = await new Response(child.stderr).text();
      expect(secrets).toMatchObject({ protections: expect.arrayContaining(["clean environment"]) });
      // The command line itself runs as it was told to; the signer below it does not.
      expect(stderr.split("LOADED").length - 1).toBeLessThanOrEqual(1);
    },
  );

  test.concurrent("another: the arguments are not understood", async () => {
    const home = temporaryFolder();
    expectSentence(
      await runMayfly({ home }, "emulate", "--secrets", "paper"),
      "arguments_invalid",
      2,
    );
  });

  test.concurrent.skipIf(cannotHide())(
    "no library (needs root): portable, and one line says what is lost",
    async () => {
      const run = await runWithoutLibrary(temporaryFolder(), START_MS, "emulate", "--json");
      expect(run.stdout).toContain('"event":"listening"');
      const warnings = run.stderr.split("\n").filter((line) => line.includes("portable engine"));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain("libsecp256k1");
    },
  );

  test.concurrent.skipIf(cannotHide())(
    "native without its library (needs root): engine_missing, and nothing starts",
    async () => {
      const words = ["emulate", "--secrets", "native"];
      const run = await runWithoutLibrary(temporaryFolder(), START_MS, ...words);
      expectSentence(run, "engine_missing");
    },
  );
});

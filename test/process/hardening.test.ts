/** What a hardened process is, seen from outside. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCapability, lockedKib, swapsIn } from "../../hardware/process/index.ts";
import { asNobody, askChild, canBecomeNobody, startChild } from "./children.ts";

const IPC_LOCK = 14;
const OFF = { BUN_JSC_useDFGJIT: "0" };
/** What the engine answers for every function where it has no optimising tier. */
const NO_TIER = 1_000_000;
const NAMES = [
  "not dumpable",
  "no core",
  "no new privileges",
  "locked",
  "no swap",
  "optimiser off",
  "clean environment",
];

const room = mkdtempSync(join(tmpdir(), "mayfly-process-test-"));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, "latin1") : "");
const mayLock = hasCapability(textOf("/proc/self/status"), IPC_LOCK);
const hasSwap = swapsIn(textOf("/proc/swaps")).length > 0;

test("all steps, seen from outside: memory locked, no core, no new rights", async () => {
  const child = await startChild({ words: ["harden", "harden", "stay"], env: OFF });
  const [once, twice] = child.answers;
  const status = textOf(`/proc/${child.pid}/status`);
  const limits = textOf(`/proc/${child.pid}/limits`);
  await child.end();
  expect(once).toMatchObject(NAMES.map((name) => ({ name })));
  expect(twice).toEqual(once);
  expect(once).toMatchObject(
    NAMES.map((name) => {
      if (name === "locked") return { name, holds: mayLock };
      return { name, holds: name === "no swap" ? !hasSwap : true };
    }),
  );
  expect(status).toContain("NoNewPrivs:\t1\n");
  expect(limits).toMatch(/^Max core file size +0 +0 /m);
  expect(lockedKib(status) > 0).toBe(mayLock);
});

describe("the optimiser", () => {
  test("is off where the step holds: the engine has no such tier", async () => {
    const words = ["harden", "optimise"];
    const [, without] = await askChild({ words, env: OFF });
    expect(without).toBe(NO_TIER);
    const [, compiled] = await askChild({ words, env: { BUN_JSC_useDFGJIT: "1" } });
    expect(compiled).toBeWithin(1, 100);
  });

  test("is off in a worker, too", async () => {
    const words = ["harden", "optimise-beside"];
    const [, without] = await askChild({ words, env: OFF });
    expect(without).toBe(NO_TIER);
    const [, compiled] = await askChild({ words, env: { BUN_JSC_useDFGJIT: "1" } });
    expect(compiled).toBeWithin(1, 100);
  });

  test("is not said to be off because process.env says so later", async () => {
    const words = ["pretend", "harden"];
    const [, answer] = await askChild({ words, env: { BUN_JSC_useDFGJIT: "1" } });
    const why = "BUN_JSC_useDFGJIT is not 0";
    expect(answer).toContainEqual({ name: "optimiser off", holds: false, why });
  });
});

test("hardened, it does real work: 200 MB, collection, workers, a child, a library", async () => {
  const child = await startChild({ words: ["harden", "work", "work", "stay"], env: OFF });
  const done = { sum: 210, workers: [1 << 20, 1 << 20], spawned: "42", floor: 2 };
  expect(child.answers.slice(1)).toEqual([done, done]);
  expect(await child.end()).toEqual({ code: 0, signal: null });
}, 60_000);

/** Core files fall into the folder of who crashes, unless the machine sends them elsewhere. */
const coresFallHere = /^[^|/]+$/.test(textOf("/proc/sys/kernel/core_pattern").trim());
const ALL_CORES = ["sh", "-c", 'ulimit -S -c "$(ulimit -H -c)" && exec "$@"', "sh"] as const;
const mayDump = Bun.spawnSync([...ALL_CORES, "sh", "-c", "[ $(ulimit -c) != 0 ]"]).success;

const coresAfter = async (words: readonly string[], signal: NodeJS.Signals) => {
  const cwd = mkdtempSync(join(room, "crash-"));
  const child = await startChild({ words, before: ALL_CORES, cwd });
  const { code } = await child.end(signal);
  expect(code).not.toBe(0);
  const files = readdirSync(cwd).length;
  rmSync(cwd, { recursive: true, force: true });
  return files;
};

describe("a crash", () => {
  test.each(["SIGSEGV", "SIGABRT"] as const)("by %s leaves no core", async (signal) => {
    expect(await coresAfter(["harden", "stay"], signal)).toBe(0);
  });

  test.skipIf(!coresFallHere || !mayDump)("of a process not hardened does leave one", async () => {
    expect(await coresAfter(["mark", "stay"], "SIGABRT")).toBe(1);
  });
});

const isAddress = (answer: unknown): answer is { readonly address: number } =>
  typeof answer === "object" && answer !== null && "address" in answer;

/** What another process of the same user reads at the mark of one that has obeyed `words`. */
const peekInto = async (words: readonly string[]): Promise<unknown> => {
  const victim = await startChild({ words: [...words, "mark", "stay"], before: asNobody() });
  const mark = victim.answers.find(isAddress);
  const [seen] = await askChild({
    words: [`peek:${victim.pid}:${mark?.address}`],
    before: asNobody(),
  });
  await victim.end();
  return seen;
};

describe.skipIf(!canBecomeNobody)("a user without rights (needs root, and setpriv)", () => {
  const scope = textOf("/proc/sys/kernel/yama/ptrace_scope").trim();
  test.skipIf(scope !== "" && scope !== "0")("reads another process of its own", async () => {
    expect(await peekInto([])).toBe("a mark that nobody else may read");
  });

  test("does not read a hardened process of its own", async () => {
    expect(await peekInto(["harden"])).toBe("EACCES");
  });

  test.each([0, 4096])("under a limit of %i KiB: not locked, says why, lives on", async (kib) => {
    const [hardened, worked] = await askChild({
      words: ["harden", "work"],
      before: asNobody(kib),
      env: OFF,
    });
    expect(hardened).toEqual(
      NAMES.map((name) => {
        if (name === "no swap" && hasSwap) return { name, holds: false, why: expect.any(String) };
        if (name !== "locked") return { name, holds: true };
        return { name, holds: false, why: `EPERM: RLIMIT_MEMLOCK is ${kib * 1024} bytes` };
      }),
    );
    expect(worked).toMatchObject({ sum: 210, spawned: "42" });
  });
});

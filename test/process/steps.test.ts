/** The steps on made-up systems: what is wrong is said, nothing is thrown; and the readers. */
import { describe, expect, test } from "bun:test";
import {
  hardenProcess,
  hasCapability,
  lockedKib,
  type ProcessCalls,
  type ProcessSystem,
  swapsIn,
} from "../../hardware/process/index.ts";

const HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
const STATUS = "Name:\tbun\nVmLck:\t  123 kB\nCapEff:\t0000000000004000\n";
const FILES: Readonly<Record<string, string>> = {
  "/proc/swaps": HEAD,
  "/proc/self/status": STATUS,
};

const PRCTL_ANSWERS = new Map([
  [3, 0],
  [39, 1],
]);
const CALLS: ProcessCalls = {
  prctl: (option) => PRCTL_ANSWERS.get(option) ?? 0,
  limit: (resource) => ({ soft: 0n, hard: resource === 8 ? 5n : 0n }),
  setLimit: () => undefined,
  lockAll: () => undefined,
  startedWith: (name) => (name === "BUN_JSC_useDFGJIT" ? "0" : undefined),
};

const throwing = (message: string) => (): never => {
  throw new Error(message);
};

const system = (
  calls: Partial<ProcessCalls> = {},
  files: Readonly<Record<string, string>> = {},
): ProcessSystem => {
  const all = { ...FILES, ...files };
  return {
    calls: () => ({ ...CALLS, ...calls }),
    read: (path) => all[path] ?? throwing("ENOENT")(),
    exists: (path) => Object.hasOwn(all, path),
  };
};

const why = (name: string, on: ProcessSystem): string | undefined =>
  hardenProcess(on).find((protection) => protection.name === name)?.why;

describe("a step", () => {
  test("holds where all is as it should be, in one form", () => {
    expect(hardenProcess(system())).toEqual([
      { name: "not dumpable", holds: true },
      { name: "no core", holds: true },
      { name: "no new privileges", holds: true },
      { name: "locked", holds: true },
      { name: "no swap", holds: true },
      { name: "optimiser off", holds: true },
      { name: "clean environment", holds: true },
    ]);
  });

  test("does not hold where its call refuses, and names the errno", () => {
    const refusing = system({
      prctl: throwing("prctl: EINVAL"),
      setLimit: throwing("setrlimit: EPERM"),
      lockAll: throwing("mlockall: ENOMEM"),
    });
    expect(hardenProcess(refusing).map((protection) => protection.why)).toEqual([
      "prctl: EINVAL",
      "setrlimit: EPERM",
      "prctl: EINVAL",
      "mlockall: ENOMEM",
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("does not hold where it reads back otherwise", () => {
    const lying = system(
      { prctl: () => 2, limit: () => ({ soft: 0n, hard: 7n }), startedWith: () => undefined },
      { "/proc/self/status": "VmLck:\t0 kB\nCapEff:\t0000000000004000\n" },
    );
    expect(hardenProcess(lying).map((protection) => protection.why)).toEqual([
      "reads back as 2",
      "reads back as 0 and 7",
      "reads back as 2",
      "VmLck reads back as 0",
      undefined,
      "BUN_JSC_useDFGJIT is not set",
      undefined,
    ]);
  });

  test("without the library none holds that needs it, and none throws", () => {
    const bare = { ...system(), calls: throwing("no library\nand more") };
    const held = hardenProcess(bare).map(({ holds }) => holds);
    expect(held).toEqual([false, false, false, false, true, false, false]);
    expect(why("locked", bare)).toBe("no library");
  });

  test("names what would open a debugger or load more code", () => {
    const startedWith = (name: string): string | undefined =>
      ["BUN_INSPECT", "LD_PRELOAD"].includes(name) ? "" : undefined;
    expect(why("clean environment", system({ startedWith }))).toBe(
      "BUN_INSPECT, LD_PRELOAD is set",
    );
  });

  test("names are at most 32 characters, clauses short", () => {
    const bare = { ...system(), calls: throwing("x".repeat(1000)) };
    for (const { name, why: clause } of hardenProcess(bare)) {
      expect(name.length).toBeLessThanOrEqual(32);
      expect(clause?.length ?? 0).toBeLessThanOrEqual(80);
    }
  });

  test("locks without the capability only where there is no limit", () => {
    let locked = 0;
    const lockAll = () => {
      locked += 1;
    };
    const files = { "/proc/self/status": "VmLck:\t1 kB\nCapEff:\t0000000000000000\n" };
    const limited = { lockAll, limit: () => ({ soft: 9_000_000_000n, hard: 9_000_000_000n }) };
    expect(why("locked", system(limited, files))).toContain("EPERM: RLIMIT_MEMLOCK is 9000000000");
    expect(locked).toBe(0);
    const limit = () => ({ soft: 2n ** 64n - 1n, hard: 2n ** 64n - 1n });
    expect(why("locked", system({ lockAll, limit }, files))).toBeUndefined();
    expect(locked).toBe(1);
  });

  test("says which swap there is; none where the kernel has no swap, unknown without /proc", () => {
    const swaps = `${HEAD}/dev/zram0  partition  1000 0 100\n/swap\\040file  file 1 0 -2\n`;
    expect(why("no swap", system({}, { "/proc/swaps": swaps }))).toBe(
      "swap on /dev/zram0, /swap\\040file",
    );
    const without = (...paths: readonly string[]): ProcessSystem => ({
      ...system(),
      exists: (path) => !paths.includes(path),
      read: (path) => (paths.includes(path) ? throwing("ENOENT")() : (FILES[path] ?? "")),
    });
    expect(why("no swap", without("/proc/swaps"))).toBeUndefined();
    expect(why("no swap", without("/proc/swaps", "/proc/self/status"))).toBe("ENOENT");
  });
});

describe("readers of proc(5)", () => {
  test("swaps: none under a heading or in nothing; every other line is one", () => {
    expect(swapsIn("")).toEqual([]);
    expect(swapsIn(HEAD)).toEqual([]);
    expect(swapsIn(`${HEAD}/dev/zram0 partition 1 0 5\n`)).toEqual([
      { path: "/dev/zram0", type: "partition" },
    ]);
    expect(swapsIn("odd\n")).toEqual([{ path: "odd", type: "" }]);
  });

  test("locked memory and capabilities; 0 and none where the text does not say", () => {
    expect(lockedKib(STATUS)).toBe(123);
    expect(lockedKib("")).toBe(0);
    expect([hasCapability(STATUS, 14), hasCapability(STATUS, 13)]).toEqual([true, false]);
    expect(hasCapability("CapEff:\t000001ffffffffff\n", 40)).toBe(true);
    expect([hasCapability("", 14), hasCapability("CapEff:\tzz\n", 14)]).toEqual([false, false]);
  });
});

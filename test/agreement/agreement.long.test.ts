/** 2,000 random spends: the device and both libraries, and a script engine on some of them. */
import { expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isGoMissing, runScriptEngine } from "../interop/script-engine.ts";
import { SEED } from "../protocol/random.ts";
import { DEVICE_REACH } from "./device.ts";
import { MOST_INPUTS } from "./agreement.ts";
import { readReport, type Report, type Share, type Signed } from "./share.ts";
import { MOST_KEYS, type ShapeName } from "./shapes.ts";

const CASES = 2000;
/** More processes than two would wait for one another on the machines that run this. */
const PROCESSES = Math.min(2, availableParallelism());
const TIMEOUT_MS = 900_000;

const PROGRAM = join(import.meta.dir, "share-program.ts");

/** An engine of its own in a process of its own: the native one has one room for each. */
const runInProcess = async (share: Share): Promise<Report> => {
  const child = Bun.spawn([process.execPath, PROGRAM], {
    stdin: new Blob([JSON.stringify(share)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const said = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("the share's process failed");
  return readReport(said);
};

const SINGLES: ReadonlySet<ShapeName> = new Set(["pkh", "sh-wpkh", "wpkh", "tr"]);

/** Keys of the widest script that every shape must have had: a tree deals them to its leaves. */
const keysDue = (shape: ShapeName): number => {
  if (SINGLES.has(shape)) return 1;
  return shape.startsWith("tr 1") || !shape.startsWith("tr") ? MOST_KEYS : MOST_KEYS / 3;
};

const samples: Signed[] = [];

test(
  `the device and both libraries, ${CASES} random spends`,
  async () => {
    const reports = await Promise.all(
      Array.from({ length: PROCESSES }, (_, first) =>
        runInProcess({ seed: SEED, first, step: PROCESSES, end: CASES, reach: DEVICE_REACH }),
      ),
    );
    expect(reports.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    const inputs = reports.reduce((sum, report) => sum + report.inputs, 0);
    console.log(`agreement: ${CASES} spends of ${inputs} inputs`);
    expect(reports.reduce((sum, { cases }) => sum + cases, 0)).toBe(CASES);
    for (const shape of DEVICE_REACH.shapes) {
      const most = (of: "widest" | "largest"): number =>
        Math.max(...reports.map((report) => new Map(report[of]).get(shape) ?? 0));
      expect([shape, most("largest")]).toEqual([shape, MOST_INPUTS]);
      expect([shape, most("widest") >= keysDue(shape)]).toEqual([shape, true]);
    }
    samples.push(...reports.flatMap((report) => report.samples));
  },
  TIMEOUT_MS,
);

test.skipIf(isGoMissing)(
  "btcd's script engine (Go) accepts one spend of each kind from each process",
  async () => {
    expect(samples.length).toBeGreaterThan(0);
    for (const { shape, txHex, prevouts } of samples) {
      expect([shape, await runScriptEngine({ txHex, prevouts })]).toEqual([shape, { ok: true }]);
    }
  },
  TIMEOUT_MS,
);

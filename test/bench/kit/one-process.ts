/**
 * A fresh process of the kit's bench: imports the kit, makes emulators one after the other or all
 * at once, and prints its figures as one JSON line. `bun one-process.ts ENGINE SEED CLOCK HOW`.
 */
import type { Emulator } from "../../../hardware/emulator/index.ts";

/** How many in a row, and how many at once. */
const COUNT = 100;
const MIB = 2 ** 20;

const [engine = "native", seeding = "bare", timing = "system", how = "row"] = process.argv.slice(2);

const importedAt = performance.now();
const { createEmulator, createVirtualClock } = await import("../../../hardware/emulator/index.ts");
const importMs = performance.now() - importedAt;

const settings = {
  secrets: engine === "portable" ? "portable" : "native",
  // Known words, so that some caches are warm after the first; as in most suites of tests.
  ...(seeding === "seed" ? { seed: "agent ".repeat(12) } : {}),
} as const;

/** From nothing to the first answer, in milliseconds. */
const startOne = async (name: string) => {
  const begunAt = performance.now();
  const clock = timing === "virtual" ? { clock: createVirtualClock() } : {};
  const signer = await createEmulator({ ...settings, ...clock, name });
  const status = await signer.client.getStatus({});
  if (!status.ok) throw new Error(`no answer: ${status.error}`);
  return { signer, ms: performance.now() - begunAt };
};

const times: number[] = [];
const signers: Emulator[] = [];
for (let i = 0; i < COUNT; i += 1) {
  const { signer, ms } = await startOne(`N${i}`);
  times.push(ms);
  if (how === "row") await signer[Symbol.asyncDispose]();
  else signers.push(signer);
}
const rssMiB = process.memoryUsage.rss() / MIB;
for (const signer of signers) await signer[Symbol.asyncDispose]();
console.log(JSON.stringify({ importMs, times, rssMiB }));

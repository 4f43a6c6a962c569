/**
 * A process for the tests of hardening: `child.ts do WORD…` does what each word says, one after the
 * other, and answers each with a line of JSON. Its last word may be `stay`.
 */
import { dlopen, ptr } from "bun:ffi";
import { numberOfDFGCompiles } from "bun:jsc";
import { closeSync, openSync, readSync } from "node:fs";
import { hardenProcess } from "../../hardware/process/index.ts";

/** What `mark` leaves in memory, and `peek` reads there. */
const MARK = "a mark that nobody else may read";
const mark = Buffer.from(MARK);

const say = (answer: unknown): void => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
};

/** Reads another process's memory, as a debugger would. */
const peek = (pid: string, address: string): string => {
  try {
    const fd = openSync(`/proc/${pid}/mem`, "r");
    const target = Buffer.alloc(MARK.length);
    readSync(fd, target, 0, target.length, Number(address));
    closeSync(fd);
    return target.toString();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "failed";
  }
};

const runInWorker = async (program: string): Promise<unknown> => {
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(url);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.addEventListener("message", ({ data }) => resolve(data));
  worker.addEventListener("error", ({ message }) => reject(new Error(message)));
  const answer = await promise;
  worker.terminate();
  return answer;
};

/** What a signer may ask of its engine: memory, collection, threads, processes, libraries. */
const work = async () => {
  const blocks = Array.from({ length: 20 }, (_, i) => new Uint8Array(10_000_000).fill(i + 1));
  const sum = blocks.reduce((total, block) => total + (block[5_000_000] ?? 0), 0);
  blocks.length = 0;
  Bun.gc(true);
  const workers = await Promise.all([workInWorker(), workInWorker()]);
  const child = Bun.spawn([process.execPath, "-e", "console.log(6 * 7)"], { stdout: "pipe" });
  const spawned = (await new Response(child.stdout).text()).trim();
  const { symbols } = dlopen("libm.so.6", { floor: { args: ["f64"], returns: "f64" } });
  return { sum, workers, spawned, floor: symbols.floor(2.5) };
};

const workInWorker = (): Promise<unknown> =>
  runInWorker("postMessage(new Uint8Array(1 << 20).fill(1).length)");

/** How often the optimising tier has compiled a function that it would not leave alone. */
const countOptimised = (): number => {
  const hot = (n: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += i % 7;
    return sum;
  };
  for (let i = 0; i < 20_000; i += 1) hot(1000);
  return numberOfDFGCompiles(hot);
};

const obey = async (word: string): Promise<unknown> => {
  const [verb = "", ...rest] = word.split(":");
  switch (verb) {
    case "harden":
      return hardenProcess();
    case "mark":
      return { address: ptr(mark) };
    case "peek":
      return peek(rest[0] ?? "", rest[1] ?? "");
    case "pretend":
      process.env["BUN_JSC_useDFGJIT"] = "0";
      return verb;
    case "optimise":
      return countOptimised();
    case "optimise-beside":
      return await runInWorker(`
        import { numberOfDFGCompiles } from "bun:jsc";
        postMessage((${countOptimised.toString()})());
      `);
    case "work":
      return await work();
    default:
      return `no such word: ${word}`;
  }
};

// Run as a text (`bun -e`) it has no path among its arguments.
for (const word of process.argv.slice(process.argv.indexOf("do") + 1)) {
  if (word === "stay") await Bun.stdin.text();
  else say(await obey(word));
}

/**
 * `bun run simulate [--seed N] [--runs M] [--json]`: runs the seeds N to N + M - 1 and goes on
 * whatever they find. The first that fails is told with its trace; exit code 1 where there is one.
 */
import { parseArgs } from "node:util";
import { runSeeds, tellFailure, tellFaults } from "./campaign.ts";

/** What was asked for. */
interface Wish {
  readonly seed: number;
  readonly runs: number;
  readonly isJson: boolean;
}

const USAGE = "not understood: bun run simulate [--seed N] [--runs M] [--json], whole numbers";

const readWish = (args: readonly string[]): Wish | undefined => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: "string", default: "1" },
        runs: { type: "string", default: "1000" },
        json: { type: "boolean", default: false },
      },
    });
    const [seed, runs] = [Number(values.seed), Number(values.runs)];
    const isNumbers = Number.isSafeInteger(seed) && seed >= 0 && Number.isSafeInteger(runs);
    return isNumbers && runs > 0 ? { seed, runs, isJson: values.json } : undefined;
  } catch {
    return undefined; // an option that there is not
  }
};

const simulate = ({ seed, runs, isJson }: Wish): number => {
  const sinceMs = performance.now();
  let done = 0;
  let told = sinceMs;
  const tell = (): void => {
    const nowMs = performance.now();
    if (nowMs - told < 2_000) return;
    told = nowMs;
    const rate = (1_000 * done) / (nowMs - sinceMs);
    console.error(`${done} of ${runs} runs, ${rate.toFixed(0)} runs/s`);
  };
  const campaign = runSeeds(seed, runs, ({ seed: now, findings }) => {
    done += 1;
    if (findings.length > 0) console.error(`seed ${now}: ${findings[0]?.invariant}`);
    tell();
  });
  const { failures, firstFailingSeed, signed, virtualMs } = campaign;
  const tellPerson = isJson ? console.error : console.log; // what a program reads stays pure
  tellPerson(tellFaults(campaign));
  const seconds = ((performance.now() - sinceMs) / 1_000).toFixed(1);
  const days = (virtualMs / 86_400_000).toFixed(1);
  tellPerson(`${runs} runs in ${seconds} s, ${failures} failed; ${signed} payments, ${days} days`);
  if (firstFailingSeed !== undefined) tellPerson(tellFailure(firstFailingSeed));
  const summary = {
    event: "simulated",
    runs,
    failures,
    firstFailingSeed: firstFailingSeed ?? null,
  };
  if (isJson) console.log(JSON.stringify(summary));
  return failures === 0 ? 0 : 1;
};

const main = (args: readonly string[]): number => {
  const wish = readWish(args);
  if (wish !== undefined) return simulate(wish);
  console.error(USAGE);
  return 2;
};

process.exitCode = main(process.argv.slice(2));

/**
 * `bun run scan-memory [--json] [native|portable]`: starts signers as processes, gives them seeds
 * over their lines, has them sign, and searches their memory from outside for every form of every
 * secret. Linux and root, for the memory of a process that is not dumpable.
 */
import { openLibraries } from "../../../hardware/secrets/native/libraries.ts";
import type { EngineName } from "../../../host/cli/emulators.ts";
import { countCopies, formatTally } from "../tally.ts";
import { scanStages, type Stage, WHOLE } from "./stages.ts";
import { nativeProblems, portableProblems } from "./verdict.ts";

const MIB = 2 ** 20;

const rowsOf = ({ engine, stage, search }: Stage) =>
  search.rows.map(({ kind, form, copies, wholeCopies, doubtful }) => ({
    event: "scan",
    engine,
    stage,
    secret: kind,
    form,
    copies,
    wholeCopies,
    doubtful,
  }));

const say = (value: Readonly<Record<string, unknown>>): void => console.log(JSON.stringify(value));

const showStage = (stage: Stage): void => {
  const { engine, search } = stage;
  const scanned = `${Math.round(search.scannedBytes / MIB)} MiB read`;
  const hidden = `${Math.round(search.unreadableBytes / 1024)} KiB not readable`;
  const copies = countCopies(search.rows);
  console.log(`\n${engine}, ${stage.stage}: ${copies} copies (${scanned}, ${hidden})`);
  if (search.rows.length > 0) console.log(formatTally(search.rows));
};

const run = async (engines: readonly EngineName[], isJson: boolean): Promise<boolean> => {
  const problems: string[] = [];
  for (const engine of engines) {
    const stages = await scanStages(engine, WHOLE);
    for (const stage of stages) {
      if (isJson) for (const row of rowsOf(stage)) say(row);
      else showStage(stage);
    }
    problems.push(...(engine === "native" ? nativeProblems : portableProblems)(stages));
  }
  if (isJson) say({ event: "scanned", ok: problems.length === 0, problems });
  else for (const line of problems) console.error(line);
  if (!isJson) console.log(problems.length === 0 ? "\nAs it must be." : "\nNot as it must be.");
  return problems.length === 0;
};

const refuse = (why: string): number => {
  console.error(why);
  return 1;
};

const main = async (): Promise<number> => {
  const words = process.argv.slice(2);
  const wanted = words.filter((word) => word !== "--json");
  const engines = (["native", "portable"] as const).filter(
    (engine) => wanted.length === 0 || wanted.includes(engine),
  );
  if (engines.length === 0 || wanted.length > engines.length) {
    return refuse("not understood: bun run scan-memory [--json] [native|portable]");
  }
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    return refuse(
      "To read another process's memory takes Linux and root: sudo bun run scan-memory",
    );
  }
  const native = openLibraries();
  if (engines.includes("native") && !native.ok) {
    return refuse("The native engine's libraries are not here: install libsecp256k1 and OpenSSL 3");
  }
  return (await run(engines, words.includes("--json"))) ? 0 : 1;
};

process.exitCode = await main();

/**
 * `bun run scan-memory [--json] [native|portable]`: starts signers as processes, gives them seeds
 * over their lines, has them sign, and searches their memory from outside for every form of every
 * secret. Linux and root, for the memory of a process that is not dumpable.
 */
import { openLibraries } from "../../../hardware/secrets/native/libraries.ts";
import { sayStage, showStage } from "./report.ts";
import { scanStages, WHOLE } from "./stages.ts";
import { type Subject, SUBJECTS } from "./subject.ts";
import { nativeProblems, portableProblems } from "./verdict.ts";

const scan = async (subject: Subject, isJson: boolean): Promise<readonly string[]> => {
  const stages = await scanStages(subject, WHOLE);
  for (const stage of stages) (isJson ? sayStage : showStage)(stage);
  return (subject.engine === "native" ? nativeProblems : portableProblems)(stages);
};

const run = async (subjects: readonly Subject[], isJson: boolean): Promise<number> => {
  const problems: string[] = [];
  for (const subject of subjects) problems.push(...(await scan(subject, isJson)));
  const ok = problems.length === 0;
  for (const line of problems) console.error(line);
  if (isJson) console.log(JSON.stringify({ event: "scanned", ok }));
  else console.log(ok ? "\nAs it must be." : "\nNot as it must be.");
  return ok ? 0 : 1;
};

/** Why nothing can be scanned here. */
const obstacle = (subjects: readonly Subject[]): string | undefined => {
  if (subjects.length === 0) {
    return "not understood: bun run scan-memory [--json] [native|portable]";
  }
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    return "To read another process's memory takes Linux and root: sudo bun run scan-memory";
  }
  const isNative = subjects.some(({ engine }) => engine === "native");
  return isNative && !openLibraries().ok
    ? "The native engine's libraries are not here: libsecp256k1 and OpenSSL 3"
    : undefined;
};

const main = async (): Promise<number> => {
  const words = process.argv.slice(2);
  const engines = words.filter((word) => word !== "--json");
  const isKnown = engines.every((word) => SUBJECTS.some(({ engine }) => engine === word));
  const isAll = engines.length === 0;
  const subjects = SUBJECTS.filter(({ engine }) => isKnown && (isAll || engines.includes(engine)));
  const why = obstacle(subjects);
  if (why === undefined) return run(subjects, words.includes("--json"));
  console.error(why);
  return 1;
};

process.exitCode = await main();

/** Children that harden themselves, as this user or as nobody in particular. */
import { join } from "node:path";

const PROGRAM = join(import.meta.dir, "child.ts");
/** By custom the user `nobody`, who owns nothing. */
const NOBODY = "65534";

/** How a child is started. */
export interface ChildOptions {
  readonly words: readonly string[];
  /** A command before the program's, such as `setpriv …`. */
  readonly before?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A child that has answered all its words. */
export interface Child {
  readonly pid: number;
  /** One for each word. */
  readonly answers: readonly unknown[];
  /** Ends it: by a signal, or by the end of its input; its exit code and signal. */
  readonly end: (signal?: NodeJS.Signals) => Promise<{ code: number; signal: unknown }>;
}

/** The program as one text: who may not read this folder can run it all the same. */
const bundled = async (): Promise<string> => {
  const { outputs } = await Bun.build({ entrypoints: [PROGRAM], target: "bun" });
  return (await outputs[0]?.text()) ?? "";
};
const bundle = bundled();

/** A crash is ours: nobody shall be told of it over the network. */
const QUIET = { DO_NOT_TRACK: "1", BUN_ENABLE_CRASH_REPORTING: "0" };

const readAnswers = async (stdout: ReadableStream<Uint8Array>, count: number) => {
  const answers: unknown[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stdout) {
    text += decoder.decode(bytes, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) answers.push(JSON.parse(line));
    if (answers.length >= count) break;
  }
  return answers;
};

/** Starts a child and waits for its answers; it lives on if its last word is `stay`. */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const { words, before = [], cwd = "/", env = {} } = options;
  const child = Bun.spawn([...before, process.execPath, "-e", await bundle, "do", ...words], {
    cwd,
    env: { ...process.env, ...QUIET, ...env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const answers = await readAnswers(child.stdout, words.filter((word) => word !== "stay").length);
  return {
    pid: child.pid,
    answers,
    end: async (signal) => {
      if (signal === undefined) await child.stdin.end();
      else child.kill(signal);
      return { code: await child.exited, signal: child.signalCode };
    },
  };
};

/** What a child that ends by itself has answered. */
export const askChild = async (options: ChildOptions): Promise<readonly unknown[]> => {
  const child = await startChild(options);
  await child.end();
  return child.answers;
};

/** The command by which another is run without rights, with a limit of locked memory in KiB. */
export const asNobody = (lockedKib?: number): readonly string[] => {
  const drop = ["setpriv", "--reuid", NOBODY, "--clear-groups"];
  if (lockedKib === undefined) return drop;
  return [...drop, "sh", "-c", `ulimit -l ${lockedKib} && exec "$@"`, "sh"];
};

const isRoot = process.getuid?.() === 0;

/** Whether this user may become nobody and still run this Bun. */
export const canBecomeNobody =
  isRoot &&
  Bun.which("setpriv") !== null &&
  Bun.spawnSync([...asNobody(), process.execPath, "--version"], { cwd: "/" }).success;

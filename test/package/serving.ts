/** `mayfly` in one of its forms: started, asked, ended, with a home of its own. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What starts the program: a binary, or an interpreter and its file. */
export type Program = readonly string[];

/** The words of BIP-39's first test vector: nobody's. */
export const WORDS = `${"abandon ".repeat(11)}about`;

/** A line of `--json`. */
type Line = Readonly<Record<string, unknown>>;

const isLine = (value: unknown): value is Line => typeof value === "object" && value !== null;

const linesOf = (text: string): readonly Line[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))
    .filter(isLine);

/** A home that signers and hosts share. */
export interface Home extends AsyncDisposable {
  readonly folder: string;
  /** The last line of a program's `--json`; throws where it ended with an error. */
  readonly ask: (program: Program, ...words: readonly string[]) => Promise<Line>;
  /** Its exit code and what it said to a person. */
  readonly tell: (
    program: Program,
    ...words: readonly string[]
  ) => Promise<{ readonly code: number; readonly said: string }>;
  /** Starts a signer with an insecure seed and waits until it listens. */
  readonly serve: (program: Program, ...words: readonly string[]) => Promise<Server>;
  /** What signers have left in the folder where they list themselves. */
  readonly leftovers: () => Promise<readonly string[]>;
}

/** A signer that listens. */
export interface Server {
  readonly path: string;
  /** The signer's own process. */
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** Resolves with the first line of that event; reads on, for the program ends with its reader. */
const lineOf = (out: ReadableStream<Uint8Array>, event: string): Promise<Line> => {
  const { promise, resolve, reject } = Promise.withResolvers<Line>();
  const readOn = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of out) {
      text += decoder.decode(chunk, { stream: true });
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      const found = linesOf(whole).find((line) => line["event"] === event);
      if (found !== undefined) resolve(found);
    }
    reject(new Error(`it ended before ${event}: ${text}`)); // nothing, where it was there
  };
  readOn().catch(reject);
  return promise;
};

/** Opens a home, which goes with everything that was started in it. */
export const openHome = async (): Promise<Home> => {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-home-"));
  const env = { ...process.env, MAYFLY_HOME: folder };
  const running = new Set<() => Promise<void>>();
  const tell: Home["tell"] = async (program, ...words) => {
    const options = { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
    const child = Bun.spawn([...program, ...words], options);
    const [out, err, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, said: `${out}${err}` };
  };
  return {
    folder,
    tell,
    ask: async (program, ...words) => {
      const { code, said } = await tell(program, ...words, "--json");
      if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${said}`);
      return linesOf(said).at(-1) ?? {};
    },
    serve: async (program, ...more) => {
      const words = ["emulate", "--json", "--insecure-mnemonic", WORDS, ...more];
      const options = { env, stdin: "ignore", stdout: "pipe", stderr: "ignore" } as const;
      const child = Bun.spawn([...program, ...words], options);
      const stop = async (): Promise<void> => {
        running.delete(stop);
        child.kill("SIGTERM");
        await child.exited;
      };
      running.add(stop);
      const { path, pid } = await lineOf(child.stdout, "listening");
      return { path: String(path), pid: Number(pid), stop };
    },
    leftovers: async () =>
      (await readdir(join(folder, "run"))).filter((name) => !name.endsWith(".lock")),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...running].map((stop) => stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const ACCOUNT = "84'/1'/0'";

/** A message signed through a program by the signer at a port, and what another thinks of it. */
export const signMessage = async (home: Home, program: Program, port: string) => {
  const { key } = await home.ask(program, "xpub", "--port", port, "--path", `m/${ACCOUNT}`);
  const policy = join(home.folder, "policy.json");
  await mkdir(home.folder, { recursive: true });
  const wallet = { name: "Till", template: "wpkh(@0/**)", keys: [key] };
  await writeFile(policy, JSON.stringify(wallet));
  const register = ["wallet", "register", "--port", port, "--policy", policy];
  const { walletId } = await home.ask(program, ...register);
  const how = ["--port", port, "--wallet", String(walletId), "--index", "0"];
  const { signature, address } = await home.ask(program, "message", "sign", "paid", ...how);
  const signed = ["--address", String(address), "--signature", String(signature)];
  const verified = await home.tell(program, "message", "verify", "paid", ...signed);
  const other = await home.tell(program, "message", "verify", "unpaid", ...signed);
  return { address, signature, isGood: verified.code === 0, isOtherGood: other.code === 0 };
};

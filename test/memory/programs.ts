/** Programs of this folder as processes of their own: what is searched is never the searcher. */
import { join } from "node:path";

/** A program that runs until it is ended. */
export interface Program {
  readonly pid: number;
  /** The next line that it prints. */
  readonly nextLine: () => Promise<string>;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly end: () => Promise<void>;
}

/** Lines of a stream; each call waits for the next. */
export const lineReader = (stream: ReadableStream<Uint8Array>): (() => Promise<string>) => {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  return async () => {
    while (!text.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`a program ended too early: ${text}`);
      text += decoder.decode(value, { stream: true });
    }
    const [line = "", ...rest] = text.split("\n");
    text = rest.join("\n");
    return line;
  };
};

const startProgram = (file: string, words: readonly string[]): Program => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, file), ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  return {
    pid: child.pid,
    nextLine: lineReader(child.stdout),
    signal: (name) => child.kill(name),
    end: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
};

/** A program that holds secrets. */
export interface Holder extends Program {
  /** Has it let go of what can be let go. */
  readonly letGo: () => Promise<void>;
}

/** Starts a program that holds secrets so: `WAY:NUMBER`, as `holder.ts` has them. */
export const startHolder = async (...words: readonly string[]): Promise<Holder> => {
  const program = startProgram("holder.ts", words);
  await program.nextLine();
  const letGo = async (): Promise<void> => {
    program.signal("SIGUSR1");
    await program.nextLine();
  };
  return { ...program, letGo };
};

/** A program that has signed with the portable engine, and keeps its keys. */
export interface Signer extends Program {
  /** 64 bytes each, over the SHA-256 of `0`, `1`, `2` and so on. */
  readonly ecdsa: readonly Uint8Array[];
  readonly bip340: readonly Uint8Array[];
}

/** Starts `signer.ts`: the number of a made-up seed, how many signatures of each kind, a path. */
export const startSigner = async (
  seed: number,
  signatures: number,
  path: readonly number[],
): Promise<Signer> => {
  const program = startProgram("signer.ts", [seed, signatures, ...path].map(String));
  const readSignatures = async (): Promise<readonly Uint8Array[]> =>
    (await program.nextLine()).split(" ").map((digits) => Uint8Array.fromHex(digits));
  return { ...program, ecdsa: await readSignatures(), bip340: await readSignatures() };
};

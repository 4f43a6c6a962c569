/** What Linux refuses about another process, in one sentence. */

/** The name of a system call's error, such as EIO; empty where it is no such error. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

const sentenceFor = (pid: number, code: string): string | undefined => {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `the memory of process ${pid} may not be read (${code}): run as root`;
    case "ENOENT":
    case "ESRCH":
      return `there is no process ${pid} (${code})`;
    default:
      return undefined;
  }
};

/** Does it; an error that has a sentence of its own is thrown as that. */
export const askingOf = <T>(pid: number, ask: () => T): T => {
  try {
    return ask();
  } catch (error) {
    const sentence = sentenceFor(pid, codeOf(error));
    throw sentence === undefined ? error : new Error(sentence, { cause: error });
  }
};

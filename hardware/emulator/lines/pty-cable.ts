/**
 * Watches the master's side of the cable: hears when a program opens the slave or lets it go, and
 * what it says. While nobody is there the terminal is put back into raw mode at every look, so
 * that whatever the last program left behind (an echo above all) never answers the next one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { pollMaster, setRawMode } from "./libc.ts";

/** How often to look whether a program has come, in milliseconds. */
const LOOK_MS = 20;

/** Who hears of the cable. */
export interface CableListener {
  readonly cable: (attached: boolean) => void;
  readonly bytes: (bytes: Uint8Array) => void;
  /** Whether the emulator has the slave open itself, to keep programs out. */
  readonly isHeld: () => boolean;
}

/** A watch that runs. */
export interface CableWatch {
  /** Ends it; resolves when nothing reads the master any more. */
  readonly stop: () => Promise<void>;
}

/**
 * A program is there, or was and left bytes. Programs that come and go between two looks without
 * a word are not seen.
 */
const hasCaller = (master: number): boolean => {
  const state = pollMaster(master);
  return state.readable || !state.hungUp;
};

const readerOf = (master: number) => Bun.file(master).stream().getReader();

/** Starts to watch; the listener is not called before this returns. */
export const watchCable = (master: number, listener: CableListener): CableWatch => {
  const stopping = new AbortController();
  let reader: ReturnType<typeof readerOf> | undefined;

  /** Hands over bytes until the hang-up, which the master sees as EIO. */
  const readCall = async (): Promise<void> => {
    const current = readerOf(master);
    reader = current;
    while (!stopping.signal.aborted) {
      const result = await current.read().catch(() => undefined);
      if (stopping.signal.aborted || result?.value === undefined) break;
      listener.bytes(result.value);
    }
    reader = undefined;
  };

  const rest = (): Promise<void> => {
    if (!listener.isHeld()) setRawMode(master);
    return sleep(LOOK_MS);
  };

  const watch = async (): Promise<void> => {
    await Promise.resolve();
    while (!stopping.signal.aborted) {
      if (listener.isHeld() || !hasCaller(master)) {
        await rest();
        continue;
      }
      listener.cable(true);
      await readCall();
      if (stopping.signal.aborted) break;
      setRawMode(master);
      listener.cable(false);
    }
  };

  const watching = watch();
  return {
    stop: async () => {
      stopping.abort();
      await reader?.cancel().catch(() => undefined);
      await watching;
    },
  };
};

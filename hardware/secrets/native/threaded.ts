/** What an engine's threads change: who wipes has to take from them what they are at work on. */
import type { Secrets } from "../../../firmware/hal.ts";
import { type Outcome, ok } from "../../../protocol/errors.ts";
import type { ImportingSecrets } from "../importing.ts";
import { type Node, publicKeyOf } from "./bip32.ts";
import type { Engine, NativeOptions } from "./engine.ts";
import { openThreads, type Threads } from "./threads/index.ts";

/** Wiping; what threads are at work on is taken from them first. */
export const wiping = (
  { room, handles, galois, pbkdf2 }: Engine,
  threads: Threads | undefined,
): Pick<Secrets, "wipe" | "wipeAll"> => {
  const whileRevoked: Threads["whileRevoked"] = threads?.whileRevoked ?? ((_, wipe) => wipe());
  return {
    wipe: (handle) => whileRevoked(handles.slotOf(handle, handle.kind), () => handles.wipe(handle)),
    wipeAll: () => {
      if (room.arena.isClosed()) return; // its pages were zeroed when they were given back
      whileRevoked(undefined, () => {
        handles.wipeAll();
        galois.forget();
        pbkdf2.forget();
      });
    },
  };
};

type OfThreads = "signMany" | "deriveMany" | "startThreads" | "endThreads";

/** What an engine offers beside the rest where it has threads. */
export const threaded = (threads: Threads | undefined): Pick<ImportingSecrets, OfThreads> =>
  threads === undefined
    ? {}
    : {
        signMany: threads.signMany,
        deriveMany: threads.deriveMany,
        startThreads: threads.start,
        endThreads: threads.close,
      };

/** The threads of the options; none where they name none. */
export const openThreadsOf = (
  engine: Engine,
  { threads: count = 0, mayHide = true }: NativeOptions,
): Outcome<Threads | undefined, "engine_missing"> => {
  if (count === 0) return ok(undefined);
  const { room, handles } = engine;
  const { libc } = room.libraries;
  const publicKey = (node: Node): Uint8Array => publicKeyOf(engine, node);
  return openThreads({ libc, mayHide, nodeOf: handles.nodeOf, publicKeyOf: publicKey }, count);
};

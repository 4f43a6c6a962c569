/** All parts of a native engine, put together over libraries and an arena of its own. */
import type { Rng } from "../../../firmware/hal.ts";
import { type Outcome, ok } from "../../../protocol/errors.ts";
import { openArena } from "./arena.ts";
import type { Derivation } from "./bip32.ts";
import { createCurve } from "./curve.ts";
import { insecureTap, jitterTap, kernelTap } from "./entropy.ts";
import { createGalois } from "./galois.ts";
import { createHandles, type Handles } from "./handles.ts";
import type { Libraries } from "./libraries.ts";
import { createPbkdf2 } from "./pbkdf2.ts";
import { createRandom, type Random } from "./random.ts";
import { createRoom, type Room } from "./room.ts";
import { openSecureHeap } from "./secure-heap.ts";
import type { Slip39 } from "./slip39.ts";

/** How an engine is made. */
export interface NativeOptions {
  /** Instead of the board's entropy: an insecure emulator's repeatable randomness, and tests. */
  readonly insecureRng?: Rng;
  /** False keeps memfd_secret away, so that a test may look at the pages from outside. */
  readonly mayHide?: boolean;
  /** Threads that batches are signed on; none unless told. Such an engine is to be closed. */
  readonly threads?: number;
  /** In place of this machine's, for tests that break them. */
  readonly libraries?: Libraries;
}

/** All parts of one engine. */
export interface Engine extends Slip39, Derivation {
  readonly handles: Handles;
}

const furnish = (room: Room, random: Random): Engine => ({
  room,
  random,
  galois: createGalois(room),
  pbkdf2: createPbkdf2(room),
  curve: createCurve(room, random),
  handles: createHandles(room.arena),
});

/** Why there is no engine. */
export type OpenError = "engine_missing" | "rng_failed" | "self_test_failed";

/** An engine with no secrets yet; it refuses as `openNativeSecrets`. */
export const openEngine = (
  libraries: Libraries,
  { mayHide = true, insecureRng }: NativeOptions,
): Outcome<Engine, OpenError> => {
  const { libc } = libraries;
  const heap = openSecureHeap(libraries);
  if (!heap.ok) return heap;
  const arena = openArena(libc, mayHide);
  if (!arena.ok) return arena;
  const room = createRoom(libraries, arena.value);
  const taps =
    insecureRng === undefined
      ? [kernelTap(libc), jitterTap(libc, arena.value)]
      : [insecureTap("insecure", insecureRng, arena.value)];
  const random = createRandom(room, taps);
  if (!random.ok) {
    arena.value.close();
    return random;
  }
  return ok(furnish(room, random.value));
};

/** An upload on its way in, read as it comes by a reader of its own. */
import type { UploadName } from "../../protocol/commands/registry.ts";
import { fail } from "../../protocol/errors.ts";
import type { Keys } from "../device.ts";
import type { Context, DeviceContext, Reception, Reply } from "../dispatch.ts";
import { holdsStill } from "./turns.ts";

/** Reads an upload; `end` says what it comes to. */
export interface UploadReader<T> {
  readonly take: (bytes: Uint8Array) => void;
  readonly heldBytes: () => number;
  readonly end: () => T;
}

/** How an upload is read, by which keys, and what is done with it once it is there. */
export interface UploadCall<N extends UploadName, T> {
  readonly open: (keys: Keys) => UploadReader<T>;
  readonly call: (context: Context, keys: Keys, read: T) => Promise<Reply<N>>;
}

/** Begins to receive one; a device that is not ready takes none. */
export const receiveUpload = <N extends UploadName, T>(
  { device }: DeviceContext,
  { open, call }: UploadCall<N, T>,
): Reception<N> => {
  const begun = device();
  if (begun.phase !== "ready") {
    return { take: () => undefined, heldBytes: () => 0, finish: () => fail("wrong_phase") };
  }
  const { keys } = begun;
  const reader = open(keys);
  return {
    take: reader.take,
    heldBytes: reader.heldBytes,
    finish: async (context) =>
      holdsStill(context, keys) ? call(context, keys, reader.end()) : fail("wrong_phase"),
  };
};

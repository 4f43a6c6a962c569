/** A PSBT on its way in, read as it comes. */
import { fail, type Outcome } from "../../protocol/errors.ts";
import { createPsbtReader, type Psbt, type PsbtError } from "../bitcoin/index.ts";
import type { UploadName } from "../../protocol/commands/registry.ts";
import type { Keys } from "../device.ts";
import type { Context, DeviceContext, Reception, Reply } from "../dispatch.ts";
import { holdsStill } from "./turns.ts";

/** What is done with a PSBT once it is there, by the keys that its hints were read for. */
export type PsbtCall<N extends UploadName> = (
  context: Context,
  keys: Keys,
  read: Outcome<Psbt, PsbtError>,
) => Promise<Reply<N>>;

/** Begins to receive one; a device that is not ready takes none. */
export const receivePsbt = <N extends UploadName>(
  { hal, device }: DeviceContext,
  call: PsbtCall<N>,
): Reception<N> => {
  const begun = device();
  if (begun.phase !== "ready") {
    return { take: () => undefined, heldBytes: () => 0, finish: () => fail("wrong_phase") };
  }
  const { keys } = begun;
  const reader = createPsbtReader({ crypto: hal.crypto, fingerprint: keys.fingerprint });
  return {
    take: reader.take,
    heldBytes: reader.heldBytes,
    finish: async (context) =>
      holdsStill(context, keys) ? call(context, keys, reader.end()) : fail("wrong_phase"),
  };
};

/** A reception for tests: it collects the upload, and hands it to a handler as a whole. */
import type { Context, Receivers, Reply } from "../../../firmware/dispatch.ts";

/** What signs, once its PSBT is there. */
export type WholeSigning = (
  context: Context,
  psbt: Uint8Array,
) => Reply<"signPsbt"> | Promise<Reply<"signPsbt">>;

/** Signing of a whole PSBT. */
export const receiving =
  (handle: WholeSigning): Receivers["signPsbt"] =>
  () => {
    const chunks: Uint8Array[] = [];
    return {
      take: (bytes) => void chunks.push(bytes),
      heldBytes: () => chunks.reduce((sum, { length }) => sum + length, 0),
      finish: (context) => handle(context, Uint8Array.from(Buffer.concat(chunks))),
    };
  };

/** A bench whose signing receives uploads and keeps no byte of them but a hash. */
import type { CallContext, Context, Receivers } from "../../../firmware/dispatch.ts";
import { fail } from "../../../protocol/errors.ts";
import { createCallBench, type CallBenchOptions } from "./call-bench.ts";

/** What was seen of one reception. */
export interface Seen {
  readonly params: Parameters<Receivers["signPsbt"]>[1];
  /** Members of the call that its context should not have. */
  readonly callMembers: readonly string[];
  bytes: number;
  /** SHA-256, in hex, of what it was given, once it was finished. */
  sha256: string | undefined;
}

/** What a reception keeps. */
const HELD = 64;

const CALL_MEMBERS: readonly (keyof CallContext)[] = [
  "caller",
  "handshakeHash",
  "ask",
  "endReason",
  "progress",
  "commit",
  "isCommitted",
];

/** Receptions that hash; each that is finished refuses with `wallet_unknown`. */
export const createHashing = (onTake: (seen: Seen) => void = () => undefined) => {
  const receptions: Seen[] = [];
  const signPsbt: Receivers["signPsbt"] = (context, params) => {
    const hash = new Bun.CryptoHasher("sha256");
    const callMembers = CALL_MEMBERS.filter((member) => Object.hasOwn(context, member));
    const seen: Seen = { params, callMembers, bytes: 0, sha256: undefined };
    receptions.push(seen);
    return {
      take: (bytes) => {
        hash.update(bytes);
        seen.bytes += bytes.length;
        onTake(seen);
      },
      heldBytes: () => HELD,
      finish: (own: Context) => {
        seen.sha256 = hash.digest("hex");
        return fail("wallet_unknown", { caller: own.caller.kind });
      },
    };
  };
  return { signPsbt, receptions };
};

/** A bench with them. */
export const createUploading = (
  options: Omit<CallBenchOptions, "handlers"> = {},
  onTake?: (seen: Seen) => void,
) => {
  const { signPsbt, receptions } = createHashing(onTake);
  return { ...createCallBench({ ...options, handlers: { signPsbt } }), receptions };
};

/** So many bytes of which no two stretches are the same. */
export const countedBytes = (bytes: number): Uint8Array => {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let i = 0; i < words.length; i += 1) words[i] = Math.imul(i, 0x9e3779b1);
  return new Uint8Array(words.buffer).subarray(0, bytes);
};

/** SHA-256 in hex. */
export const sha256Of = (bytes: Uint8Array): string =>
  new Bun.CryptoHasher("sha256").update(bytes).digest("hex");

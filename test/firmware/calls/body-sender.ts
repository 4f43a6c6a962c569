/** A bench that takes any body, as params or as an upload, and a host that sends bodies to it. */
import type { BodyClaim } from "../../../protocol/call/envelope.ts";
import type { Commands } from "../../../protocol/commands/registry.ts";
import { fail } from "../../../protocol/errors.ts";
import { type Asking, CHUNK, createCallBench, type TestSession } from "./call-bench.ts";
import { receiving } from "./receiving.ts";

/** A bench whose signing and registering refuse everything and keep what they got. */
export const createListening = () => {
  const got: Uint8Array[] = [];
  const wallets: Commands["registerWallet"]["params"][] = [];
  const handlers = {
    signPsbt: receiving((_, psbt) => {
      got.push(psbt);
      return fail("wallet_unknown");
    }),
    registerWallet: (_: unknown, wallet: Commands["registerWallet"]["params"]) => {
      wallets.push(wallet);
      return fail("wallet_malformed");
    },
  };
  return { ...createCallBench({ handlers }), got, wallets };
};

/** A way for a body, and how junk that went it ends. */
export interface Road {
  readonly name: string;
  readonly announce: (session: TestSession, claim: BodyClaim, asking?: Asking) => number;
  readonly end: string;
  /** How often the handler sees it. */
  readonly runs: number;
}

/** Both. */
export const ROADS: readonly Road[] = [
  {
    name: "params",
    announce: (session, claim, asking) => session.announce("registerWallet", claim, asking),
    end: "invalid_params",
    runs: 0,
  },
  {
    name: "an upload",
    announce: (session, claim, asking) => session.announceUpload(claim, asking),
    end: "wallet_unknown",
    runs: 1,
  },
];

/** So many bytes that are no PSBT, and no CBOR either. */
export const psbtOf = (bytes: number, fill = 7): Uint8Array => new Uint8Array(bytes).fill(fill);

/** The credit that a request was given, as pairs of what is there and how far to send. */
export const creditOf = (session: TestSession, id: number): readonly (readonly number[])[] =>
  session.of(id).flatMap((one) => (one.kind === "credit" ? [[one.have, one.limit]] : []));

/** Sends from an offset to an end, without waiting for credit. */
export const send = (
  session: TestSession,
  id: number,
  body: Uint8Array,
  from = 0,
  to: number = body.length,
): void => {
  for (let offset = from; offset < to; offset += CHUNK) {
    session.chunk(id, offset, body.subarray(offset, Math.min(to, offset + CHUNK)));
  }
};

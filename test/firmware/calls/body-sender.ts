/** A bench whose signing takes anything, and a host that sends bodies to it. */
import type { Handlers } from "../../../firmware/dispatch.ts";
import { fail } from "../../../protocol/errors.ts";
import { bodyOf, createCallBench, type TestSession } from "./call-bench.ts";

/** Bytes of an ordinary chunk. */
export const CHUNK = 4000;

/** A bench whose signing refuses everything and keeps what it got. */
export const createListening = () => {
  const got: Uint8Array[] = [];
  const signPsbt: Handlers["signPsbt"] = (_, { psbt }) => {
    got.push(psbt);
    return fail("wallet_unknown");
  };
  return { ...createCallBench({ handlers: { signPsbt } }), got };
};

/** The body of a signing of so many bytes. */
export const psbtOf = (bytes: number, fill = 7): Uint8Array =>
  bodyOf(new Map([[0, new Uint8Array(bytes).fill(fill)]]));

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

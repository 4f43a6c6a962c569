/**
 * Who takes the bytes of a body as they come, and which call they are once they are all there:
 * params are held until they can be read, an upload goes straight to its command's reception.
 */
import { decodeCbor } from "../../protocol/cbor/cbor.ts";
import { type CommandName, hasUpload, REGISTRY } from "../../protocol/commands/registry.ts";
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import {
  type DeviceContext,
  type Handlers,
  type Prepared,
  prepare,
  type Received,
  receive,
} from "../dispatch.ts";

/** A call whose params fit. */
export type AnyPrepared = Prepared<CommandName>;

/** Takes a body. */
export interface Intake {
  /** The next bytes, in order and each once. */
  readonly take: (bytes: Uint8Array) => void;
  /** Bytes of memory that what has come takes. */
  readonly heldBytes: () => number;
  /** The call that the body is; asked once, when it is whole and its hash holds. */
  readonly whole: () => Outcome<AnyPrepared, "invalid_params">;
}

/** A body that a command takes. */
export interface Expected {
  /** The most bytes of it that a host may send. */
  readonly bytes: number;
  /** Begins to take one of `size` bytes. */
  readonly open: (size: number) => Intake;
}

/** One buffer that grows with what comes, never with what was claimed: less than twice that. */
const createHeld = (size: number, read: (bytes: Uint8Array) => ReturnType<Intake["whole"]>) => {
  let held = new Uint8Array(0);
  let have = 0;
  const grow = (needed: number): void => {
    if (needed <= held.length) return;
    const larger = new Uint8Array(Math.min(size, Math.max(needed, 2 * held.length)));
    larger.set(held);
    held = larger;
  };
  const intake: Intake = {
    take: (bytes) => {
      grow(have + bytes.length);
      held.set(bytes, have);
      have += bytes.length;
    },
    heldBytes: () => held.length,
    whole: () => read(held.subarray(0, have)),
  };
  return intake;
};

const intakeOf = ({ reception, prepared }: Received): Intake => ({
  take: reception.take,
  heldBytes: reception.heldBytes,
  whole: () => ok(prepared),
});

/**
 * What a command takes as its body. Params beside it are an upload's and nobody else's, and are
 * read before any byte of it is asked for.
 */
export const expectedBody = (
  handlers: Handlers,
  context: DeviceContext,
  name: CommandName,
  params: unknown,
): Outcome<Expected, "invalid_params"> => {
  if (!hasUpload(name)) {
    if (params !== undefined) return fail("invalid_params");
    const read = (bytes: Uint8Array): Outcome<AnyPrepared, "invalid_params"> => {
      const decoded = decodeCbor(bytes);
      return decoded.ok ? prepare(handlers, name, decoded.value) : fail("invalid_params");
    };
    return ok({ bytes: LIMITS.body, open: (size) => createHeld(size, read) });
  }
  const received = receive(handlers, context, name, params);
  if (!received.ok) return received;
  return ok({
    bytes: REGISTRY[name].upload?.bytes ?? 0,
    open: () => intakeOf(received.value()),
  });
};

/** The call that params in the request are; a command with an upload needs that beside them. */
export const inlineCall = (
  handlers: Handlers,
  name: CommandName,
  params: unknown,
): Outcome<AnyPrepared, "invalid_params"> =>
  hasUpload(name) ? fail("invalid_params") : prepare(handlers, name, params);

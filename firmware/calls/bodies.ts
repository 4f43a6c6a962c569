/**
 * The bodies of requests, on their way in (SPEC, section 4, "Request bodies"). Nothing is held for
 * what was only claimed; the host is told how far it may send; what has come stays for a while
 * after its session, so that the same request goes on where it was cut off.
 */
import { isSame } from "../../protocol/bytes.ts";
import { type ErrorName, fail, type Outcome } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/limits.ts";
import type { Hal } from "../hal.ts";
import {
  type Announced,
  type BodySlot,
  type BodyTaker,
  createBodySlots,
  type Waiting,
} from "./body-slots.ts";
import type { AnyPrepared } from "./intake.ts";
import type { OpenRequest } from "./requests.ts";

/** The bodies on their way in. */
export interface Bodies {
  /** `caller` names whose body it is: nobody goes on with another's. */
  readonly take: (
    caller: string,
    announced: Announced,
    request: OpenRequest,
    taker: BodyTaker,
  ) => void;
  /** Requests whose body is on its way in. */
  readonly count: () => number;
  readonly heldBytes: () => number;
}

/** Tells whoever waits how far the body has come, and how far he may send. */
const tell = ({ body, waiting }: BodySlot, isFirst: boolean): void => {
  if (body.raiseCredit() || isFirst) waiting?.request.credit(body.credit);
  waiting?.request.tell({ phase: "receiving", done: body.credit().have, total: body.size });
};

/** The call that a whole body is, if it is the one that was announced. */
const checked = ({ body }: BodySlot): Outcome<AnyPrepared> =>
  isSame(body.digest(), body.sha256) ? body.intake.whole() : fail("body_mismatch");

/** The most bytes of a body: of a caller who may be anyone less. */
const mostOf = ({ expected }: Announced, isHosts: boolean): number =>
  isHosts ? expected.bytes : Math.min(expected.bytes, LIMITS.publicBody);

/** No body yet. */
export const createBodies = ({ clock, crypto }: Pick<Hal, "clock" | "crypto">): Bodies => {
  const slots = createBodySlots(clock, crypto);

  const end = (slot: BodySlot, outcome: Outcome<AnyPrepared>): void => {
    slots.drop(slot);
    slot.waiting?.taker(outcome);
  };
  /** Who comes again under the same key goes on where it was cut off, as after a lost session. */
  const letGo = (slot: BodySlot): void => {
    slot.waiting = undefined;
    watch(slot);
  };
  const failWith = (slot: BodySlot, error: ErrorName): void => {
    const { waiting } = slot;
    if (error !== "timeout") end(slot, fail(error));
    else {
      letGo(slot); // on a slow line each deadline would begin it anew, and it would never end
      waiting?.taker(fail(error));
    }
  };
  const watch = (slot: BodySlot): void => slots.watch(slot, (error) => failWith(slot, error));
  const goOn = (slot: BodySlot): void => {
    if (slot.body.isWhole()) end(slot, checked(slot));
    else watch(slot);
  };
  const takeChunk = (slot: BodySlot, offset: number, bytes: Uint8Array): void => {
    const { have } = slot.body.credit();
    if (!slot.body.add(offset, bytes)) failWith(slot, "body_mismatch");
    else if (slot.body.credit().have > have) {
      tell(slot, false);
      goOn(slot);
    } // What is there already gains no time.
  };
  /** The body goes on for who asked last: a host that waits no more says nothing of it. */
  const serve = (slot: BodySlot, waiting: Waiting): void => {
    const { request } = waiting;
    const before = slot.waiting;
    slot.waiting = waiting;
    before?.taker(fail("busy"));
    request.serveBy({
      end: (reason) => failWith(slot, reason),
      abandon: () => letGo(slot),
      takeChunk: (offset, bytes) => takeChunk(slot, offset, bytes),
    });
    tell(slot, true);
    goOn(slot);
  };
  return {
    take: (caller, announced, request, taker) => {
      const isHosts = request.origin.caller.kind === "host";
      const isFit = announced.claim.size <= mostOf(announced, isHosts);
      const slot = isFit ? slots.open({ caller, isHosts }, announced) : undefined;
      if (slot === undefined) taker(fail(isFit ? "busy" : "body_too_large"));
      else serve(slot, { key: announced.key, request, taker });
    },
    count: () => slots.all().filter(({ waiting }) => waiting !== undefined).length,
    heldBytes: () => slots.all().reduce((sum, { body }) => sum + body.intake.heldBytes(), 0),
  };
};

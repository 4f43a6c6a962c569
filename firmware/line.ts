/**
 * The board's line at work: bytes to the link, its events to the sessions, frames back to the line
 * while it has room, and the timer of whatever is due next.
 */
import { LIMITS } from "../protocol/limits.ts";
import type { Hello } from "../protocol/link/hello.ts";
import { createLink, type LinkEvent } from "../protocol/link/link.ts";
import type { ResponderConfig } from "../protocol/session/responder.ts";
import type { Calls } from "./calls/calls.ts";
import type { Hal } from "./hal.ts";
import { createSessions } from "./sessions.ts";

/** What the line needs of its signer. */
export interface LineConfig {
  readonly hal: Pick<Hal, "clock" | "crypto" | "link">;
  readonly calls: Pick<Calls, "take" | "leave">;
  readonly responder: ResponderConfig;
  readonly state: () => Pick<Hello, "bootId" | "phase">;
  /** Fresh random bytes for a nonce. */
  readonly nonce: () => Uint8Array;
  /** Something was sent, or could have been. */
  readonly onTurn: () => void;
  /** A broken invariant of ours: wipes and ends. */
  readonly onFault: () => void;
}

/** Serves the line from now on. */
export const serveLine = ({
  hal,
  calls,
  responder,
  state,
  nonce,
  onTurn,
  onFault,
}: LineConfig): void => {
  const { clock } = hal;
  const link = createLink({
    side: "device",
    sha256: (data) => hal.crypto.sha256().update(data).digest(),
    nonce,
    frameLimit: hal.link.frameLimit ?? LIMITS.framePayloadDefault,
    window: hal.link.window ?? LIMITS.windowDefault,
    state,
  });
  let stopTimer: () => void = () => undefined;
  let isTurning = false;
  /** Bytes of a peer never throw: what does is ours, and a device at fault does not go on. */
  const guarded = (step: () => void): void => {
    try {
      step();
    } catch {
      onFault();
    }
  };
  const sessions = createSessions({ link, calls, responder, onWaiting: () => turn() });

  const schedule = (): void => {
    stopTimer();
    const deadlineMs = link.deadlineMs();
    if (deadlineMs === undefined) return;
    stopTimer = clock.after(Math.max(0, deadlineMs - clock.nowMs()), () =>
      hear(() => link.tick(clock.nowMs())),
    );
  };
  const pull = (): boolean => {
    const bytes = hal.link.hasRoom() ? link.pull(clock.nowMs()) : undefined;
    if (bytes === undefined) return false;
    hal.link.send(bytes);
    return true;
  };
  /** Seals what waits and gives the line what it takes, until one of them has enough. */
  const turn = (): void => {
    if (isTurning) return;
    isTurning = true;
    guarded(() => {
      do sessions.pump(clock.nowMs());
      while (pull());
    });
    isTurning = false;
    schedule();
    onTurn();
  };
  const hear = (step: () => readonly LinkEvent[]): void => {
    guarded(() => sessions.take(step(), clock.nowMs()));
    turn();
  };
  hal.link.onReceive((bytes) => hear(() => link.receive(bytes, clock.nowMs())));
  hal.link.onRoom(turn);
  // Whoever comes next is a stranger: not even a repeated frame is for him.
  hal.link.onCable(() => hear(link.forget));
};

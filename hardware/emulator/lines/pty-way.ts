/**
 * A cable's pty: a program that opens the slave takes the cable, if nobody else has it. Where the
 * cable is pulled, or goes with a restart, the program is hung up on, and the link leads to a new
 * pty as soon as there is a cable again.
 */
import { assert, type Outcome, ok } from "../../../protocol/errors.ts";
import type { Cable, HostEnd } from "./cable.ts";
import { openPty } from "#pty";
import type { Pty, PtyError } from "./pty.ts";
import type { Way } from "./way.ts";

interface State {
  readonly cable: Cable;
  readonly linkPath: string;
  /** Those that were hung up on, until they are free. */
  readonly leaving: Set<Promise<void>>;
  pty: Pty | undefined;
  /** The cable, while a program on the pty has it. */
  end: HostEnd | undefined;
  isTaking: boolean;
  isClosed: boolean;
}

const hangUp = (state: State): void => {
  const { pty, end, leaving } = state;
  state.pty = undefined;
  state.end = undefined;
  void end?.close();
  if (pty === undefined) return;
  const leave = pty.close();
  leaving.add(leave);
  void leave.then(() => leaving.delete(leave));
};

/** A program has come. */
const take = (state: State, pty: Pty): void => {
  state.isTaking = true;
  const end = state.cable.attach();
  state.isTaking = false;
  if (end === undefined) {
    hangUp(state);
    look(state);
    return;
  }
  state.end = end;
  end.vouch(pty.hasProgram);
  pty.onRoom(end.throttle(pty.hasRoom));
  end.onBytes(pty.send);
  end.onClose(() => {
    if (state.end !== end) return;
    hangUp(state);
    look(state);
  });
};

const letGo = (state: State): void => {
  const { end } = state;
  state.end = undefined;
  void end?.close();
  look(state); // another may have had the cable since
};

const open = (state: State): Outcome<Pty, PtyError> => {
  const opened = openPty(state.linkPath);
  if (!opened.ok) return opened;
  const pty = opened.value;
  state.pty = pty;
  pty.onReceive((bytes) => void (state.pty === pty ? state.end?.write(bytes) : undefined));
  pty.onCable((isAttached) => {
    if (state.pty !== pty) return;
    if (isAttached) take(state, pty);
    else letGo(state);
  });
  return opened;
};

/** Makes the pty fit the cable: none without a cable, and closed while somebody else has it. */
const look = (state: State): void => {
  if (state.isClosed || state.isTaking) return;
  if (!state.cable.isPlugged()) hangUp(state);
  else fit(state);
};

const fit = (state: State): void => {
  if (state.pty === undefined) assert(open(state).ok, "there was a pty, and is one again");
  if (state.end !== undefined) return;
  if (state.pty?.keepOut(state.cable.isTaken()) !== false) return;
  hangUp(state); // a program came in a moment too late
  look(state);
};

/** Opens a pty for the cable, and a link to it; details as of `openPty`. */
export const openPtyWay = (cable: Cable, linkPath: string): Outcome<Way, PtyError> => {
  const state: State = {
    cable,
    linkPath,
    leaving: new Set(),
    pty: undefined,
    end: undefined,
    isTaking: false,
    isClosed: false,
  };
  const opened = open(state);
  if (!opened.ok) return opened;
  const unwatch = cable.watch(() => look(state));
  look(state);
  return ok({
    close: async () => {
      state.isClosed = true;
      unwatch();
      hangUp(state);
      await Promise.all(state.leaving);
    },
  });
};

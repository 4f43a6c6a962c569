/**
 * One link over one line that this program opens: from its first byte to the signer's answer, and
 * then until it goes down. All channels of the link are here; a wire is one of them.
 */
import { type Failure, fail, type Outcome, ok } from "../../protocol/errors.ts";
import type { Hello } from "../../protocol/link/hello.ts";
import type { LinkEvent } from "../../protocol/link/link.ts";
import type { ChannelBinding } from "../../protocol/session/binding.ts";
import { type DrivenLink, driveLink, type DriveOptions } from "./driven-link.ts";
import { createLinkEnding, type LinkEnding } from "./link-ending.ts";
import type { Line, OpenLine } from "./line.ts";
import type { ConnectError, ConnectOptions } from "./wire.ts";

/** A record as it came. */
export interface ChannelRecord {
  readonly channel: number;
  readonly isHandshake: boolean;
  readonly record: Uint8Array;
}

/** A link that is up. Nothing here throws, also after its end. */
export interface LineLink {
  readonly peer: Hello;
  readonly binding: Omit<ChannelBinding, "channel">;
  readonly send: (record: ChannelRecord) => boolean;
  readonly room: () => number;
  readonly onRoom: (action: () => void) => void;
  readonly onRecord: (action: (record: ChannelRecord) => void) => void;
  /** Calls `action` once at the end of link or line, or soon if it is over; not after `close`. */
  readonly onDown: (action: () => void) => void;
  readonly close: () => Promise<void>;
}

/** How a link over a line is made. */
export type LineLinkOptions = ConnectOptions & DriveOptions;

type Opened = Extract<LinkEvent, { kind: "opened" }>;
type Answer = Outcome<Opened, ConnectError>;

interface State {
  readonly line: Line;
  readonly options: LineLinkOptions;
  readonly ending: LinkEnding;
  readonly driven: DrivenLink;
  readonly answer: PromiseWithResolvers<Answer>;
  onRecord: ((record: ChannelRecord) => void) | undefined;
  onRoom: (() => void) | undefined;
}

/** As when the device restarts just now. */
const PORT_CLOSED = fail("link_down", { why: "the port closed before the signer answered" });

/** What consoles and modems send: letters, ends of lines, escapes. */
const isText = (byte: number): boolean =>
  (byte >= 0x20 && byte < 0x7f) || [0x09, 0x0a, 0x0d, 0x1b].includes(byte);

/** Why bytes came and no frames. */
const explainNoise = (sample: Uint8Array): Failure<ConnectError> =>
  sample.every(isText)
    ? fail("not_a_signer", { why: "it speaks text, as a console or a modem does" })
    : fail("bytes_without_frames");

const goDown = ({ line, driven, ending, answer }: State): void => {
  driven.stop();
  ending.goDown();
  const refusal = line.refusal?.();
  answer.resolve(refusal === undefined ? PORT_CLOSED : fail(refusal));
};

const take = (state: State, event: LinkEvent): void => {
  const { answer, driven } = state;
  switch (event.kind) {
    case "opened":
      answer.resolve(ok(event));
      return;
    case "record":
      state.onRecord?.(event);
      return;
    case "closed":
      goDown(state);
      return;
    case "loopback":
      answer.resolve(fail("link_loopback"));
      return;
    case "incompatible":
      answer.resolve(fail("link_incompatible"));
      return;
    case "noise":
      answer.resolve(explainNoise(driven.sample()));
  }
};

/** Waits until a signer answers, the time is over or the caller changes his mind. */
const awaitAnswer = async ({ options, driven, answer }: State): Promise<Answer> => {
  const { clock, timeoutMs, signal } = options;
  const nothing = fail("not_a_signer", { why: "nothing answered" });
  const stopWaiting = clock.after(timeoutMs, () => answer.resolve(nothing));
  const cancel = (): void => answer.resolve(fail("cancelled"));
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  driven.start();
  const answered = await answer.promise;
  stopWaiting();
  signal.removeEventListener("abort", cancel);
  return answered;
};

const close = async ({ line, options, ending, driven }: State): Promise<void> => {
  if (ending.isOpen()) {
    await driven.linger();
    driven.link.close(options.clock.nowMs());
    driven.flush();
  }
  ending.close();
  driven.stop();
  await line.close();
};

const lineLinkOf = (state: State, { peer, hellos, epoch }: Opened): LineLink => {
  const { driven, ending, options } = state;
  const { link } = driven;
  return {
    peer,
    binding: { hellos, epoch },
    send: ({ channel, isHandshake, record }) => {
      if (!ending.isOpen()) return false;
      const message = { epoch, channel, isHandshake, bytes: record };
      const isTaken = link.send(message, options.clock.nowMs());
      driven.flush();
      return isTaken;
    },
    room: () => (ending.isOpen() ? link.room(epoch) : 0),
    onRoom: (action) => {
      state.onRoom = action;
    },
    onRecord: (action) => {
      state.onRecord = action;
    },
    onDown: ending.onDown,
    close: () => close(state),
  };
};

/** Opens a line and waits until a signer answers on it. Never throws. */
export const connectLine = async (
  open: OpenLine,
  options: LineLinkOptions,
): Promise<Outcome<LineLink, ConnectError>> => {
  const opened = await open();
  if (!opened.ok) return opened;
  const line = opened.value;
  const state: State = {
    line,
    options,
    ending: createLinkEnding(),
    driven: driveLink(line, options, {
      event: (event) => take(state, event),
      step: () => state.onRoom?.(),
    }),
    answer: Promise.withResolvers<Answer>(),
    onRecord: undefined,
    onRoom: undefined,
  };
  line.onClose(() => goDown(state));
  const answer = await awaitAnswer(state);
  if (answer.ok && state.ending.isOpen()) return ok(lineLinkOf(state, answer.value));
  await close(state);
  return answer.ok ? PORT_CLOSED : answer;
};

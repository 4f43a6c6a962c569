/**
 * A `Port` over an open serial stream. The stream may report one end several times (`close`,
 * `error`, `close`): here it becomes one, and its errors never go unheard.
 */
import type { SerialPortStream } from "@serialport/stream";
import { LIMITS } from "../../protocol/limits.ts";
import type { CloseReason, Port } from "./port.ts";

interface Ending {
  readonly reason: () => CloseReason | undefined;
  /** The first reason stands. */
  readonly begin: (reason: CloseReason) => void;
  /** Runs the actions, once. */
  readonly finish: () => void;
  readonly onFinish: (action: (reason: CloseReason) => void) => void;
}

const createEnding = (): Ending => {
  const actions = new Set<(reason: CloseReason) => void>();
  let reason: CloseReason | undefined;
  let finished = false;
  return {
    reason: () => reason,
    begin: (first) => {
      reason ??= first;
    },
    finish: () => {
      if (finished) return;
      finished = true;
      for (const action of actions) action(reason ?? "hang-up");
      actions.clear();
    },
    onFinish: (action) => {
      if (finished) queueMicrotask(() => action(reason ?? "hang-up"));
      else actions.add(action);
    },
  };
};

/** Ends when the descriptor is free, not with the first `close` that the stream emits. */
const watchEnd = (stream: SerialPortStream, ending: Ending): void => {
  const look = (): void => {
    if (stream.isOpen || stream.closing) return;
    ending.begin("hang-up");
    ending.finish();
  };
  stream.on("close", look);
  stream.on("error", look);
};

const closeStream = (stream: SerialPortStream, ending: Ending): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  ending.onFinish(() => resolve());
  if (stream.isOpen) {
    ending.begin("closed");
    stream.close();
  }
  return promise;
};

const writeStream = (
  stream: SerialPortStream,
  pending: Set<() => void>,
  bytes: Uint8Array,
): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const settle = (): void => {
    pending.delete(settle);
    resolve();
  };
  pending.add(settle);
  stream.write(Buffer.from(bytes), settle);
  return promise;
};

/** UARTs (8250, PL011) spoil bytes and hold 4,096; USB and ptys neither. */
const UART = /^\/dev\/tty(?:S|AMA)\d+$/;

const frameSize = (path: string) =>
  UART.test(path)
    ? { frameLimit: LIMITS.framePayloadDefault, window: LIMITS.windowDefault - 1 }
    : { frameLimit: LIMITS.framePayloadMaximum, window: LIMITS.window };

/** Makes a port of a stream that is open. It reads ahead, so that a hang-up is always seen. */
export const createStreamPort = (path: string, stream: SerialPortStream): Port => {
  const ending = createEnding();
  const pending = new Set<() => void>();
  let deliver: ((bytes: Uint8Array) => void) | undefined;
  watchEnd(stream, ending);
  ending.onFinish(() => {
    for (const settle of pending) settle();
  });
  stream.read(0);
  return {
    path,
    ...frameSize(path),
    write: async (bytes) => {
      if (stream.isOpen && ending.reason() === undefined) {
        await writeStream(stream, pending, bytes);
      }
    },
    onBytes: (action) => {
      const isFirst = deliver === undefined;
      deliver = action;
      if (!isFirst) return;
      stream.on("data", (chunk: Buffer) => {
        deliver?.(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      });
    },
    onClose: ending.onFinish,
    close: () => closeStream(stream, ending),
  };
};

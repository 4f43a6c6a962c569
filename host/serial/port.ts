/**
 * A serial port as the host's link sees it: bytes out, bytes in, and the news that it is gone.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SerialPortStream } from "@serialport/stream";
import { type Failure, fail, ok, type Outcome } from "../../protocol/errors.ts";
import { isSocketName } from "../../protocol/link/port-name.ts";
import { openSocketPort } from "./socket-port.ts";
import { createStreamPort } from "./stream-port.ts";

/** Why a port is closed: the other side went away, or we closed it. */
export type CloseReason = "hang-up" | "closed";

/** An open port: ordered bytes, which may be corrupted or lost on the way. */
export interface Port {
  /** The path it was opened by. */
  readonly path: string;
  /** Bytes of payload in a frame, and frames under way, that suit the line. */
  readonly frameLimit: number;
  readonly window: number;
  /**
   * Queues a copy of the bytes; resolves when they are with the operating system or the port is
   * closed. Never rejects; after a close it does nothing.
   */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Sets who gets the bytes. What came before is kept and handed over first. */
  readonly onBytes: (action: (bytes: Uint8Array) => void) => void;
  /** Calls `action` once when the port is closed, or soon if it is closed already. */
  readonly onClose: (action: (reason: CloseReason) => void) => void;
  /** Why it is closed, where whoever has the port turned this program away. */
  readonly refusal?: () => PortError | undefined;
  /** Closes the port and frees its descriptor; repeating it is harmless. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Settings of a port. */
export interface PortOptions {
  /** Bits per second; 115200 unless told. USB gadgets and ptys ignore it. */
  readonly baudRate?: number;
}

/** Why a port does not open. Details carry `path`, and `why` with `not_a_signer`. */
export type PortError = "port_missing" | "port_busy" | "port_denied" | "not_a_signer";

/** The usual rate of a UART; USB gadgets and ptys have none. */
const BAUD_RATE = 115_200;
/** What a freshly opened line is left alone for, in milliseconds. */
const SETTLE_MS = 20;

/** Which errno means what; any other is a path that cannot be a signer. */
const ERROR_OF_ERRNO: Readonly<Record<string, PortError>> = {
  ENOENT: "port_missing",
  ENODEV: "port_missing",
  ENXIO: "port_missing",
  ENOTDIR: "port_missing",
  EIO: "port_missing",
  EBUSY: "port_busy",
  EAGAIN: "port_busy",
  EWOULDBLOCK: "port_busy",
  EACCES: "port_denied",
  EPERM: "port_denied",
};

const WHY_OF_ERRNO: Readonly<Record<string, string>> = {
  ENOTTY: "it is not a terminal",
  EISDIR: "it is a directory",
  EINVAL: "the line does not take these settings",
};

const openStream = async (path: string, baudRate: number): Promise<SerialPortStream> => {
  // Only now: a program that opens no port needs none of it.
  const { binding } = await import("#serial-binding");
  const stream = new SerialPortStream({ binding, path, baudRate, autoOpen: false });
  stream.on("error", () => undefined); // Never unheard; the port reports the end.
  const { promise, resolve, reject } = Promise.withResolvers<SerialPortStream>();
  stream.open((error) => (error === null ? resolve(stream) : reject(error)));
  return promise;
};

const portFailure = (path: string, thrown: unknown): Failure<PortError> => {
  const hasCode = thrown instanceof Error && "code" in thrown;
  const code = hasCode ? String(thrown.code) : "";
  const error = ERROR_OF_ERRNO[code];
  if (error !== undefined) return fail(error, { path });
  return fail("not_a_signer", { path, why: WHY_OF_ERRNO[code] ?? String(thrown) });
};

/**
 * Opens a port for this program alone: a serial one in raw mode, or an emulator's `unix:PATH` or
 * `tcp://127.0.0.1:PORT`. Never throws or rejects. `not_a_signer` is a path that is there and is no
 * port, or a host elsewhere; details carry `why`.
 */
export const openPort = async (
  path: string,
  options: PortOptions = {},
): Promise<Outcome<Port, PortError>> => {
  if (isSocketName(path)) return openSocketPort(path);
  if (path === "" || path.includes("\0")) return fail("port_missing", { path });
  try {
    const stream = await openStream(path, options.baudRate ?? BAUD_RATE);
    const port = createStreamPort(path, stream);
    await sleep(SETTLE_MS);
    return ok(port);
  } catch (error) {
    return portFailure(path, error);
  }
};

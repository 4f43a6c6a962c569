/**
 * The binding under `@serialport/stream` where Bun is not: the stock one, whose errors say errno's
 * text only, and which asks a line that was hung up for ever. Its own module knows Linux best.
 */
import { read } from "node:fs";
import { promisify } from "node:util";
import { LinuxPortBinding } from "@serialport/bindings-cpp";
import { SerialPort } from "serialport";
import type { Binding } from "./bindings-interface.ts";

/** What strerror(3) says, and the errno of it. */
const ERRNO_OF_TEXT: readonly (readonly [string, string])[] = [
  ["No such file or directory", "ENOENT"],
  ["No such device or address", "ENXIO"],
  ["No such device", "ENODEV"],
  ["Not a directory", "ENOTDIR"],
  ["Is a directory", "EISDIR"],
  ["Input/output error", "EIO"],
  ["Permission denied", "EACCES"],
  ["Operation not permitted", "EPERM"],
  ["Device or resource busy", "EBUSY"],
  ["Resource temporarily unavailable", "EAGAIN"],
  ["Inappropriate ioctl for device", "ENOTTY"],
  ["Invalid argument", "EINVAL"],
];

const withCode = (thrown: unknown): unknown => {
  if (!(thrown instanceof Error)) return thrown;
  const code = ERRNO_OF_TEXT.find(([text]) => thrown.message.includes(text))?.[1];
  return code === undefined ? thrown : Object.assign(thrown, { code });
};

const readAsync = promisify(read);

const isNotReady = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "EAGAIN" || error.code === "EWOULDBLOCK" || error.code === "EINTR");

const canceled = (): Error => Object.assign(new Error("The port is closed"), { canceled: true });

const readable = ({ poller }: LinuxPortBinding): Promise<void> =>
  new Promise((resolve, reject) => {
    poller.once("readable", (error) => (error === null ? resolve() : reject(error)));
  });

/** What is there now, or nothing yet; none from a descriptor that does not block is a hang-up. */
const readNow = async (fd: number, into: Uint8Array): Promise<number | undefined> => {
  const got = await readAsync(fd, into, 0, into.length, null).catch((error: unknown) => {
    if (isNotReady(error)) return undefined;
    throw error;
  });
  if (got?.bytesRead === 0) throw new Error("The other side of the port went away");
  return got?.bytesRead;
};

/** The next bytes, as the stream takes them. */
const readPort = async (port: LinuxPortBinding, into: Uint8Array): Promise<number> => {
  for (;;) {
    const { fd } = port;
    if (fd === null) throw canceled();
    const bytesRead = await readNow(fd, into).catch((error: unknown) => {
      throw port.isOpen ? error : canceled();
    });
    if (bytesRead !== undefined) return bytesRead;
    await readable(port);
  }
};

const stock = SerialPort.binding;

/** The binding. `open` rejects with an error whose `code` is the errno's name. */
export const binding: Binding = {
  list: () => stock.list(),
  open: async (options) => {
    try {
      const port = await stock.open(options);
      if (!(port instanceof LinuxPortBinding)) return port;
      return Object.assign(port, {
        read: async (buffer: Buffer, offset: number, length: number) => ({
          buffer,
          bytesRead: await readPort(port, buffer.subarray(offset, offset + length)),
        }),
      });
    } catch (error) {
      throw withCode(error);
    }
  },
};

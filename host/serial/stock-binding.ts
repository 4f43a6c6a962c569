/**
 * The binding under `@serialport/stream` where Bun is not: the stock one, whose errors say errno's
 * text only, and which asks a line that was hung up for ever. Its own module knows Linux best.
 */
import { read } from "node:fs";
import { promisify } from "node:util";
import { autoDetect, LinuxPortBinding } from "@serialport/bindings-cpp";
import type { Binding, BindingPort } from "./bindings-interface.ts";

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

/** The next bytes; none from a descriptor that does not block is a hang-up. */
const readPort = async (
  port: LinuxPortBinding,
  buffer: Buffer,
  offset: number,
  length: number,
): ReturnType<BindingPort["read"]> => {
  for (;;) {
    const { fd } = port;
    if (fd === null) throw canceled();
    try {
      const { bytesRead } = await readAsync(fd, buffer, offset, length, null);
      if (bytesRead > 0) return { buffer, bytesRead };
      throw new Error("The other side of the port went away");
    } catch (error) {
      if (!port.isOpen) throw canceled();
      if (!isNotReady(error)) throw error;
      await readable(port);
    }
  }
};

const stock = autoDetect();

/** The binding. `open` rejects with an error whose `code` is the errno's name. */
export const binding: Binding = {
  list: () => stock.list(),
  open: async (options) => {
    try {
      const port = await stock.open(options);
      if (!(port instanceof LinuxPortBinding)) return port;
      return Object.assign(port, {
        read: (buffer: Buffer, offset: number, length: number) =>
          readPort(port, buffer, offset, length),
      });
    } catch (error) {
      throw withCode(error);
    }
  },
};

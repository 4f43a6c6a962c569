/** The one way to an emulator's process: a pty, a Unix socket or TCP on the loopback. */
import { join } from "node:path";
import type { Link } from "../../../firmware/hal.ts";
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import { readPortName } from "../../../protocol/link/port-name.ts";
import { createCable } from "../lines/cable.ts";
import { openPty } from "#pty";
import { openTcpWay, openUnixWay, type SocketWay } from "../lines/socket-way.ts";
import type { Settings } from "./settings.ts";

/** The board's end, and how it is called. */
export interface ProcessWay {
  readonly link: Link;
  /** As `--port` takes it. */
  readonly path: string;
  /** What the path leads to, where it is a link. */
  readonly line: string;
  /** Takes its names away before it returns; the rest goes with the process. */
  readonly leave: () => void;
}

const openPtyWay = (link: string): Outcome<ProcessWay> => {
  const pty = openPty(link);
  if (!pty.ok) return pty;
  const { path: line, close } = pty.value;
  return ok({ link: pty.value, path: link, line, leave: () => void close() });
};

const socketWay = (link: Link, opened: Outcome<SocketWay>, inner?: string): Outcome<ProcessWay> => {
  if (!opened.ok) return opened;
  const { port, close } = opened.value;
  return ok({ link, path: port, line: inner ?? port, leave: () => void close() });
};

/** Opens what the settings' link names. */
export const openWay = async ({
  link,
  name,
  runFolder,
}: Settings): Promise<Outcome<ProcessWay>> => {
  const place = readPortName(link);
  if (!place.ok) return fail("arguments_invalid", place.details);
  if (place.value.kind === "path") return openPtyWay(link);
  const cable = createCable();
  if (place.value.kind === "tcp")
    return socketWay(cable.device, await openTcpWay(cable, place.value));
  const unix = { file: place.value.path, inner: join(runFolder, `${name}.sock`) };
  return socketWay(cable.device, await openUnixWay(cable, unix), unix.inner);
};

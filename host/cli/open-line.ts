/** Opens the line of a path, and nobody else's in place of an emulator's that is gone. */
import { dirname } from "node:path";
import { fail, type Outcome } from "../../protocol/errors.ts";
import { openPort, type Port, type PortError } from "../serial/index.ts";
import { runFolder } from "./home.ts";
import { isLeftBehind, targetOf } from "./running.ts";

/** An emulator is listed in this user's folder, or beside its port where it has another home. */
const isAbandoned = (path: string): boolean =>
  [runFolder(), dirname(path)].some((folder) => isLeftBehind(folder, path));

/**
 * Opens a port as `openPort` does. While an emulator restarts its name leads to a pty's number that
 * anybody may get: that is `port_missing`, and nothing is said to whoever has it.
 */
export const openLine = async (path: string): Promise<Outcome<Port, PortError>> => {
  const gone = fail("port_missing", { path });
  const target = targetOf(path);
  if (isAbandoned(path)) return gone;
  const port = await openPort(path);
  // It may have been killed just before, and its number be another's already.
  const isIts = targetOf(path) === target && !isAbandoned(path);
  if (!port.ok || isIts) return port;
  await port.value.close();
  return gone;
};

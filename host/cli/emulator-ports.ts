/** Where emulators listen: names of ptys, Unix sockets or TCP ports, one for each. */
import { join, resolve } from "node:path";
import { type Outcome, ok } from "../../protocol/errors.ts";
import { readAddress, tcpName, unixName } from "../../protocol/link/port-name.ts";
import { EMULATOR_NAMES } from "./names.ts";
import { badOption } from "./program.ts";

/** What was asked for: at most one of them. */
export interface PortOptions {
  readonly link?: string | undefined;
  readonly socket?: string | undefined;
  readonly tcp?: string | undefined;
}

/** The port of the i-th, whose name it may carry. */
export type PortOf = (name: string, i: number) => string;

const LAST_PORT = 65_535;

/** `PATH` for one device, `PATH-A`, `PATH-B` … for more. */
const pathOf = (path: string, i: number, count: number): string =>
  count === 1 ? resolve(path) : `${resolve(path)}-${EMULATOR_NAMES[i]}`;

/** Consecutive ports; with 0 each has one of its own chosen. */
const tcpPorts = (tcp: string, count: number): Outcome<PortOf> => {
  const address = readAddress(tcp);
  if (!address.ok) return badOption("--tcp", `${address.details?.["why"]}`);
  const { host, port } = address.value;
  if (port + count - 1 > LAST_PORT) return badOption("--tcp", `not ${count} ports from ${port}`);
  return ok((_, i) => tcpName({ host, port: port === 0 ? 0 : port + i }));
};

const whyNotOf = ({ link, socket, tcp }: PortOptions): string | undefined => {
  const named = [link, socket, tcp].filter((one) => one !== undefined).length;
  return named > 1 ? "one of --link, --socket and --tcp" : undefined;
};

/** The ports that were asked for; names in the folder where nothing was. */
export const portsOf = (options: PortOptions, count: number, folder: string): Outcome<PortOf> => {
  const whyNot = whyNotOf(options);
  if (whyNot !== undefined) return badOption("--link", whyNot);
  const { link, socket, tcp } = options;
  if (tcp !== undefined) return tcpPorts(tcp, count);
  if (socket !== undefined) return ok((_, i) => unixName(pathOf(socket, i, count)));
  if (link !== undefined) return ok((_, i) => pathOf(link, i, count));
  return ok((name) => join(folder, name));
};

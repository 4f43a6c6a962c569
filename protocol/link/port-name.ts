/**
 * How a port is named that is no serial one: `unix:PATH` and `tcp://HOST:PORT`, both with the bytes
 * of a line on them and nothing else. For emulators: TCP never leaves this machine.
 */
import { fail, type Outcome, ok } from "../errors.ts";

/** A place of TCP on this machine. */
export interface LoopbackAddress {
  /** `127.x.y.z` or `::1`. */
  readonly host: string;
  /** 0 where one is still to be chosen. */
  readonly port: number;
}

/** Where a port is. */
export type PortName =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "unix"; readonly path: string }
  | ({ readonly kind: "tcp" } & LoopbackAddress);

const [UNIX, TCP] = ["unix:", "tcp://"];

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/]+)):(\d{1,5})$/;
const LAST_PORT = 65_535;

/** Written in one way only: with a zero before it, it is octal to some and a name to others. */
const isByte = (text: string): boolean => /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) < 256;

/** The loopback's own addresses; `localhost` is not looked up, so nobody can turn it elsewhere. */
const loopbackOf = (host: string): string | undefined => {
  if (host.toLowerCase() === "localhost") return "127.0.0.1";
  if (host === "::1") return host;
  const bytes = host.split(".");
  return bytes[0] === "127" && bytes.length === 4 && bytes.every(isByte) ? host : undefined;
};

/** Reads `HOST:PORT`; `arguments_invalid` for any host but this machine's own loopback. */
export const readAddress = (text: string): Outcome<LoopbackAddress, "arguments_invalid"> => {
  const found = ADDRESS.exec(text);
  const named = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  if (named === undefined || port > LAST_PORT) {
    return fail("arguments_invalid", { why: `${text} is not HOST:PORT` });
  }
  const host = loopbackOf(named);
  if (host !== undefined) return ok({ host, port });
  return fail("arguments_invalid", {
    why: `${named} is not this machine's loopback: 127.0.0.1 or [::1] is`,
  });
};

/** Writes an address so that `readPortName` reads it. */
export const tcpName = ({ host, port }: LoopbackAddress): string =>
  `${TCP}${host.includes(":") ? `[${host}]` : host}:${port}`;

/** Writes the name of a socket's path. */
export const unixName = (path: string): string => `${UNIX}${path}`;

/** Whether a name is none of a serial port's. */
export const isSocketName = (name: string): boolean =>
  name.startsWith(UNIX) || name.startsWith(TCP);

/** Reads a name; anything that is no socket's is a path. */
export const readPortName = (name: string): Outcome<PortName, "arguments_invalid"> => {
  if (name.startsWith(UNIX)) return ok({ kind: "unix", path: name.slice(UNIX.length) });
  if (!name.startsWith(TCP)) return ok({ kind: "path", path: name });
  const address = readAddress(name.slice(TCP.length));
  return address.ok ? ok({ kind: "tcp", ...address.value }) : address;
};

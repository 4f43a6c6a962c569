/** Names of ports that are sockets: read as they are written, and the loopback only. */
import { describe, expect, test } from "bun:test";
import {
  isSocketName,
  readAddress,
  readPortName,
  tcpName,
  unixName,
} from "../../protocol/link/port-name.ts";

describe("a port's name", () => {
  test("is read as it was written", () => {
    for (const host of ["127.0.0.1", "127.255.0.9", "::1"]) {
      const place = { host, port: 4000 };
      expect(readPortName(tcpName(place))).toEqual({ ok: true, value: { kind: "tcp", ...place } });
    }
    const name = readPortName(unixName("/tmp/a b:c"));
    expect(name).toEqual({ ok: true, value: { kind: "unix", path: "/tmp/a b:c" } });
    for (const path of ["/dev/ttyACM0", "A", "tcp:/x", "./unix:x", ""]) {
      expect(isSocketName(path)).toBe(false);
      expect(readPortName(path)).toEqual({ ok: true, value: { kind: "path", path } });
    }
  });

  test("localhost is 127.0.0.1 and is not looked up", () => {
    expect(readAddress("LocalHost:1")).toEqual({ ok: true, value: { host: "127.0.0.1", port: 1 } });
  });

  const HOSTS = [
    "0.0.0.0",
    "::",
    "::ffff:127.0.0.1",
    "1.127.0.1",
    "127.0.0.256",
    "127.0.0.1.evil",
    // octal to some resolvers, a name to look up for others
    "127.0.0.010",
    "127.0.0.099",
    "127.00.0.1",
  ];
  const NONE = [
    "",
    ":1",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "[::1]",
    "::1:5",
  ];

  test("any other host, and what is no HOST:PORT, is refused", () => {
    for (const host of HOSTS) {
      const refused = readAddress(host.includes(":") ? `[${host}]:5` : `${host}:5`);
      expect(refused).toMatchObject({ ok: false, error: "arguments_invalid" });
      expect(refused).toMatchObject({ details: { why: expect.stringContaining("loopback") } });
    }
    for (const text of NONE) {
      expect(readAddress(text)).toMatchObject({ details: { why: `${text} is not HOST:PORT` } });
    }
  });
});

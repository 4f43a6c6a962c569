/** `mayfly emulate` on Unix sockets and TCP, and `--wait-ready`. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPort } from "../../host/client/index.ts";
import { unwrap } from "../driver/lines.ts";
import { startBackground } from "./background.ts";
import { expectContract, expectJsonRefusal, expectSentence } from "./contract.ts";
import { isListening, startEmulating } from "./emulating.ts";
import {
  askMayfly,
  cleanUp,
  eventsOf,
  MAYFLY,
  environmentOf,
  numberOf,
  runMayfly,
  temporaryFolder,
  textOf,
} from "./mayfly.ts";

afterAll(cleanUp);

const ABANDON = `${"abandon ".repeat(11)}about`;

test("--tcp with port 0: each has its own, which a restart keeps", async () => {
  const home = temporaryFolder();
  const emulating = startEmulating(home, "--tcp", "localhost:0", "--count", "2");
  const listening = await emulating.listening(2);
  const ports = listening.map((event) => textOf(event, "path"));
  for (const event of listening) expectContract(event, "listening");
  expect(new Set(ports).size).toBe(2);
  for (const port of ports) expect(port).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
  const { devices } = await askMayfly({ home }, "devices");
  expect(devices).toMatchObject(ports.map((path, i) => ({ path, name: i === 0 ? "A" : "B" })));
  process.kill(numberOf(listening[0] ?? {}, "pid"), "SIGKILL");
  expect(await emulating.next(isListening)).toMatchObject({ name: "A", path: ports[0] });
  expect(await askMayfly({ home }, "status", "--port", "A")).toMatchObject({ name: "A" });
  expect(await askMayfly({ home }, "status", "--port", ports[1] ?? "")).toMatchObject({
    name: "B",
  });
  const taken = await runMayfly({ home }, "emulate", "--tcp", `${ports[1]?.slice(6)}`, "--json");
  expect(expectJsonRefusal(taken, "emulator_failed")).toMatchObject({
    error: { details: { why: "EADDRINUSE" } },
  });
});

test("--socket: FILE for one, its user's alone; busy, and free again", async () => {
  const home = temporaryFolder();
  const file = join(home, "socket");
  const emulating = startEmulating(home, "--socket", file);
  const [listening = {}] = await emulating.listening();
  const port = `unix:${file}`;
  expect(listening["path"]).toBe(port);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const line = unwrap(await openPort(port)());
  const busy = await runMayfly({ home }, "status", "--port", port, "--json");
  expectJsonRefusal(busy, "port_busy");
  expect(await askMayfly({ home }, "devices")).toMatchObject({
    devices: [{ path: port, busy: true }],
  });
  await line.close();
  for (const name of [port, file, "A"]) {
    expect(await askMayfly({ home }, "status", "--port", name)).toMatchObject({ name: "A" });
  }
  const second = await runMayfly({ home }, "emulate", "--socket", file);
  expectSentence(second, "file_exists");
  expect(await emulating.end("SIGTERM")).toBe(0);
  expect(existsSync(file)).toBe(false);
  expect(readdirSync(join(home, "run")).filter((name) => !name.endsWith(".lock"))).toEqual([]);
});

test("--home: its host is the one that a seeded emulator knows", async () => {
  const [home, own] = [temporaryFolder(), temporaryFolder()];
  const words = ["--home", own, "--tcp", "127.0.0.1:0", "--insecure-mnemonic", ABANDON];
  await startEmulating(home, ...words).listening();
  expect(readdirSync(home)).toEqual([]);
  const key = await askMayfly({ home: own }, "xpub", "--port", "A", "--path", "m");
  expect(key).toMatchObject({ fingerprint: "73c5da0a" });
});

test("--wait-ready: the listening lines of those that another starts", async () => {
  const home = temporaryFolder();
  const words = ["--wait-ready", "--count", "2", "--json"];
  const waiting = startBackground(home, "emulate", ...words);
  const seed = ["--insecure-mnemonic", ABANDON];
  const started = startEmulating(home, "--tcp", "127.0.0.1:0", "--count", "2", ...seed);
  const listening = await started.listening(2);
  const ready = await waiting.end();
  expect(ready.code).toBe(0);
  expect(eventsOf(ready)).toEqual([...listening]);
  const port = textOf(listening[1] ?? {}, "path");
  const line = unwrap(await openPort(port)()); // it asks nobody: a port in use is ready as well
  const one = await runMayfly(
    { home },
    "emulate",
    "--wait-ready",
    "--tcp",
    port.slice(6),
    "--json",
  );
  expect(eventsOf(one)).toEqual(listening.slice(1));
  await line.close();
});

test("--wait-ready gives up: says what is missing, exit code 1", async () => {
  const home = temporaryFolder();
  const wait = ["emulate", "--wait-ready", "--timeout", "1"];
  const nobody = await runMayfly({ home }, ...wait, "--json");
  expect(expectJsonRefusal(nobody, "timeout")).toMatchObject({
    error: { details: { why: "0 of 1 run" } },
  });
  expect(readdirSync(home)).toEqual([]);
  const other = await runMayfly({ home }, ...wait, "--link", join(home, "port"));
  expectSentence(other, "timeout");
  expect(other.stderr).toContain(`nobody listens on ${join(home, "port")}`);
});

test("an emulator that is not ready yet is waited for", async () => {
  const home = temporaryFolder();
  const emulating = startEmulating(home, "--tcp", "127.0.0.1:0");
  const [{ pid } = {}] = await emulating.listening();
  const file = join(home, "run", "A.json");
  const wait = () => runMayfly({ home }, "emulate", "--wait-ready", "--timeout", "1", "--json");
  const path = "tcp://127.0.0.1:1";
  writeFileSync(file, JSON.stringify({ name: "A", path, pid })); // it does not listen yet
  expectJsonRefusal(await wait(), "timeout");
  writeFileSync(file, JSON.stringify({ name: "A", path, pid, isSeeded: true, phase: "sealed" }));
  expectJsonRefusal(await wait(), "timeout");
  writeFileSync(file, JSON.stringify({ name: "A", path, pid, isSeeded: true, phase: "ready" }));
  expect(eventsOf(await wait())).toMatchObject([{ event: "listening", phase: "ready" }]);
});

test("ways that do not go together, and hosts elsewhere: arguments", async () => {
  const home = temporaryFolder();
  for (const words of [
    ["--tcp", "0.0.0.0:0"],
    ["--tcp", "4000"],
    ["--tcp", "127.0.0.1:65535", "--count", "2"],
    ["--tcp", "127.0.0.1:0", "--socket", "s"],
    ["--link", "l", "--socket", "s"],
    ["--wait-ready", "--timeout", "soon"],
  ]) {
    expectSentence(await runMayfly({ home }, "emulate", ...words), "arguments_invalid", 2);
  }
});

test("logs are lines of JSON on standard error", async () => {
  const home = temporaryFolder();
  const child = Bun.spawn([process.execPath, MAYFLY, "emulate", "--json", "--tcp", "127.0.0.1:0"], {
    cwd: home,
    env: environmentOf(home),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const reader = child.stdout.getReader();
  let said = "";
  while (!said.includes('"listening"')) said += Buffer.from((await reader.read()).value ?? []);
  child.kill("SIGTERM");
  const lines = (await new Response(child.stderr).text()).split("\n").filter((line) => line !== "");
  await child.exited;
  const logs: readonly unknown[] = lines.map((line) => JSON.parse(line));
  expect(logs).toContainEqual(
    expect.objectContaining({ device: "A", event: "phase", to: "sealed" }),
  );
});

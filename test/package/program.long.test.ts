/** `mayfly` of the built package: on Bun with everything, on Node with all but ptys. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openLibraries } from "../../hardware/secrets/native/libraries.ts";
import { until } from "../driver/lines.ts";
import { usualWorkers, workersOf } from "../emulator/workers.ts";
import { openWorkshop, type Workshop } from "./installed.ts";
import { run } from "./package-files.ts";
import { hasNode, hasRegistry } from "./registry.ts";
import { type Home, openHome, type Program, signMessage } from "./serving.ts";

const HOOK_MS = 120_000;
const hasNative = openLibraries().ok;

/** What becomes of ports, one after the other: as `openPort` of the package says it on Node. */
const PORTS = `import { openPort } from "mayfly/client";
const [, , path, file] = process.argv;
const errorOf = async (path) => {
  const line = await openPort(path)();
  return line.ok ? "ok" : line.error;
};
const line = await openPort(path)();
if (!line.ok) throw new Error(line.error);
const errors = [await errorOf(path), await errorOf(path + "-no"), await errorOf(file)];
console.log(JSON.stringify(errors));
const ended = new Promise((resolve) => line.value.onClose(resolve));
const before = process.cpuUsage();
console.log(await ended);
const { user, system } = process.cpuUsage(before);
console.log(user + system < 500_000);`;

describe.skipIf(!(hasNode() && hasRegistry()))("needs Node.js, npm and its registry", () => {
  let workshop: Workshop;
  let home: Home;
  let project = "";
  let [onBun, onNode]: [Program, Program] = [[], []];
  beforeAll(async () => {
    workshop = await openWorkshop();
    project = await workshop.project("npm", [await workshop.pack()]);
    home = await openHome();
    const program = join(project, "node_modules/.bin/mayfly");
    [onBun, onNode] = [
      [process.execPath, program],
      ["node", program],
    ];
  }, HOOK_MS);
  afterAll(async () => {
    await home[Symbol.asyncDispose]();
    await workshop[Symbol.asyncDispose]();
  });

  test("is the same program on both", async () => {
    for (const words of [["--version"], ["--help"], ["devices", "--json"], ["host"]]) {
      const told = await home.tell(onNode, ...words);
      expect(told.code).toBe(0);
      expect(told.said.length).toBeGreaterThan(5);
      expect(await home.tell(onBun, ...words)).toEqual(told);
    }
  });

  test("on Node it says in a sentence that a pty needs Bun", async () => {
    const { code, said } = await home.tell(onNode, "emulate");
    expect(code).toBe(1);
    expect(said).toContain("a pty needs Bun: bunx --bun mayfly emulate, or --socket or --tcp");
    expect(await home.leftovers()).toEqual([]);
  });

  test("Node's signs with a signer of Bun's, over the stock binding", async () => {
    const server = await home.serve(onBun);
    await until("its threads", () => !hasNative || workersOf(server.pid) === usualWorkers());
    const [node, bun] = [await signMessage(home, onNode, "A"), await signMessage(home, onBun, "A")];
    expect(node).toMatchObject({ isGood: true, isOtherGood: false });
    expect(bun).toEqual(node);
    await server.stop();
    expect(await home.leftovers()).toEqual([]);
  });

  test("Node's serves a socket, and signs by it as Bun's does", async () => {
    const server = await home.serve(onNode, "--socket", join(project, "signer.sock"));
    const node = await signMessage(home, onNode, server.path);
    expect(node).toMatchObject({ isGood: true, isOtherGood: false });
    expect(await signMessage(home, onBun, "A")).toEqual(node);
    await server.stop();
    expect(await home.leftovers()).toEqual([]);
  });

  test("Node's names a port's fault, and notices at rest that a signer is gone", async () => {
    const server = await home.serve(onBun);
    const file = join(project, "file.txt");
    await writeFile(file, "no signer");
    await writeFile(join(project, "ports.mjs"), PORTS);
    const told = run(["node", "ports.mjs", server.path, file], project);
    await Bun.sleep(1500);
    process.kill(server.pid, "SIGKILL");
    const [errors, reason, isAtRest] = (await told).trim().split("\n");
    expect(JSON.parse(errors ?? "")).toEqual(["port_busy", "port_missing", "not_a_signer"]);
    expect([reason, isAtRest]).toEqual(["hang-up", "true"]);
    await server.stop();
  });
});

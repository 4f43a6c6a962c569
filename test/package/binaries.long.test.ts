/** The binaries of this machine: they sign, their threads run, and nothing beside them is read. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { firmwareDigest } from "../../hardware/emulator/board/digest.ts";
import { openLibraries } from "../../hardware/secrets/native/libraries.ts";
import { until } from "../driver/lines.ts";
import { usualWorkers, workersOf } from "../emulator/workers.ts";
import { firstAnswer } from "./first-answer.ts";
import { openWorkshop, type Workshop } from "./installed.ts";
import { hasRegistry } from "./registry.ts";
import { type Home, openHome, type Program, signMessage } from "./serving.ts";

const HOOK_MS = 120_000;
const HERE = `${process.platform}-${process.arch}`;
const hasNative = openLibraries().ok;

let workshop: Workshop;
let home: Home;
let program: Program = [];
beforeAll(async () => {
  workshop = await openWorkshop("--compile", "--target", HERE);
  home = await openHome();
  program = [join(`${workshop.built}-bin`, HERE, "mayfly")];
}, HOOK_MS);
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await workshop[Symbol.asyncDispose]();
});

test("from its start to its first answer, with the sources' digest", async () => {
  const answer = await firstAnswer(program);
  expect(answer.firmwareDigest).toBe(firmwareDigest().toHex());
  expect(answer.engine).toBe(hasNative ? "native" : "portable");
  console.log(
    `listens ${answer.listensMs.toFixed(0)} ms, answers ${answer.answersMs.toFixed(0)} ms`,
  );
});

test.skipIf(!hasNative)("its signer has the settings of the one from sources", async () => {
  const { protections } = await firstAnswer(program);
  expect(protections).toEqual(expect.arrayContaining(["optimiser off", "clean environment"]));
  expect(protections).toEqual(expect.arrayContaining(["not dumpable", "no new privileges"]));
});

test("signs, is found by its name, and leaves nothing behind", async () => {
  const server = await home.serve(program);
  const signed = await signMessage(home, program, "A");
  expect(signed).toMatchObject({ isGood: true, isOtherGood: false });
  await server.stop();
  expect(await home.leftovers()).toEqual([]);
  expect(() => process.kill(server.pid, 0)).toThrow("ESRCH");
});

test.skipIf(!hasNative)("its signer has threads, and keeps them", async () => {
  const server = await home.serve(program);
  await until("its threads", () => workersOf(server.pid) === usualWorkers());
  await Bun.sleep(500); // one whose program is missing ends at once
  expect(workersOf(server.pid)).toBe(usualWorkers());
  await server.stop();
});

test("the demo: its files are inside", async () => {
  const done = await home.ask(program, "demo");
  expect(done).toMatchObject({ event: "done", network: "regtest" });
});

test("reads no bunfig.toml and no .env where it is started", async () => {
  const folder = join(workshop.folder, "elsewhere");
  await mkdir(folder);
  await writeFile(join(folder, "bunfig.toml"), 'preload = ["./loud.ts"]\n');
  await writeFile(join(folder, "loud.ts"), 'console.log("LOUD");\n');
  await writeFile(join(folder, ".env"), `MAYFLY_HOME=${join(folder, "told")}\n`);
  const { MAYFLY_HOME: _, ...env } = process.env;
  const child = Bun.spawnSync([...program, "host"], {
    cwd: folder,
    env: { ...env, HOME: folder },
  });
  expect(child.stdout.toString()).toContain("hosts");
  expect(child.stdout.toString()).not.toContain("LOUD");
  expect(await readdir(folder)).not.toContain("told");
});

/** Machines of ELF (elf(5)), at byte 18 of the file. */
const ELF_MACHINES = [
  ["linux-x64", 62],
  ["linux-arm64", 183],
] as const;
const OTHERS = ELF_MACHINES.filter(([target]) => target !== HERE);

test.skipIf(!hasRegistry()).each(OTHERS)(
  "for %s it is that machine's (needs npm's registry)",
  async (target, machine) => {
    await using other = await openWorkshop("--compile", "--target", target);
    for (const name of ["mayfly", "mayfly-emulator"]) {
      const file = Bun.file(join(`${other.built}-bin`, target, name));
      const head = new DataView(await file.slice(0, 20).arrayBuffer());
      expect([head.getUint32(0), head.getUint16(18, true)]).toEqual([0x7f454c46, machine]);
    }
  },
  HOOK_MS,
);

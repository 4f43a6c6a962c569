/**
 * The package as strangers get it: built, packed, installed into empty projects by npm and Bun.
 * What installs needs Node, npm and its registry, and is skipped without.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import top from "../../package.json" with { type: "json" };
import { firmwareDigest } from "../../hardware/emulator/board/digest.ts";
import { type Installer, openWorkshop, readmeExamples, type Workshop } from "./installed.ts";
import { run } from "./package-files.ts";
import { hasNode, hasRegistry } from "./registry.ts";

const canInstall = hasNode() && hasRegistry();
/** TypeScript and an installer on a machine with much else to do. */
const LONG_MS = 120_000;
/** The one that most have, and ours. */
const TYPESCRIPTS = ["5.9.3", top.devDependencies.typescript] as const;
/** Settings under which TypeScript finds types, and what a module is under them. */
const RESOLUTIONS = [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["bundler", "preserve"],
] as const;
const WAYS_IN = ["mayfly/client", "mayfly/emulator", "mayfly/testing"] as const;
const BUN = process.execPath;
/** Strangers' judgement, and types of Node for what is judged; none is a dependency of ours. */
const JUDGES = ["publint@0.3.25", "@arethetypeswrong/cli@0.18.5", "@types/node@20.19.0"] as const;

const compilerOf = (version: string): string => `typescript-${version.split(".")[0]}`;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
}, LONG_MS);
afterAll(() => workshop[Symbol.asyncDispose]());

const manifestOf = (): Promise<Readonly<Record<string, unknown>>> =>
  Bun.file(join(workshop.built, "package.json")).json();

/** All paths that a value of package.json holds, however deep. */
const pathsIn = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(pathsIn) : [];
};

describe("the build", () => {
  test("holds every file that its package.json names, and is not private", async () => {
    const manifest = await manifestOf();
    const { bin, exports, imports, files } = manifest;
    const paths = pathsIn([bin, exports, imports]);
    expect(paths.length).toBeGreaterThan(20);
    const there = await Promise.all(
      paths.map((path) => Bun.file(join(workshop.built, path)).exists()),
    );
    expect(paths.filter((_, i) => !there[i])).toEqual([]);
    const always = ["LICENSE", "README.md", "package.json"];
    expect([...pathsIn(files), ...always].toSorted()).toEqual(
      (await readdir(workshop.built)).toSorted(),
    );
    expect(manifest["private"]).toBeUndefined();
  });

  test("tells the digest of the sources that it was built of", async () => {
    const file = join(workshop.built, "hardware/emulator/board/digest.js");
    expect(await Bun.file(file).text()).toContain(`"${firmwareDigest().toHex()}"`);
    const show = `const { firmwareDigest } = await import(${JSON.stringify(file)});
console.log(firmwareDigest().toHex());`;
    expect((await run([BUN, "-e", show])).trim()).toBe(firmwareDigest().toHex());
  });

  test("has types of its ways in and no others, none of which needs Bun", async () => {
    const files = await readdir(workshop.built, { recursive: true });
    const types = files.filter((path) => path.endsWith(".d.ts"));
    expect(types).toContain("host/client/index.d.ts");
    expect(types).not.toContain("hardware/secrets/native/libraries.d.ts");
    for (const path of types.filter((one) => one !== "test/kit/bun-test.d.ts")) {
      const text = await Bun.file(join(workshop.built, path)).text();
      expect(text).not.toMatch(/\bBun\.\w|"bun[:"]|\.ts"/);
    }
  });
});

const install = async (by: Installer): Promise<string> =>
  workshop.project(by, [await workshop.pack()]);

const runText = async (command: readonly string[], project: string, name: string, text: string) => {
  await writeFile(join(project, name), text);
  return run([...command, name], project);
};

/** Known on both: how what Node 20 lacks behaves. */
const STANDARDS = `import "mayfly/client";
const bytes = (n) => Uint8Array.from({ length: n }, (_, i) => (i * 37 + n) & 255);
const lengths = Array.from({ length: 70 }, (_, n) => n);
const fails = (text) => { try { return Uint8Array.fromHex(text); } catch (e) { return e.name; } };
const { promise, resolve } = Promise.withResolvers();
resolve(7);
const { promise: lost, reject } = Promise.withResolvers();
reject(new Error("no"));
console.log(JSON.stringify([
  lengths.map((n) => [bytes(n).toHex(), bytes(n).toBase64()]),
  lengths.map((n) => [...Uint8Array.fromHex(bytes(n).toHex().toUpperCase())]),
  ["0", "zz", "0x", " 00"].map(fails),
  [...Map.groupBy([1, 2, 3, 4, 5], (x, i) => (x + i) % 3)],
  [...new Set([1, 2, 3]).difference(new Set([2]))],
  await promise,
  await lost.catch((e) => e.message),
  Object.keys(Uint8Array.prototype), Object.keys(Promise), Object.keys(Map),
]));`;

const MATCHING = `import { expect, test } from "bun:test";
import { createVaultRig } from "mayfly/testing";
test("a signer", async () => {
  await using rig = await createVaultRig();
  expect(rig.signers.A).toShow({ kind: "status", text: "ready" });
  expect(() => expect(rig.signers.A).toHaveSigned(1)).toThrow("MAYFLY_SEED=");
});`;

const IMPORTS = `const found = {};
for (const name of ${JSON.stringify(WAYS_IN)}) found[name] = Object.keys(await import(name)).sort();
console.log(JSON.stringify(found));`;

describe.skipIf(!canInstall)("installed (needs Node.js, npm and its registry)", () => {
  const projects = new Map<Installer, string>();
  const projectOf = (by: Installer): string => projects.get(by) ?? "";
  beforeAll(async () => {
    for (const by of ["npm", "bun"] as const) projects.set(by, await install(by));
  }, LONG_MS);

  const RUNS = [
    ["npm", "node"],
    ["npm", "bun"],
    ["bun", "bun"],
    ["bun", "node"],
  ] as const;

  test.each(RUNS)("by %s: %s imports every way in", async (by, runtime) => {
    const command = [runtime === "bun" ? BUN : runtime];
    const found = JSON.parse(await runText(command, projectOf(by), "imports.mjs", IMPORTS));
    expect(Object.keys(found)).toEqual([...WAYS_IN]);
    expect(found["mayfly/client"]).toEqual(expect.arrayContaining(["openClient", "openPort"]));
    expect(found["mayfly/emulator"]).toContain("createEmulator");
    expect(found["mayfly/testing"]).toEqual(expect.arrayContaining(["createVaultRig", "SEEDS"]));
  });

  test("bun:test knows the matchers once mayfly/testing is imported", async () => {
    await writeFile(join(projectOf("bun"), "own.test.ts"), MATCHING);
    expect(await run([BUN, "test", "own.test.ts"], projectOf("bun"))).toContain("bun test");
  });

  test("what Node 20 lacks is added as Bun has it", async () => {
    const onNode = await runText(["node"], projectOf("npm"), "standards.mjs", STANDARDS);
    expect(onNode).toBe(await run([BUN, "standards.mjs"], projectOf("npm")));
  });
});

describe.skipIf(!canInstall)("judged (needs Node.js, npm and its registry)", () => {
  let project = "";
  beforeAll(async () => {
    const compilers = TYPESCRIPTS.map(
      (version) => `${compilerOf(version)}@npm:typescript@${version}`,
    );
    project = await workshop.project("npm", [await workshop.pack(), ...compilers, ...JUDGES]);
  }, LONG_MS);
  const compile = (version: string, ...how: readonly string[]): Promise<string> => {
    const compiler = `node_modules/${compilerOf(version)}/bin/tsc`;
    return run(
      ["node", compiler, "--target", "es2022", "--strict", "--types", "node", ...how],
      project,
    );
  };

  test(
    "the examples of the kit's README: types hold; Node and Bun sign the same",
    async () => {
      const examples = await readmeExamples();
      expect(examples.length).toBeGreaterThanOrEqual(4);
      const names = examples.map((_, i) => `example-${i}`);
      await Promise.all(
        names.map((name, i) => writeFile(join(project, `${name}.ts`), examples[i] ?? "")),
      );
      const how = ["--lib", "es2022,esnext.disposable", "--module", "nodenext", "--outDir", "out"];
      await compile(TYPESCRIPTS[0], ...how, ...names.map((name) => `${name}.ts`));
      for (const name of names) {
        const onNode = await run(["node", `out/${name}.js`], project);
        expect(await run([BUN, `${name}.ts`], project)).toBe(onNode);
      }
    },
    LONG_MS,
  );

  const CHECKS = TYPESCRIPTS.flatMap((version) =>
    RESOLUTIONS.map((resolution) => [version, ...resolution] as const),
  );
  test.each(CHECKS)(
    "types resolve: TypeScript %s, %s",
    async (version, resolution, module) => {
      const lines = WAYS_IN.map((name, i) => `import * as way${i} from "${name}";`);
      const uses = `await using rig: way2.VaultRig = await way2.createVaultRig();
const signer: way1.Emulator = rig.signers.A;
const client: way0.Client = signer.client;
const status = await client.getStatus({});
export const phase: "ready" | string = status.ok ? status.value.phase : status.error;
// @ts-expect-error: a signer has no such method, so the types are not any
client.nothing();`;
      await writeFile(join(project, "use.ts"), [...lines, uses].join("\n"));
      const how = ["--module", module, "--moduleResolution", resolution];
      await compile(version, ...how, "--noEmit", "--skipLibCheck", "false", "use.ts");
    },
    LONG_MS,
  );

  test("publint and arethetypeswrong find nothing", async () => {
    const file = await workshop.pack();
    const npx = ["npx", "--no-install"];
    expect(await run([...npx, "publint", file, "--strict"], project)).toContain("All good!");
    await run([...npx, "attw", file, "--profile", "esm-only", "--no-emoji"], project);
  });
});

/** What the package's ways in lead to: on Node nothing of Bun, from the client no device. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import top from "../../package.json" with { type: "json" };
import { scan } from "../tidy/rules/scan.ts";
import { bundleOf } from "./bundle.ts";
import { TOP } from "./package-files.ts";

const PROGRAMS = ["host/cli/main.ts", "hardware/emulator/main.ts"] as const;
/** All but the one that is for bun:test. */
const LIBRARIES = Object.entries(top.exports).filter(([name]) => !name.endsWith("/bun"));
const WAYS_IN = [...LIBRARIES.map(([, path]) => path), ...PROGRAMS];

const callsBun = async (path: string): Promise<boolean> =>
  /\bBun\b/.test(scan(await Bun.file(join(TOP, path)).text()).code);

describe("on Node", () => {
  test.each(WAYS_IN)("%s reaches nothing of Bun", async (entry) => {
    const { ours, outside } = await bundleOf(entry, "node");
    expect(ours.length).toBeGreaterThan(50);
    expect([...outside].filter((name) => /^bun\b/.test(name))).toEqual([]);
    const calling = await Promise.all(
      ours.map(async (path) => ((await callsBun(path)) ? path : "")),
    );
    expect(calling.filter((path) => path !== "")).toEqual([]);
  });
});

describe("on Bun", () => {
  test("the emulator takes the native engine along", async () => {
    const { ours, outside } = await bundleOf("hardware/emulator/index.ts", "bun");
    expect(ours).toContain("hardware/secrets/native/libraries.ts");
    expect(ours).not.toContain("hardware/secrets/hashes/node.ts");
    expect([...outside]).toContain("bun:ffi");
  });
});

test.each(["bun", "node"] as const)("the client for %s holds no device", async (runtime) => {
  const { ours } = await bundleOf("host/client/index.ts", runtime);
  expect(ours).toContain("host/driver/client.ts");
  expect(ours.filter((path) => !/^(?:host|protocol)\//.test(path))).toEqual([]);
});

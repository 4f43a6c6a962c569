/** The sources of noise: what they give, and that none waits without end. */
import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createJitterSource,
  createKernelSource,
  type EntropySource,
  openHardwareSource,
} from "../../hardware/entropy/index.ts";

const SAMPLES = 20_000;

const folder = mkdtempSync(join(tmpdir(), "mayfly-entropy-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** SP 800-90B, 6.3.1: the most common value, with its upper bound at 99 %; bits a sample. */
const mostCommonValue = (samples: Uint8Array): number => {
  const counts = new Uint32Array(256);
  for (const sample of samples) counts[sample] = (counts[sample] ?? 0) + 1;
  const share = Math.max(...counts) / samples.length;
  const margin = 2.576 * Math.sqrt((share * (1 - share)) / (samples.length - 1));
  return -Math.log2(Math.min(1, share + margin));
};

const drawn = (source: EntropySource | undefined, length: number): Uint8Array => {
  const target = new Uint8Array(length);
  expect(source?.fill(target)).toBe(true);
  return target;
};

describe("jitter", () => {
  test("what is measured exceeds what is claimed", () => {
    const source = createJitterSource();
    const measured = mostCommonValue(drawn(source, SAMPLES));
    console.log(`jitter: ${measured.toFixed(2)} bits a byte, ${source.claimedEntropy} claimed`);
    expect(measured).toBeGreaterThan(source.claimedEntropy);
  });

  test("with the engine's optimiser off too", () => {
    const program = `
      import { createJitterSource } from "./hardware/entropy/index.ts";
      const target = new Uint8Array(${SAMPLES});
      createJitterSource().fill(target);
      process.stdout.write(target);`;
    const child = Bun.spawnSync([process.execPath, "-e", program], {
      cwd: join(import.meta.dir, "../.."),
      env: { ...process.env, BUN_JSC_useDFGJIT: "0" },
      stderr: "inherit",
    });
    expect(child.stdout).toHaveLength(SAMPLES);
    const measured = mostCommonValue(child.stdout);
    console.log(`jitter: ${measured.toFixed(2)} bits a byte with the optimiser off`);
    expect(measured).toBeGreaterThan(createJitterSource().claimedEntropy);
  });
});

test("the kernel: every byte is filled, and no two draws are one", () => {
  const source = createKernelSource();
  const measured = mostCommonValue(drawn(source, SAMPLES));
  expect(measured).toBeGreaterThan(6.5);
  expect(drawn(source, 32)).not.toEqual(drawn(source, 32));
});

describe("/dev/hwrng", () => {
  const device = openHardwareSource();
  test.skipIf(device === undefined)("where there is one: it gives bytes, and not zeros", () => {
    expect(drawn(device, 64)).not.toEqual(new Uint8Array(64));
  });

  test("where there is none, there is no source", () => {
    expect(openHardwareSource(join(folder, "none"))).toBeUndefined();
  });

  test("a device that ends, or is no device, fails", () => {
    const path = join(folder, "short");
    writeFileSync(path, "1234567");
    const source = openHardwareSource(path);
    expect(drawn(source, 4)).toEqual(Uint8Array.from(Buffer.from("1234")));
    expect(source?.fill(new Uint8Array(4))).toBe(false);
    expect(openHardwareSource(folder)?.fill(new Uint8Array(4))).toBe(false);
  });

  test.skipIf(Bun.which("mkfifo") === null)("a device with nothing to say: given up", () => {
    const path = join(folder, "fifo");
    Bun.spawnSync(["mkfifo", path]);
    const writer = openSync(path, constants.O_RDWR);
    expect(openHardwareSource(path, 20)?.fill(new Uint8Array(4))).toBe(false);
    closeSync(writer);
  });
});

/** The pages of the native engine, as the kernel lists them (proc_pid_smaps(5), "VmFlags"). */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { openArena } from "../../hardware/secrets/native/arena.ts";
import { openLibraries } from "../../hardware/secrets/native/libraries.ts";
import { GRANULE_BYTES, openPages } from "../../hardware/secrets/native/pages.ts";
import { SECRET_LIMITS } from "../../hardware/secrets/limits.ts";
import { hasNoLibraries } from "./oracles/engines.ts";
import { must } from "./oracles/loading.ts";

const libc = () => must(openLibraries()).libc;

/** The mapping that begins there: its rights and its flags. */
const mappingAt = (address: number): { readonly rights: string; readonly flags: string[] } => {
  const blocks = readFileSync("/proc/self/smaps", "latin1").split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/u);
  const block = blocks.find((one) => one.startsWith(`${address.toString(16).padStart(8, "0")}-`));
  const rights = /^\S+ (\S+)/u.exec(block ?? "")?.[1] ?? "none";
  const flags =
    /^VmFlags: (.*)$/mu
      .exec(block ?? "")?.[1]
      ?.trim()
      .split(" ") ?? [];
  return { rights, flags };
};

/** Of the byte before or after, which must not be readable. */
const rightsAround = (address: number): string => {
  const lines = readFileSync("/proc/self/maps", "latin1").split("\n");
  const line = lines.find((one) => {
    const [from = 0, to = 0] = (one.split(" ")[0] ?? "")
      .split("-")
      .map((n) => Number.parseInt(n, 16));
    return from <= address && address < to;
  });
  return line?.split(" ")[1] ?? "unmapped";
};

describe.skipIf(hasNoLibraries)("pages", () => {
  for (const mayHide of [true, false]) {
    test(`${mayHide ? "as this kernel has them" : "without memfd_secret"}: protected`, () => {
      const { base, size, protections } = must(openPages(libc(), GRANULE_BYTES, mayHide));
      const { rights, flags } = mappingAt(base);
      const isHidden = protections.includes("memfd_secret");
      expect(rights.slice(0, 3)).toBe("rw-");
      // lo: locked, dc: not copied on fork, dd: not dumped, wf: wiped on fork
      const wanted = isHidden ? ["lo", "dc"] : ["lo", "dc", "dd", "wf"];
      expect(flags).toEqual(expect.arrayContaining(wanted));
      expect(rightsAround(base - 1).slice(0, 3)).toBe("---");
      expect(rightsAround(base + size).slice(0, 3)).toBe("---");
      if (!mayHide) expect(isHidden).toBe(false);
    });
  }

  test("an arena's slots end where they are said to, and come back", () => {
    const arena = must(openArena(libc(), true));
    const keep = () => arena.keep(64, (at) => arena.lay(at, new Uint8Array(64).fill(1)) === 64);
    const slots = Array.from({ length: SECRET_LIMITS.slots }, keep);
    expect(() => keep()).toThrow("broken invariant");
    for (const slot of slots) if (slot !== undefined) arena.wipe(slot);
    expect(new Set(Array.from({ length: SECRET_LIMITS.slots }, () => keep()?.at)).size).toBe(
      SECRET_LIMITS.slots,
    );
    arena.wipeAll();
    arena.close();
  });

  test("an operation that throws leaves neither a slot nor scratch behind", () => {
    const arena = must(openArena(libc(), true));
    const before = arena.keep(8, () => true);
    if (before === undefined) throw new Error("a slot");
    arena.wipe(before);
    for (let i = 0; i < 2 * SECRET_LIMITS.slots; i += 1) {
      const failing = () =>
        arena.keep(64, (_, take) => {
          take(20_000);
          throw new Error("in the middle");
        });
      expect(failing).toThrow("in the middle");
    }
    expect(arena.keep(8, () => true)?.at).toBe(before.at);
    expect(arena.keep(8, () => false)).toBeUndefined();
    arena.close();
  });

  test("scratch has an end", () => {
    const arena = must(openArena(libc(), true));
    expect(() => arena.scratch((take) => take(1_000_000))).toThrow("broken invariant");
    expect(arena.scratch((take) => take(16))).toBe(arena.scratch((take) => take(16)));
    arena.close();
  });
});

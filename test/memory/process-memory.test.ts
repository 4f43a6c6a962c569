/** The scanner against real processes that hold known bytes, and against some that do not. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createCatalogue } from "./catalogue.ts";
import { countCopies, tallyOf } from "./tally.ts";
import type { NamedSecret } from "./forms.ts";
import { type Holder, startHolder } from "./programs.ts";
import { secretOf } from "./made-up-secrets.ts";
import { type MemorySearch, searchMemory } from "./memory-search.ts";
import { hasSecretMemory } from "./native-pages.ts";
import { PAGE_BYTES } from "./page-map.ts";
import { scanProcess } from "./process-memory.ts";
import { listRegions } from "./regions.ts";
import { isStopped } from "./stopping.ts";

const cannot = process.platform !== "linux" || process.getuid?.() !== 0;
const noSecretMemory = cannot || !hasSecretMemory();

/** Ways of holding a secret, each with the forms that must be found. */
const WAYS = [
  ["bytes", "bytes"],
  ["half", "bytes"],
  ["hex", "hex"],
  ["upperCaseHex", "upper-case hex"],
  ["wideHex", "UTF-16 hex"],
  ["bigint", "reversed or BigInt limbs"],
  ["base64", "base64 at 0"],
  ["ipad", "ipad bytes"],
  ["opad", "opad bytes"],
] as const;

/** Ways in which pages are the only place of a secret. */
const PAGES = ["pages", "closed", "straddling", "overwritten", "unmapped"] as const;
const ALL = [...WAYS.map(([way]) => way), ...PAGES];

const secretNamed = (name: string, number: number): NamedSecret => ({
  name,
  kind: "key",
  bytes: secretOf(number),
});

const NEVER_HELD = ALL.length;
const SECRET_MEMORY = ALL.length + 1;
const HELD = ALL.map((way, number) => secretNamed(way, number));
const OTHERS = [secretNamed("never held", NEVER_HELD), secretNamed("secret memory", SECRET_MEMORY)];
const catalogue = createCatalogue([...HELD, ...OTHERS]);

/** Labels of what was found of a secret, one for each copy that is whole. */
const wholeOf = ({ copies }: MemorySearch, name: string): readonly string[] =>
  copies.filter(({ form, isWhole }) => isWhole && form.secret.name === name).map(labelOf);

const labelOf = ({ form }: { readonly form: { readonly label: string } }): string => form.label;

/** How many copies, whole or in part, were found of a secret. */
const countOf = ({ copies }: MemorySearch, name: string): number =>
  countCopies(tallyOf(copies.filter(({ form }) => form.secret.name === name)));

describe("a process that holds secrets", () => {
  let holder: Holder;
  let before: MemorySearch;
  let after: MemorySearch;

  beforeAll(async () => {
    if (cannot) return;
    const words = ALL.map((way, number) => `${way}:${number}`);
    const kept = noSecretMemory ? [] : [`secret:${SECRET_MEMORY}`];
    holder = await startHolder(...words, ...kept);
    before = searchMemory(holder.pid, catalogue);
    await holder.letGo();
    after = searchMemory(holder.pid, catalogue);
  });
  afterAll(() => holder?.end());

  test.skipIf(cannot).each([...WAYS])("held as %s: found as %s (needs root)", (way, form) => {
    const found = before.copies.filter(({ form: { secret } }) => secret.name === way);
    expect(found.map(labelOf)).toContain(`${way}/${form}`);
  });

  test.skipIf(cannot).each(WAYS.slice(2))("held as %s: a whole copy (needs root)", (way, form) => {
    expect(wholeOf(before, way)).toContain(`${way}/${form}`);
  });

  test.skipIf(cannot).each([...PAGES])("in pages, %s: one whole copy (needs root)", (way) => {
    expect(wholeOf(before, way)).toEqual([`${way}/bytes`]);
    expect(countOf(before, way)).toBe(1);
  });

  test.skipIf(cannot)("pages that stay are found again (needs root)", () => {
    expect(countOf(after, "pages")).toBe(1);
    expect(countOf(after, "closed")).toBe(1);
  });

  test.skipIf(cannot)("overwritten or unmapped pages are not found (needs root)", () => {
    expect(countOf(after, "overwritten")).toBe(0);
    expect(countOf(after, "unmapped")).toBe(0);
  });

  test.skipIf(cannot)("what was never held is not found (needs root)", () => {
    expect(countOf(before, "never held") + countOf(after, "never held")).toBe(0);
    expect(before.scannedBytes).toBeGreaterThan(1 << 20);
  });

  test.skipIf(noSecretMemory)(
    "secret memory: unreadable, named, not found (needs root and memfd_secret)",
    () => {
      expect(countOf(before, "secret memory")).toBe(0);
      expect(before.unreadableBytes).toBe(PAGE_BYTES);
      expect([...before.unreadable]).toEqual([["/secretmem (deleted)", PAGE_BYTES]]);
    },
  );

  test.skipIf(cannot)("the process goes on afterwards, even if reading throws (needs root)", () => {
    const search = (): void => {
      expect(isStopped(holder.pid)).toBe(true);
      throw new Error("a search that fails");
    };
    expect(() => scanProcess(holder.pid, search, { stop: true })).toThrow("a search that fails");
    expect(isStopped(holder.pid)).toBe(false);
  });

  test.skipIf(cannot)("a process that was stopped stays so (needs root)", () => {
    process.kill(holder.pid, "SIGSTOP");
    while (!isStopped(holder.pid)) Bun.sleepSync(1);
    searchMemory(holder.pid, catalogue);
    expect(isStopped(holder.pid)).toBe(true);
    process.kill(holder.pid, "SIGCONT");
  });
});

test.skipIf(cannot)(
  "a process that never held any of them: nothing found (needs root)",
  async () => {
    const holder = await startHolder();
    const { rows, unreadableBytes, scannedBytes } = searchMemory(holder.pid, catalogue);
    await holder.end();
    expect(countCopies(rows)).toBe(0);
    expect(unreadableBytes).toBe(0);
    expect(scannedBytes).toBeGreaterThan(1 << 20);
  },
);

test.skipIf(cannot)("a process that has ended is an error, not a zero (needs root)", async () => {
  const holder = await startHolder();
  await holder.end();
  expect(() => searchMemory(holder.pid, catalogue)).toThrow(`process ${holder.pid}`);
});

const mappedBytes = (pid: number): number =>
  listRegions(pid).reduce((sum, { start, end }) => sum + end - start, 0);

test.skipIf(cannot)("what vanishes while it is read is no error (needs root)", async () => {
  const holder = await startHolder("vanishing:0");
  const { vanishedBytes, unreadableBytes } = scanProcess(holder.pid, (buffer, length) => {
    if (!Buffer.from(buffer.subarray(0, length)).includes(secretOf(0))) return;
    const before = mappedBytes(holder.pid);
    process.kill(holder.pid, "SIGUSR1");
    while (mappedBytes(holder.pid) > before - (1 << 20)) Bun.sleepSync(1);
  });
  await holder.end();
  expect(vanishedBytes).toBeGreaterThan(1 << 20);
  expect(unreadableBytes).toBe(0);
});

test.skipIf(cannot)("a process that ends while it is read is an error (needs root)", async () => {
  const holder = await startHolder();
  const search = (): void => {
    process.kill(holder.pid, "SIGKILL");
    Bun.sleepSync(1);
  };
  expect(() => scanProcess(holder.pid, search)).toThrow(`process ${holder.pid}`);
  await holder.end();
});

test.skipIf(cannot)("another user's process: refused in a sentence (needs root)", () => {
  const child = Bun.spawnSync([process.execPath, join(import.meta.dir, "stranger.ts")]);
  expect(child.stdout.toString()).toMatch(/^the memory of process \d+ may not be read \(E\w+\): /);
});

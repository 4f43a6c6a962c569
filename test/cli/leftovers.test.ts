/** What is taken away of an emulator that was killed: what is its own, and nothing else. */
import { afterAll, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clearLeftovers } from "../../host/cli/running.ts";
import { cleanUp, temporaryFolder } from "./mayfly.ts";

afterAll(cleanUp);

/** No process has this number: it is above what Linux gives out. */
const GONE = 2 ** 22 + 1;

const list = (folder: string, listing: Readonly<Record<string, unknown>>): void =>
  writeFileSync(join(folder, "A.json"), JSON.stringify({ name: "A", pid: GONE, ...listing }));

test("its link goes with its listing", () => {
  const [folder, link] = [temporaryFolder(), join(temporaryFolder(), "port")];
  symlinkSync("/dev/pts/none", link);
  list(folder, { path: link, line: "/dev/pts/none" });
  clearLeftovers(folder, "A");
  expect([readdirSync(folder), existsSync(link)]).toEqual([[], false]);
});

for (const line of [undefined, "/dev/pts/none"]) {
  test(`a file that has its port's name by now stays; line: ${line}`, () => {
    const [folder, file] = [temporaryFolder(), join(temporaryFolder(), "port")];
    writeFileSync(file, "somebody's");
    list(folder, { path: file, ...(line === undefined ? {} : { line }) });
    clearLeftovers(folder, "A");
    expect(readFileSync(file, "utf8")).toBe("somebody's");
    expect(readdirSync(folder)).toEqual([]);
  });
}

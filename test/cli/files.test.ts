/** Files that commands write: whole or not at all, private, and never over another unasked. */
import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  linkSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { writeResult } from "../../host/cli/files.ts";
import { cleanUp, temporaryFolder } from "./mayfly.ts";

afterAll(cleanUp);

test("a result is its owner's alone, and stays unless the caller replaces it", () => {
  const file = join(temporaryFolder(), "result");
  expect(writeResult(file, "first", false)).toMatchObject({ ok: true });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(writeResult(file, "second", false)).toMatchObject({ error: "file_exists" });
  expect(readFileSync(file, "utf8")).toBe("first");
  expect(writeResult(file, "third", true)).toMatchObject({ ok: true });
  expect(readFileSync(file, "utf8")).toBe("third");
});

test("replacing puts a whole file in the other's place, through a link, with its mode", () => {
  const folder = temporaryFolder();
  const [file, other, link] = ["result", "other", "link"].map((name) => join(folder, name));
  if (file === undefined || other === undefined || link === undefined) throw new Error("names");
  writeFileSync(file, "before");
  chmodSync(file, 0o640);
  linkSync(file, other); // the same file by another name: it shows whether that one was touched
  symlinkSync(file, link);
  expect(writeResult(link, "after", true)).toMatchObject({ ok: true });
  expect(readFileSync(file, "utf8")).toBe("after");
  expect(readFileSync(other, "utf8")).toBe("before");
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder).toSorted()).toEqual(["link", "other", "result"]);
});

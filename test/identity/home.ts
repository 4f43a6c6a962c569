/** Homes for the tests of identities: a folder for each, removed at the end of a file's tests. */
import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const homes: string[] = [];

/** A new, empty folder. */
export const temporaryHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), "mayfly-identity-test-"));
  homes.push(home);
  return home;
};

/** Removes them all; each test file says `afterAll(removeHomes)` itself. */
export const removeHomes = (): void => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
};

/** What lies in a folder, as names with their permissions. */
export const listingOf = (folder: string): readonly string[] =>
  readdirSync(folder)
    .toSorted()
    .map((name) => `${name} ${(lstatSync(join(folder, name)).mode & 0o777).toString(8)}`);

/** A JSON object's text with each member in turn missing, or of another kind. */
export const spoilt = (text: string): readonly string[] => {
  const others = [null, 1.5, -1, true, "", "x", [], {}, "00".repeat(31), "Z".repeat(64)];
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error("an object");
  return Object.keys(value).flatMap((name) =>
    [undefined, ...others].map((other) => JSON.stringify({ ...value, [name]: other })),
  );
};

/** Texts that are no object at all. */
export const NO_OBJECTS: readonly string[] = ["", "{", "null", "1", '"x"', "[]", "\0", "{}"];

/** `MAYFLY_HOME`: where this user's keys, profiles and running emulators are. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The folder; `~/.mayfly` unless `MAYFLY_HOME` names another. */
export const mayflyHome = (): string => {
  const named = process.env["MAYFLY_HOME"];
  return named === undefined || named === "" ? join(homedir(), ".mayfly") : resolve(named);
};

/** Where running emulators list themselves. */
export const runFolder = (home: string = mayflyHome()): string => join(home, "run");

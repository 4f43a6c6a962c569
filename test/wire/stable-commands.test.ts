/** A command may call itself stable only where its bytes are frozen. */
import { expect, test } from "bun:test";
import { COMMAND_NAMES, REGISTRY } from "../../protocol/commands/registry.ts";
import { CALLS as VERSION_1 } from "./v01/calls.ts";

/** The frozen calls of each protocol version. */
const FROZEN: ReadonlyMap<number, readonly { readonly command: string }[]> = new Map([
  [1, VERSION_1],
]);

const isFrozen = (name: string, since: number): boolean =>
  FROZEN.get(since)?.some(({ command }) => command === name) ?? false;

test("every stable command has its golden bytes in the version that brought it", () => {
  const stable = COMMAND_NAMES.filter((name) => REGISTRY[name].stability === "stable");
  expect(stable).not.toBeEmpty();
  expect(stable.filter((name) => !isFrozen(name, REGISTRY[name].since))).toEqual([]);
});

test("what is frozen is stable, and stays so", () => {
  const stable: ReadonlySet<string> = new Set(
    COMMAND_NAMES.filter((name) => REGISTRY[name].stability === "stable"),
  );
  const frozen = [...FROZEN.values()].flat().map(({ command }) => command);
  expect(frozen.filter((command) => !stable.has(command))).toEqual([]);
});

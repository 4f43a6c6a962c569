/** Makes the matchers known to bun:test; an import of `mayfly/testing/bun` brings their types. */
import { expect } from "bun:test";
import { matchers, type MayflyMatchers } from "./matchers.ts";

declare module "bun:test" {
  interface Matchers<T> extends MayflyMatchers<void> {}
  interface AsymmetricMatchers extends MayflyMatchers<AsymmetricMatcher> {}
}

expect.extend(matchers);

/** By the names of `matchers`. */
export const KNOWN: readonly string[] = Object.keys(matchers);

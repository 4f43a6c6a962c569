/** What tests of programs with signers need: importing it makes the matchers known to bun:test. */
import { expect } from "bun:test";
import { matchers } from "./matchers.ts";

expect.extend(matchers);

export {
  type ExpectedDetails,
  matchers,
  type MayflyMatchers,
  type SeenSigner,
} from "./matchers.ts";

/** What some tests need and a machine may lack. Nothing here is needed to build or to sign. */
import { readdirSync } from "node:fs";
import { hasNode, hasRegistry } from "../package/registry.ts";

/** Where the loader looks for libraries on Debian, Fedora, Alpine and by hand. */
const LIBRARY_FOLDERS = [
  "/lib",
  "/usr/lib",
  "/usr/lib64",
  "/usr/local/lib",
  `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`,
  "/opt/homebrew/lib",
];

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const hasLibrary = (name: RegExp): boolean =>
  LIBRARY_FOLDERS.some((folder) => namesIn(folder).some((file) => name.test(file)));

const hasProgram = (...names: readonly string[]): boolean =>
  names.some((name) => Bun.which(name) !== null);

const hasVectors = (): boolean => (Bun.env["MAYFLY_VECTORS"] ?? "") !== "";

interface Tool {
  readonly name: string;
  readonly isThere: () => boolean;
}

const TOOLS: readonly Tool[] = [
  {
    name: "libsecp256k1",
    isThere: () => hasLibrary(/^libsecp256k1\.(?:so\.\d|(?:\d+\.)?dylib)/),
  },
  { name: "a Bitcoin node (btcd, or Go to build it)", isThere: () => hasProgram("btcd", "go") },
  { name: "QEMU (qemu-system-aarch64)", isThere: () => hasProgram("qemu-system-aarch64") },
  { name: "Go", isThere: () => hasProgram("go") },
  { name: "MAYFLY_VECTORS", isThere: hasVectors },
  { name: "MAYFLY_PYTHON", isThere: () => (Bun.env["MAYFLY_PYTHON"] ?? "") !== "" },
];

/** What only long tests need, and what takes a moment to ask. */
const LONG_TOOLS: readonly Tool[] = [
  { name: "Node.js (20.19 or later) with npm", isThere: hasNode },
  { name: "npm's registry", isThere: hasRegistry },
];

/** One line on what is missing. */
export const missingTools = (isLong: boolean): string => {
  const tools = isLong ? [...TOOLS, ...LONG_TOOLS] : TOOLS;
  const missing = tools.filter(({ isThere }) => !isThere()).map(({ name }) => name);
  return missing.length === 0
    ? "Every optional tool is there."
    : `Missing here: ${missing.join(", ")}; tests that need them are counted as skipped.`;
};

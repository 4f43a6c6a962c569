/** Files that only pass on what others export: allowed to index.ts alone. */
import { isCode, type Rule, type SourceFile } from "./rule.ts";
import { scan } from "./scan.ts";

const PASSED_ON =
  /\b(?:import|export)\s+[\w*${][^;"'()=]*?\bfrom\s*(["']) *\1(?:\s*with\s*\{[^}]*\})?\s*;?/g;
const LIST = /\bexport\s+(?:type\s+)?\{[^}]*\}\s*;?/g;

const isBarrel = ({ text }: SourceFile): boolean => {
  const { code } = scan(text);
  return /\bexport\b/.test(code) && code.replace(PASSED_ON, "").replace(LIST, "").trim() === "";
};

/** No barrel but an index. */
export const BARRELS: Rule = {
  name: "barrels",
  demands: "only index.ts may be all re-exports",
  find: (files) =>
    files
      .filter((file) => isCode(file.path) && !file.path.endsWith("/index.ts") && isBarrel(file))
      .map(({ path }) => ({ path, line: 0, says: "is a barrel under another name than index.ts" })),
};

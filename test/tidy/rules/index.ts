/** All tidy rules, in the order in which they are checked. */
import { BARRELS } from "./barrels.ts";
import { DOC_COMMENTS } from "./doc-comments.ts";
import { DOCUMENTS } from "./documents.ts";
import { GENERATED } from "./generated.ts";
import { LEAKS } from "./leaks.ts";
import { MANIFEST } from "./manifest.ts";
import { PURITY } from "./purity.ts";
import { ROOM_IMPORTS } from "./rooms.ts";
import type { Rule } from "./rule.ts";
import { SIZES } from "./sizes.ts";
import { WORDS } from "./words.ts";

export type { Finding, Rule, SourceFile } from "./rule.ts";

/** The rules. */
export const RULES: readonly Rule[] = [
  ROOM_IMPORTS,
  PURITY,
  BARRELS,
  SIZES,
  DOC_COMMENTS,
  WORDS,
  DOCUMENTS,
  GENERATED,
  MANIFEST,
  LEAKS,
];

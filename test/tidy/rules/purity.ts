/**
 * What the linters cannot say of one room: chance in the pure core, a listening socket on the Pi.
 * The other globals of the core are Biome's to refuse (`test/tidy/style.json`).
 */
import { type Finding, findAll, isCode, type Rule, type SourceFile } from "./rule.ts";
import { scan } from "./scan.ts";

interface Ban {
  readonly of: RegExp;
  readonly pattern: RegExp;
  readonly why: string;
}

const BANS: readonly Ban[] = [
  { of: /^(?:protocol|firmware)\//, pattern: /\bMath\s*\.\s*random\b/g, why: "take an Rng" },
  { of: /^(?:protocol|firmware)\//, pattern: /=\s*Math\b(?!\s*\.)/g, why: "name what you use" },
  {
    of: /^hardware\/raspberry-pi\//,
    pattern: /\bBun\s*\.\s*(?:serve|listen|udpSocket)\b/g,
    why: "the Pi listens on no network",
  },
];

const judge = (file: SourceFile): readonly Finding[] => {
  const bans = BANS.filter(({ of }) => of.test(file.path));
  if (bans.length === 0) return [];
  const { code } = scan(file.text);
  return bans.flatMap(({ pattern, why }) =>
    findAll(file, code, pattern, (match) => `${match[0]}: ${why}`),
  );
};

/** The bans of single rooms. */
export const PURITY: Rule = {
  name: "purity",
  demands: "no chance in the core, no listener on the Pi",
  find: (files) => files.filter(({ path }) => isCode(path)).flatMap(judge),
};

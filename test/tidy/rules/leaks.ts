/** Traces of the machine that a file was written on. The patterns do not match themselves. */
import { type Finding, findAll, type Rule, type SourceFile } from "./rule.ts";

interface Trace {
  readonly of?: RegExp;
  readonly pattern: RegExp;
  readonly why: string;
}

const PROXY = "(?:registry|artifactory|nexus|verdaccio)";
const ENDING = "(?:com|org|net|io|dev|cloud|internal|local|corp|lan)";
const REGISTRY = new RegExp(
  `https?://[\\w.-]*${PROXY}[\\w.-]*|\\bregistry\\.[\\w.-]+\\.${ENDING}\\b`,
  "g",
);

const TRACES: readonly Trace[] = [
  {
    pattern: /(?<![\w.:/@-])\/(?:work|home|root)\/[\w.-]*/g,
    why: "is a path of one machine",
  },
  {
    pattern: REGISTRY,
    why: "is a registry's host",
  },
  {
    of: /^bun\.lock$/,
    pattern: /https?:\/\/[^"\s]+/g,
    why: "is an address: the lock file names packages of the default registry only",
  },
];

const judge = (file: SourceFile): readonly Finding[] =>
  TRACES.filter(({ of }) => of === undefined || of.test(file.path)).flatMap(({ pattern, why }) =>
    findAll(file, file.text, pattern, (match) => `${match[0]} ${why}`),
  );

/** No traces of a machine. */
export const LEAKS: Rule = {
  name: "leaks",
  demands: "no path of a developer's machine, no registry host",
  find: (files) => files.flatMap(judge),
};

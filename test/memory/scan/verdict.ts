/** What a scan must find, and must not. */
import type { Copy } from "../copies.ts";
import { countCopies, isSure } from "../tally.ts";
import type { Stage } from "./stages.ts";

/** Where memfd_secret's pages are mapped: they answer no reader, so nothing is found in them. */
const isHidden = ({ search }: Stage): boolean =>
  [...search.unreadable.keys()].some((region) => region.includes("secretmem"));

/** Secrets of which more lies in memory than the one copy that is in use. */
const repeated = (copies: readonly Copy[]): readonly string[] => {
  const bySecret = Map.groupBy(copies.filter(isSure), ({ form }) => form.secret.name);
  return [...bySecret].filter(([, all]) => all.length > 1).map(([name]) => name);
};

const problemOf = (stage: Stage): string | undefined => {
  const copies = countCopies(stage.search.rows);
  if (stage.kind === "in flight") return undefined;
  if (stage.kind === "wiped") return copies === 0 ? undefined : `${copies} copies are left`;
  if (isHidden(stage)) return copies === 0 ? undefined : `${copies} copies are readable`;
  const names = repeated(stage.search.copies);
  return names.length === 0 ? undefined : `more than one copy of ${names.join(", ")}`;
};

/** What is wrong with the native engine's stages; nothing is well. */
export const nativeProblems = (stages: readonly Stage[]): readonly string[] =>
  stages.flatMap((stage) => {
    const problem = problemOf(stage);
    return problem === undefined ? [] : [`${stage.subject.name}, ${stage.stage}: ${problem}`];
  });

/** The portable engine leaves copies: a search that finds none of them is broken. */
export const portableProblems = (stages: readonly Stage[]): readonly string[] =>
  stages
    .filter(({ kind, search }) => kind !== "in flight" && countCopies(search.rows) === 0)
    .filter(({ stage }) => stage.includes("signatures") || stage.includes("wiped"))
    .map(({ stage }) => `portable, ${stage}: nothing was found, so the search is broken`);

/** What a scan must find, and must not. */
import { LINK_LABEL, PAIRING_LABEL } from "../../../protocol/session/pairing.ts";
import type { Copy } from "../copies.ts";
import { isSure } from "../tally.ts";
import { liesIn } from "./places.ts";
import type { Stage } from "./stages.ts";

/** What lives as long as the keys do; anything else is wiped when its operation ends. */
const LIVE: ReadonlySet<string> = new Set(["m key", "m chain code", LINK_LABEL, PAIRING_LABEL]);

const LEAST_SCANNED_BYTES = 16 * 2 ** 20;

/** Copies of secrets that tell so much that chance has not made them. */
export const secretCopies = ({ search }: Stage): readonly Copy[] =>
  search.copies.filter((copy) => isSure(copy) && copy.form.secret.kind !== "control");

const hasControl = ({ search }: Stage): boolean =>
  search.copies.some(({ form, isWhole }) => form.secret.kind === "control" && isWhole);

/** A search that saw too little, or not what it must see. */
const blindness = (stage: Stage): readonly string[] => [
  ...(stage.search.scannedBytes < LEAST_SCANNED_BYTES ? ["too little was read"] : []),
  ...(hasControl(stage) ? [] : ["what must be there was not found"]),
];

const tell = ({ form, address, region }: Copy): string =>
  `${form.label} in ${region} at ${address.toString(16)}`;

/** At rest: one copy of what lives, in the arena, where that can be read at all. */
const restProblems = (stage: Stage): readonly string[] => {
  const copies = secretCopies(stage);
  const bySecret = Map.groupBy(copies, ({ form }) => form.secret.name);
  return [
    ...copies
      .filter(({ form }) => !LIVE.has(form.secret.name))
      .map((copy) => `is not to live: ${tell(copy)}`),
    ...copies
      .filter(({ address }) => !liesIn(address, stage.places.arena))
      .map((copy) => `outside of the arena: ${tell(copy)}`),
    ...[...bySecret].filter(([, all]) => all.length > 1).map(([name]) => `twice: ${name}`),
  ];
};

/** While it works: on locked pages and on the stack, and nowhere else. */
const flightProblems = (stage: Stage): readonly string[] => {
  const { arena, lockedHeap, stack } = stage.places;
  return secretCopies(stage)
    .filter(({ address }) => !liesIn(address, [...arena, ...lockedHeap, ...stack]))
    .map((copy) => `outside of locked pages and the stack: ${tell(copy)}`);
};

const problemsOf = (stage: Stage): readonly string[] => {
  switch (stage.kind) {
    case "live":
      return restProblems(stage);
    case "in flight":
      return flightProblems(stage);
    case "wiped":
      return secretCopies(stage).map((copy) => `left: ${tell(copy)}`);
  }
};

const named = ({ subject, stage }: Stage, problems: readonly string[]): readonly string[] =>
  problems.map((problem) => `${subject.name}, ${stage}: ${problem}`);

/** What is wrong with the native engine's stages; nothing is well. */
export const nativeProblems = (stages: readonly Stage[]): readonly string[] =>
  stages.flatMap((stage) => named(stage, [...blindness(stage), ...problemsOf(stage)]));

/** The portable engine leaves copies: a search that finds none of them is broken. */
export const portableProblems = (stages: readonly Stage[]): readonly string[] =>
  stages.flatMap((stage) => {
    const isBusy = stage.stage.includes("signatures") || stage.kind === "wiped";
    const isEmpty = isBusy && secretCopies(stage).length === 0;
    return named(stage, [...blindness(stage), ...(isEmpty ? ["no copy was found"] : [])]);
  });

/** What a stage found, for people and for programs. */
import { countCopies, formatTally, type TallyRow } from "../tally.ts";
import type { Stage } from "./stages.ts";

const MIB = 2 ** 20;
const KIB = 2 ** 10;

const rowOf = ({ subject, stage }: Stage, secret: string, form: string, copies: number) => ({
  event: "scan",
  engine: subject.name,
  stage,
  secret,
  form,
  copies,
});

/** One line for each kind of secret that was looked for, in any form and in each that was found. */
export const sayStage = (stage: Stage): void => {
  const { rows } = stage.search;
  for (const secret of stage.kinds) {
    const own = rows.filter(({ kind, copies }) => kind === secret && copies > 0);
    const all = [
      rowOf(stage, secret, "any", countCopies(own)),
      ...own.map(({ form, copies }) => rowOf(stage, secret, form, copies)),
    ];
    for (const row of all) console.log(JSON.stringify(row));
  }
};

/** Parts of two to five bytes: any long text has a few digits of some secret. */
const doubtfulIn = (rows: readonly TallyRow[]): string => {
  const count = rows.reduce((sum, { doubtful }) => sum + doubtful, 0);
  return count === 0 ? "" : `; ${count} parts of under 6 bytes, as chance has them`;
};

/** A head line and the table of what was found. */
export const showStage = (stage: Stage): void => {
  const { subject, search } = stage;
  const found = search.rows.filter(({ kind, copies }) => kind !== "control" && copies > 0);
  const read = `${Math.round(search.scannedBytes / MIB)} MiB read`;
  const hidden = `${Math.round(search.unreadableBytes / KIB)} KiB not readable`;
  const head = `${subject.name}, ${stage.stage}: ${countCopies(found)} copies`;
  console.log(`\n${head} (${read}, ${hidden}${doubtfulIn(search.rows)})`);
  if (found.length > 0) console.log(formatTally(found));
};

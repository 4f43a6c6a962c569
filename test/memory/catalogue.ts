/** All forms of all secrets in one table of patterns, and what a pattern of it stands for. */
import { type Form, formsOf, type NamedSecret } from "./forms.ts";
import { createPatternTable, MAX_PATTERNS, type PatternTable } from "./pattern-table.ts";

/** A window of a form. */
export interface Place {
  readonly form: Form;
  /** Where in the form's image it begins. */
  readonly offset: number;
}

/** What is looked for. */
export interface Catalogue {
  readonly forms: readonly Form[];
  readonly table: PatternTable;
  /** Several where forms or secrets have bytes in common, in the order of the secrets. */
  readonly placesOf: (pattern: number) => readonly Place[];
}

/** A place is one number: its form's, and its offset below this. */
const OFFSETS = 4096;

const addForm = (table: PatternTable, form: Form, index: number): void => {
  if (form.bytes.length > OFFSETS) throw new Error(`${form.label} is longer than ${OFFSETS} bytes`);
  for (const offset of form.windows) table.add(form.bytes, offset, index * OFFSETS + offset);
};

/**
 * Throws where a secret is too plain, or where all have more windows than a table holds: some
 * 2,000 nonces' are.
 */
export const createCatalogue = (secrets: readonly NamedSecret[]): Catalogue => {
  const forms = secrets.flatMap(formsOf);
  const windows = forms.reduce((sum, form) => sum + form.windows.length, 0);
  const table = createPatternTable(Math.min(windows, MAX_PATTERNS));
  for (const [index, form] of forms.entries()) addForm(table, form, index);
  return {
    forms,
    table,
    placesOf: (pattern) =>
      table.placesOf(pattern).flatMap((place) => {
        const form = forms[Math.floor(place / OFFSETS)];
        return form === undefined ? [] : [{ form, offset: place % OFFSETS }];
      }),
  };
};

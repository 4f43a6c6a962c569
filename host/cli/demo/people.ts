/** The people of the demo; for this once, their keys live in the demo's memory. */
import type { Person } from "../../../protocol/manifest/manifest.ts";
import { type CustodianKey, generateCustodianKey, publicOf } from "../../custody/index.ts";

/** Somebody of the demo's roster. */
export interface DemoPerson {
  readonly person: Person;
  readonly key: CustodianKey;
}

/** How many of them bring a seed back, and sign a manifest. */
export const THRESHOLD = 3;

/** Who keeps a share where: no site can do without another. */
const SITES = [
  ["Ada", "Zurich"],
  ["Ben", "Zurich"],
  ["Cleo", "Oslo"],
  ["Dan", "Oslo"],
  ["Eve", "Lisbon"],
] as const;

/** Five people with fresh keys. */
export const makePeople = (): readonly DemoPerson[] =>
  SITES.map(([name, site]) => {
    const key = generateCustodianKey();
    return { key, person: { name, site, duties: ["custodian", "approver"], ...publicOf(key) } };
  });

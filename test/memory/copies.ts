/**
 * Hits as copies. Windows that come from one image at one address are one copy, whole or in part.
 * A window that several images have counts for the copy that explains most of what lies around
 * it: a reversed number has the same 64-bit words as one whose words are swapped.
 */
import type { Catalogue } from "./catalogue.ts";
import type { Form } from "./forms.ts";
import { PATTERN_BYTES } from "./pattern-table.ts";
import type { Hit } from "./process-memory.ts";

/** One copy of a secret, or what is left of it. */
export interface Copy {
  readonly form: Form;
  /** Where the first window that was found lies. */
  readonly address: number;
  /** The region's name. */
  readonly region: string;
  /** Windows found. */
  readonly windows: number;
  /** All windows of the form were found. */
  readonly isWhole: boolean;
  /** Bytes of the secret that they tell. */
  readonly toldBytes: number;
}

/** A copy that may be there: an image at an address, and the hits that speak for it. */
interface Candidate {
  readonly form: Form;
  readonly base: number;
  readonly hits: Hit[];
}

const entryOf = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

const candidatesOf = (
  { placesOf }: Pick<Catalogue, "placesOf">,
  hits: readonly Hit[],
): readonly Candidate[] => {
  const byForm = new Map<Form, Map<number, Candidate>>();
  for (const hit of hits) {
    for (const { form, offset } of placesOf(hit.pattern)) {
      const bases = entryOf(byForm, form, () => new Map<number, Candidate>());
      const base = hit.address - offset;
      entryOf(bases, base, () => ({ form, base, hits: [] })).hits.push(hit);
    }
  }
  return [...byForm.values()].flatMap((bases) => [...bases.values()]);
};

/** Bytes of the image that windows at these addresses cover, in order. */
const coveredBytes = (addresses: readonly number[]): number => {
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const address of addresses) {
    covered += address + PATTERN_BYTES - Math.max(end, address);
    end = address + PATTERN_BYTES;
  }
  return covered;
};

const copyOf = ({ form, hits }: Candidate, own: readonly Hit[]): readonly Copy[] => {
  const [first] = own;
  if (first === undefined) return [];
  const covered = coveredBytes(own.map(({ address }) => address));
  return [
    {
      form,
      address: first.address,
      region: first.region.name,
      windows: own.length,
      isWhole: hits.length === form.windows.length,
      toldBytes: Math.floor((covered * form.toldBytes) / PATTERN_BYTES),
    },
  ];
};

/** The copies that explain all hits, each hit by one; of equals, the secret named first. */
export const copiesOf = (
  catalogue: Pick<Catalogue, "placesOf">,
  hits: readonly Hit[],
): readonly Copy[] => {
  const taken = new Set<number>();
  const candidates = candidatesOf(catalogue, hits);
  return candidates
    .toSorted((a, b) => b.hits.length - a.hits.length)
    .flatMap((candidate) => {
      const own = candidate.hits.filter(({ address }) => !taken.has(address));
      for (const { address } of own) taken.add(address);
      return copyOf(candidate, own);
    });
};

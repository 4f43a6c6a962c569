/** Subsets of a list. */

/** All subsets of a size, each in the list's order. */
export const subsetsOf = <T>(list: readonly T[], size: number): readonly (readonly T[])[] => {
  if (size === 0) return [[]];
  return list.flatMap((item, at) =>
    subsetsOf(list.slice(at + 1), size - 1).map((rest) => [item, ...rest]),
  );
};

/** Lists of arguments: all of them read, or the first that is refused named by its number. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";

/** Reads every item, or names the first that is refused. */
export const readAll = <T, U>(
  items: readonly T[],
  read: (item: T) => Outcome<U>,
  name: string,
): Outcome<readonly U[]> => {
  const values: U[] = [];
  for (const [i, item] of items.entries()) {
    const value = read(item);
    if (!value.ok) return fail(value.error, { ...value.details, [name]: i + 1 });
    values.push(value.value);
  }
  return ok(values);
};

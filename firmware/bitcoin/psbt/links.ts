/**
 * The inputs of one previous transaction in a ring, so that one that proves itself proves all. They
 * are linked as they come: a pass over all of them would take its time.
 */
import type { InputTable } from "./input-table.ts";

/** Hexadecimal digits of a transaction's id. */
const ID_DIGITS = 64;

/** Links inputs in their order; false for one whose outpoint came before. */
export type Linker = (input: number) => boolean;

/** No input is linked yet. */
export const createLinker = (table: InputTable): Linker => {
  const seen = new Set<string>();
  const rings = new Map<string, number>();
  return (input) => {
    const name = table.outpointAt(input).toHex();
    if (seen.has(name)) return false;
    seen.add(name);
    const id = name.slice(0, ID_DIGITS);
    const last = rings.get(id);
    table.setNext(input, last === undefined ? input : table.nextAt(last));
    if (last !== undefined) table.setNext(last, input);
    rings.set(id, input);
    return true;
  };
};

/**
 * A deny list as text: one address a line; blank lines and lines that start with `#` are for
 * people. An entry that cannot be read denies nobody, so each is named: who uses a list with
 * refused lines pays whom it was to stop.
 */

import type { NetworkName } from "../withdrawal.ts";
import { CONTROL_LIMITS } from "./limits.ts";
import { networkOfAddress, scriptOfAddress } from "./network.ts";

/** A line that is no entry: its number, counted from 1, and a sentence why. */
export interface RefusedEntry {
  readonly line: number;
  readonly why: string;
}

/** What a text holds, both lists in its order; `entries` are whole only if none is refused. */
export interface DenyListText {
  readonly entries: readonly string[];
  readonly refused: readonly RefusedEntry[];
}

const BYTE_ORDER_MARK = "\uFEFF";

const whyRefused = (address: string, network: NetworkName): string => {
  const other = networkOfAddress(address);
  return other === undefined
    ? "The entry is not a valid Bitcoin address."
    : `The entry is not valid on ${network}: it is an address of ${other}.`;
};

/**
 * Reads a deny list for a network; CRLF and a byte order mark are tolerated. Past the limit of
 * lines, the first entry stands for the rest. Never throws.
 */
export const readDenyList = (text: string, network: NetworkName): DenyListText => {
  const entries: string[] = [];
  const refused: RefusedEntry[] = [];
  const limit = CONTROL_LIMITS.denyListLines;
  const lines = (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).split("\n");
  for (const [index, line] of lines.entries()) {
    const address = line.trim();
    if (address === "" || address.startsWith("#")) continue;
    if (index >= limit) {
      const why = `There are more than ${limit} lines: the rest is not read.`;
      return { entries, refused: [...refused, { line: index + 1, why }] };
    }
    if (scriptOfAddress(address, network) !== undefined) entries.push(address);
    else refused.push({ line: index + 1, why: whyRefused(address, network) });
  }
  return { entries, refused };
};

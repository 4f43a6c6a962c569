/** A person's key file, for the commands that use one. */
import { fail, type Outcome } from "../../protocol/errors.ts";
import { type CustodianKey, parseKeyFile } from "../custody/index.ts";
import { isOpenToOthers, readText } from "./files.ts";
import type { Output } from "./output.ts";

/** Reads the keys; a file that others may read is warned of. */
export const readPersonKey = (file: string, output: Output): Outcome<CustodianKey> => {
  const text = readText(file);
  if (!text.ok) return text;
  const key = parseKeyFile(text.value);
  if (!key.ok) return fail(key.error, { file });
  if (isOpenToOthers(file)) output.warn(`${file} is open to others: chmod 600 keeps it yours.`);
  return key;
};

/** Output scripts by their kind, and pushes of an input's script, read strictly. */

import { script } from "bitcoinjs-lib";

/** What an output pays to, with the hash or key that it names. */
export interface OutputScript {
  readonly kind: "p2pkh" | "p2sh" | "p2wpkh" | "p2wsh" | "p2tr";
  readonly payload: Uint8Array;
}

interface Shape {
  readonly kind: OutputScript["kind"];
  readonly before: string;
  readonly length: number;
  readonly after: string;
}

const SHAPES: readonly Shape[] = [
  { kind: "p2pkh", before: "76a914", length: 20, after: "88ac" },
  { kind: "p2sh", before: "a914", length: 20, after: "87" },
  { kind: "p2wpkh", before: "0014", length: 20, after: "" },
  { kind: "p2wsh", before: "0020", length: 32, after: "" },
  { kind: "p2tr", before: "5120", length: 32, after: "" },
];

/** Whether two byte strings are the same; `undefined` is like nothing. */
export const isSame = (left: Uint8Array | undefined, right: Uint8Array | undefined): boolean =>
  left !== undefined && right !== undefined && Buffer.compare(left, right) === 0;

/** Reads an output script; `undefined` for any other than the five kinds. */
export const readOutputScript = (bytes: Uint8Array): OutputScript | undefined => {
  const text = bytes.toHex();
  for (const { kind, before, length, after } of SHAPES) {
    const end = before.length + 2 * length;
    if (text.length === end + after.length && text.startsWith(before) && text.endsWith(after)) {
      return { kind, payload: bytes.slice(before.length / 2, end / 2) };
    }
  }
  return undefined;
};

/**
 * What an input's script pushes, in order; `undefined` where it does anything else, or pushes in
 * another form than the shortest.
 */
export const readPushes = (bytes: Uint8Array): readonly Uint8Array[] | undefined => {
  const chunks = script.decompile(bytes);
  if (chunks === null || !isSame(script.compile(chunks), bytes)) return undefined;
  const pushes = chunks.flatMap((chunk) => {
    if (chunk === 0) return [new Uint8Array(0)];
    return typeof chunk === "number" ? [] : [Uint8Array.from(chunk)];
  });
  return pushes.length === chunks.length ? pushes : undefined;
};

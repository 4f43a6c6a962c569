/**
 * Files of manifests: an author's JSON, which is one manifest without signatures, and a lineage,
 * which holds every version since the draft with its signatures. Both are public.
 */
import { field, type Infer, list, map, text } from "../../protocol/cbor/schema.ts";
import { ok } from "../../protocol/errors.ts";
import { MANIFEST, type Manifest } from "../../protocol/manifest/manifest.ts";
import { SIGNED_MANIFEST, type SignedManifest } from "../../protocol/manifest/signed.ts";
import { readJsonAs, type Reading } from "./json-reader.ts";
import { jsonOf } from "./json-writer.ts";
import { problem } from "./problem.ts";

const KIND = "mayfly-lineage-1";
/** Versions in one file: a change a day for years. */
const MOST_VERSIONS = 2000;

const LINEAGE_FILE = map({
  kind: field(0, text(KIND.length)),
  versions: field(1, list(SIGNED_MANIFEST, MOST_VERSIONS)),
});

/** What a file holds. */
export type ManifestFile =
  | { readonly kind: "authored"; readonly manifest: Manifest }
  | { readonly kind: "lineage"; readonly versions: readonly SignedManifest[] };

const readJson = (content: string): unknown => {
  try {
    return JSON.parse(content);
  } catch {
    return undefined; // no JSON value is `undefined`
  }
};

const isLineage = (json: unknown): boolean =>
  typeof json === "object" && json !== null && Reflect.get(json, "kind") === KIND;

/** Reads either kind of file. A lineage is read, not verified: that is `readLineage`. */
export const readManifestFile = (content: string): Reading<ManifestFile> => {
  const json = readJson(content);
  if (json === undefined) return { ok: false, problems: [problem("", "This is not JSON.")] };
  if (!isLineage(json)) {
    const manifest = readJsonAs(MANIFEST, json);
    return manifest.ok ? ok({ kind: "authored", manifest: manifest.value }) : manifest;
  }
  const file = readJsonAs<Infer<typeof LINEAGE_FILE>>(LINEAGE_FILE, json);
  return file.ok ? ok({ kind: "lineage", versions: file.value.versions }) : file;
};

/** The text of a lineage file. */
export const formatLineage = (versions: readonly SignedManifest[]): string =>
  `${JSON.stringify(jsonOf(LINEAGE_FILE, { kind: KIND, versions }), null, 2)}\n`;

/** The text of an author's file. */
export const formatManifest = (manifest: Manifest): string =>
  `${JSON.stringify(jsonOf(MANIFEST, manifest), null, 2)}\n`;

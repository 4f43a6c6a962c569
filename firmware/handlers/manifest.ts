/** Taking a manifest in, version by version. Nothing is believed of it yet. */
import { fail, type Outcome, ok } from "../../protocol/errors.ts";
import { isSame } from "../bitcoin/index.ts";
import { decodeAs } from "../../protocol/cbor/cbor.ts";
import { MANIFEST } from "../../protocol/manifest/manifest.ts";
import type { SignedManifest } from "../../protocol/manifest/signed.ts";
import type { Context, Handlers } from "../dispatch.ts";
import { extendLineage, type Lineage, type LineageError } from "../manifest/lineage.ts";

/** A draft begins a lineage, any other version continues the one that was offered. */
const joined = (
  { crypto }: Context["hal"],
  offered: Lineage | undefined,
  signed: SignedManifest,
): Outcome<Lineage, LineageError> => {
  const version = decodeAs(MANIFEST, signed.manifest)?.version;
  return extendLineage(crypto, version === 0 ? undefined : offered, signed);
};

/** A set of shares that is held belongs to the manifest before. */
const wipeSet = ({ hal, device, advance }: Context): void => {
  const now = device();
  if (now.phase !== "provisioning" || now.shares.length === 0) return;
  for (const { share } of now.shares) hal.secrets.wipe(share.value);
  advance({ kind: "set-wiped" });
};

/** Takes the next version in; the newest once more changes nothing. */
export const offerManifest: Handlers["offerManifest"] = (context, signed) => {
  const { hal, device, advance } = context;
  const now = device();
  if (now.phase !== "sealed" && now.phase !== "provisioning") return fail("wrong_phase");
  const hash = hal.crypto.sha256().update(signed.manifest).digest();
  const offered = now.lineage;
  if (offered !== undefined && isSame(hash, offered.hash)) {
    return ok({ hash, version: offered.newest.version });
  }
  const lineage = joined(hal, offered, signed);
  if (!lineage.ok) return lineage;
  if (lineage.value.newest.network !== context.network) {
    return fail("manifest_wrong", { pointer: "/network" });
  }
  wipeSet(context);
  advance({ kind: "lineage-offered", lineage: lineage.value });
  return ok({ hash, version: lineage.value.newest.version });
};
